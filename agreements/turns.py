"""Whose turn it is, since when, until when, and which questions are unlocked for whom."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from agreements.models import DRAFTED, ClarificationRequest, Side, Signature, Status, Version
from agreements.permissions import may_draft, side_of
from agreements.reading import Reading
from agreements.statuses import FACTS, facts
from directory.standing import standing
from portal.foundation import clock
from portal.foundation.models import User
from portal.foundation.working_days import working_days_after, working_days_between

EITHER = "both"


@dataclass(frozen=True)
class Turn:
    """What the banner says. `asked` is the clarification that is open: it stops the clock of the side that asked."""

    sides: tuple[Side, ...]
    since: dt.datetime
    target_on: dt.date | None
    asked: ClarificationRequest | None

    def is_of(self, side: Side | None) -> bool:
        return side in self.sides

    @property
    def working_days(self) -> int:
        """How long it has been this turn."""
        return working_days_between(timezone.localdate(self.since), clock.today())


def turn(version: Version) -> Turn:
    """Whose turn it is now. Costs one query, for the open clarification."""
    status = facts(version.status)
    asked = version.clarifications.filter(answered_at=None).first()
    if asked:
        return Turn((Side(asked.asked_of),), asked.asked_at, asked.answer_by, asked)
    sides, since = status.turn, version.status_since
    if version.status == Status.FOR_SIGNATURE:
        sides, since = _next_to_sign(version)
    target = working_days_after(timezone.localdate(since), status.target_days) if status.target_days else None
    return Turn(sides, since, target, None)


def _next_to_sign(version: Version) -> tuple[tuple[Side, ...], dt.datetime]:
    """The partner signs first, the prison last: its turn begins with the partner's signature."""
    signed = Signature.objects.filter(document__version=version, document__overtaken_at=None, side=Side.PARTNER)
    at = signed.values_list("at", flat=True).first()
    return ((Side.PRISON,), at) if at else ((Side.PARTNER,), version.status_since)


def my_turn(user: User) -> QuerySet[Version]:
    """The versions that wait for a side on which this person stands, the longest waiting first. One query."""
    stands = standing(user)
    mine = {
        Side.PARTNER: Q(agreement__organisation__in=stands.organisation_ids),
        Side.PRISON: Q(agreement__establishment__in=stands.establishment_ids),
    }
    waits = Q()
    for side, at_my_party in mine.items():
        has_turn = [status for status, told in FACTS.items() if side in told.turn and status != Status.FOR_SIGNATURE]
        to_sign = Q(status=Status.FOR_SIGNATURE, has_partner=side == Side.PRISON)
        waits |= at_my_party & (Q(asked_of=side) | Q(asked_of=None) & (Q(status__in=has_turn) | to_sign))
    visible = Version.objects.visible_to(user).filter(status__in=DRAFTED)
    return with_turn(visible).filter(waits).order_by("status_since")


def with_turn(versions: QuerySet[Version]) -> QuerySet[Version]:
    """With what says whose turn it is: the side that was asked something (`asked_of`), whether the partner has signed."""
    open_requests = ClarificationRequest.objects.filter(version=OuterRef("pk"), answered_at=None)
    signed = Signature.objects.filter(document__version=OuterRef("pk"), document__overtaken_at=None, side=Side.PARTNER)
    asked_of = Subquery(open_requests.values("asked_of")[:1])
    return versions.annotate(asked_of=asked_of, has_partner=Exists(signed))


def sides_waited_for(version: Version) -> tuple[Side, ...]:
    """Whose turn it is, of a version that was read `with_turn`: for lists, where a query a row is too many."""
    if version.asked_of:
        return (Side(version.asked_of),)
    if version.status == Status.FOR_SIGNATURE:
        return (Side.PRISON,) if version.has_partner else (Side.PARTNER,)
    return facts(version.status).turn


def unlocked(reading: Reading, user: User, asked: ClarificationRequest | None) -> frozenset[str]:
    """The questions that this person may answer now: their side's, due by this stage; only named ones while some are asked."""
    version = reading.version
    side = side_of(user, version.agreement)
    if side is None or not may_draft(user, version.agreement):
        return frozenset()
    if version.status == Status.FOR_APPROVAL and version.approvals.filter(overtaken_at=None).exists():
        return frozenset()  # The next approver approves the same words as the first.
    status = facts(version.status)
    dues, named = status.asks.get(side, frozenset()), status.questions.get(side, frozenset())
    open_now = {
        question.id
        for section in reading.sections
        for question in section.questions
        if question.is_stored and question.side in (side, EITHER) and (question.due in dues or question.id in named)
    }
    return frozenset(open_now & set(asked.questions) if asked else open_now)
