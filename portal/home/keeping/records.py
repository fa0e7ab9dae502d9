"""The retention schedule as data: each class of record, from when it counts, for how long, and what then becomes of it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from agreements.models import DRAFTED, LIVE, Agreement, EligibilityCheck, Side, Status, Version
from agreements.notices import about, party_address
from directory.models import Holding, Invitation, JoiningRequest, Organisation
from portal.exports.models import Export
from portal.foundation import clock, outbox
from portal.foundation.models import Notification, TypedText, User
from portal.home.keeping.erasing import erase, is_erased
from portal.home.keeping.removing import one_by_one, remove, remove_agreement
from portal.home.models import Complaint, LegalHold, PersonalDataCopy, RetentionPeriod
from reviews.watching import last_sign_of_life, with_last_words

TOLD_BEFORE = dt.timedelta(days=28)
NEVER_SIGNED = (*DRAFTED, Status.DECLINED, Status.WITHDRAWN, Status.LAPSED)


@dataclass(frozen=True)
class Records:
    """`due` finds the rows that have been kept long enough at a moment. `at_least` is the shortest period in months."""

    name: str
    label: str
    counts_from: str
    months: int
    then: str
    due: Callable[[dt.datetime], QuerySet[Any]]
    go: Callable[[QuerySet[Any]], int] = remove
    at_least: int = 1

    @property
    def period(self) -> int:
        chosen = RetentionPeriod.objects.filter(name=self.name).values_list("months", flat=True).first()
        return chosen or self.months

    def due_now(self) -> QuerySet[Any]:
        """Months of 30 days and ten and a half hours: nobody's rights hang on the day."""
        return self.due(clock.now() - dt.timedelta(days=self.period * 365.25 / 12))


def held_organisations() -> QuerySet[Organisation]:
    """Those on hold, and those into which one on hold has been merged."""
    held = LegalHold.objects.standing().exclude(organisation=None).values("organisation")
    return Organisation.objects.filter(Q(pk__in=held) | Q(merged__in=held)).order_by()


def not_on_hold() -> Q:
    """Which agreements no legal hold keeps."""
    held = LegalHold.objects.standing().exclude(agreement=None).values("agreement")
    return ~Q(pk__in=held) & ~Q(organisation__in=held_organisations())


def ended(before: dt.datetime) -> QuerySet[Agreement]:
    """Over in every version since then, and not merely a draft that never came to anything."""
    unfinished = Version.objects.filter(Q(status__in=(*DRAFTED, *LIVE)) | Q(status_since__gte=before))
    return _old(before).filter(_was_signed()).exclude(versions__in=unfinished)


def silent_drafts(before: dt.datetime) -> QuerySet[Agreement]:
    """Never signed, and nobody has written in it since then; its people were told four weeks ago."""
    told = Notification.objects.filter(template="draft_goes", created_at__lte=clock.now() - TOLD_BEFORE)
    keys = told.values_list("dedupe_key", flat=True)
    found = [version.agreement_id for version in _silent_versions(before) if _warning_key(version) in set(keys)]
    return Agreement.objects.filter(pk__in=found)


def _old(before: dt.datetime) -> QuerySet[Agreement]:
    return Agreement.objects.filter(not_on_hold(), started_at__lt=before).order_by("pk")


def _was_signed() -> Q:
    signed = Version.objects.exclude(status__in=NEVER_SIGNED) | Version.objects.filter(documents__isnull=False)
    return Q(pk__in=signed.values("agreement"))


def _silent_versions(before: dt.datetime) -> list[Version]:
    agreements = _old(before).exclude(_was_signed())
    versions = Version.objects.with_parties().filter(agreement__in=agreements, status_since__lt=before)
    return [version for version in with_last_words(versions) if last_sign_of_life(version) < before]


def _warning_key(version: Version) -> str:
    return f"draft-goes:{version.pk}:{last_sign_of_life(version):%Y-%m-%d}"


def warn_of_silent_drafts() -> int:
    """Tell both sides four weeks before their draft is deleted, once for each silence. How many drafts."""
    before = clock.now() - dt.timedelta(days=BY_NAME["drafts"].period * 365.25 / 12)
    versions = _silent_versions(before + TOLD_BEFORE)
    for version in versions:
        goes_on = max(last_sign_of_life(version) + (clock.now() - before), clock.now() + TOLD_BEFORE)
        sides = list(Side) if version.agreement.sent_at else [Side.PARTNER]
        to = " ".join(party_address(version.agreement, side) for side in sides)
        context = about(version) | {"goes_on": clock.say_day(goes_on)}
        outbox.queue(to=to, template="draft_goes", context=context, dedupe_key=_warning_key(version))
    return len(versions)


def closed_accounts(before: dt.datetime) -> QuerySet[User]:
    """Closed, with no post since then, and nothing on hold at a party where they had one."""
    held = held_organisations()
    since = Holding.objects.filter(Q(until_on=None) | Q(until_on__gte=before.date()) | Q(post__organisation__in=held))
    closed = User.objects.filter(is_active=False, joined_at__lt=before).exclude(is_erased())
    return closed.exclude(pk__in=since.values("user")).order_by("pk")


RECORDS = (
    Records(
        "agreements",
        "Agreements that were signed, with their documents, signatures, reviews and files",
        "the day on which they ended",
        84,
        "Deleted. Their audit stays, and names nobody",
        ended,
        one_by_one(remove_agreement),
        at_least=60,
    ),
    Records(
        "drafts",
        "Drafts that nobody writes in, and those that were declined, withdrawn or lapsed",
        "the last word in them",
        24,
        "Deleted, four weeks after both sides were told",
        silent_drafts,
        one_by_one(remove_agreement),
        at_least=24,
    ),
    Records(
        "accounts",
        "Accounts that are closed",
        "the last day of their last post",
        84,
        "Erased: the name stays only where it signed",
        closed_accounts,
        one_by_one(erase),
        at_least=12,
    ),
    Records(
        "checks",
        "Answers of eligibility checks, which name nobody",
        "the day of the check",
        13,
        "The answers go, the count stays",
        lambda before: EligibilityCheck.objects.filter(asked_at__lt=before).exclude(answers={}),
        lambda rows: rows.update(answers={}),
    ),
    Records(
        "mail",
        "Mail that was sent, refused or put aside",
        "the day on which it was written",
        12,
        "Deleted",
        lambda before: Notification.objects.exclude(outbox.UNSENT).filter(created_at__lt=before),
        at_least=2,
    ),
    Records(
        "invitations",
        "Invitations that nobody accepted",
        "their last day",
        3,
        "Deleted",
        lambda before: Invitation.objects.filter(accepted_at=None, expires_at__lt=before),
    ),
    Records(
        "joining",
        "Requests to join that were declined",
        "the decision",
        12,
        "Deleted",
        lambda before: JoiningRequest.objects.filter(organisation=None, decided_at__lt=before),
    ),
    Records(
        "complaints",
        "Complaints about data protection",
        "the answer",
        36,
        "Deleted",
        lambda before: Complaint.objects.filter(answered_at__lt=before),
    ),
    Records(
        "typed",
        "Words that somebody was typing when their session ended",
        "that moment",
        1,
        "Deleted",
        lambda before: TypedText.objects.filter(kept_at__lt=before),
    ),
    Records(
        "copies",
        "PDFs of what is held about one person",
        "the day on which they were asked for",
        1,
        "Deleted",
        lambda before: PersonalDataCopy.objects.filter(asked_at__lt=before),
    ),
    Records(
        "exports",
        "Long lists that somebody asked for as a file. The files themselves go after a week",
        "the day on which they were asked for",
        1,
        "Deleted",
        lambda before: Export.objects.filter(asked_at__lt=before),
    ),
)
BY_NAME = {records.name: records for records in RECORDS}
