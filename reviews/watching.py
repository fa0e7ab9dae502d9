"""What the ladder watches, streamed: every open thing whose date is near enough for a rung."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.utils import timezone

from agreements.assurance import EXPIRES
from agreements.models import (
    LIVE,
    Action,
    Agreement,
    Answer,
    Approval,
    AssuranceProfile,
    Comment,
    Side,
    Signature,
    Status,
    Version,
)
from agreements.operations.doing import OTHER
from agreements.rules import SILENCE
from agreements.statuses import facts
from directory.contacts import contacts_of
from directory.models import Idea, Post, Role
from portal.foundation.working_days import working_days_after
from reviews.ladder import LADDERS, Thing, Watched
from reviews.models import Review

CHUNK = 500
BOTH = (Side.PARTNER, Side.PRISON)
DAYS_TO_CONFIRM = 10


def everything(today: dt.date) -> Iterator[Thing]:
    """All that is watched, of every kind. Memory stays flat however many there are."""
    for find in (
        reviews,
        actions,
        claims,
        outlines,
        approvals,
        signatures,
        endings,
        assurances,
        quiet_drafts,
        lapsing_outlines,
        ideas,
    ):
        yield from find(today)


def thing(
    kind: Watched, number: object, due_on: dt.date, version: Version, sides: Iterable[str], owners: Iterable[str] = ()
) -> Thing:
    """A thing of one or both sides: it belongs to these addresses, or to everybody who acts for those sides."""
    agreement = version.agreement
    parties = [_party(agreement, side) for side in sides]
    return Thing(
        kind,
        f"{kind}:{number}",
        due_on,
        version.pk,
        tuple(owners) or tuple(f"{party}:{party_id}" for party, party_id in parties),
        tuple(f"{party}_lead:{party_id}" for party, party_id in parties),
    )


def _party(agreement: Agreement, side: str) -> tuple[str, int]:
    if side == Side.PARTNER:
        return "organisation", agreement.organisation_id
    return "establishment", agreement.establishment_id


def streamed(rows: QuerySet) -> Iterator[Any]:
    return rows.order_by("pk").iterator(chunk_size=CHUNK)


def in_chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def reviews(today: dt.date) -> Iterator[Thing]:
    horizon = LADDERS[Watched.REVIEW].horizon(today)
    for review in streamed(Review.objects.open().filter(due_on__lte=horizon).select_related("version__agreement")):
        yield thing(Watched.REVIEW, review.pk, review.due_on, review.version, BOTH)


def actions(today: dt.date) -> Iterator[Thing]:
    horizon = LADDERS[Watched.ACTION].horizon(today)
    is_open = Action.objects.of_agreements_in_force().filter(state=Action.State.OPEN, due_on__lte=horizon)
    for action in streamed(is_open.select_related("version__agreement")):
        sides = BOTH if action.owner == Action.Owner.BOTH else (Side(action.owner),)
        owners = (f"post:{action.post_id}",) if action.post_id and len(sides) == 1 else ()
        yield thing(Watched.ACTION, action.uid, action.due_on, action.version, sides, owners)


def claims(today: dt.date) -> Iterator[Thing]:
    """What one side says is done, or not needed any more: the other side is to confirm it or send it back."""
    claimed = Action.objects.of_agreements_in_force().unsettled().filter(claimed_at__isnull=False)
    for action in streamed(claimed.select_related("version__agreement")):
        due_on = working_days_after(timezone.localdate(action.claimed_at), DAYS_TO_CONFIRM)
        yield thing(Watched.CLAIM, action.uid, due_on, action.version, (OTHER[Side(action.done_for)],))


def in_status(*statuses: str) -> QuerySet[Version]:
    return Version.objects.filter(status__in=statuses).select_related("agreement")


def target(version: Version, since: dt.datetime | None = None) -> dt.date:
    """So many working days after it came here. The stage's own target; a rung is told from there."""
    return working_days_after(timezone.localdate(since or version.status_since), facts(version.status).target_days or 0)


def outlines(today: dt.date) -> Iterator[Thing]:
    for version in streamed(in_status(Status.WITH_PRISON)):
        yield thing(Watched.OUTLINE, version.pk, target(version), version, (Side.PRISON,))


def approvals(today: dt.date) -> Iterator[Thing]:
    """Addressed to the posts whose turn it is by the prison's policy."""
    for versions in in_chunks(streamed(in_status(Status.FOR_APPROVAL))):
        given = _posts_by(Approval.objects.filter(version__in=versions, overtaken_at=None), "version_id")
        seats = _seats_by_prison(versions, "approval_order")
        for version in versions:
            open_seats = next_in_order(seats[version.agreement.establishment_id], given[version.pk])
            yield thing(Watched.APPROVAL, version.pk, target(version), version, (Side.PRISON,), open_seats)


def signatures(today: dt.date) -> Iterator[Thing]:
    """The partner's signatories first; then the prison's posts, from the day on which the partner signed."""
    for versions in in_chunks(streamed(in_status(Status.FOR_SIGNATURE))):
        signed = Signature.objects.filter(document__version__in=versions, document__overtaken_at=None)
        given = _posts_by(signed, "document__version_id")
        partner = dict(signed.filter(side=Side.PARTNER).values_list("document__version_id", "at"))
        seats = _seats_by_prison(versions, "signing_order")
        signatories = _signatories(versions)
        for version in versions:
            if version.pk in partner:
                owners = next_in_order(seats[version.agreement.establishment_id], given[version.pk])
                due_on = target(version, partner[version.pk])
                yield thing(Watched.SIGNATURE, version.pk, due_on, version, (Side.PRISON,), owners)
            else:
                owners = signatories[version.agreement.organisation_id]
                yield thing(Watched.SIGNATURE, version.pk, target(version), version, (Side.PARTNER,), owners)


def next_in_order(seats: list[tuple[int, int]], given: set[int]) -> list[str]:
    """Of (order, post) pairs, the posts that go next: the lowest order in which somebody is still missing."""
    missing = [(order, post_id) for order, post_id in seats if post_id not in given]
    return [f"post:{post_id}" for order, post_id in missing if order == missing[0][0]]


def _posts_by(rows: QuerySet, key: str) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for number, post_id in rows.values_list(key, "post_id"):
        found[number].add(post_id)
    return found


def _seats_by_prison(versions: Iterable[Version], order: str) -> dict[int, list[tuple[int, int]]]:
    prisons = {version.agreement.establishment_id for version in versions}
    posts = Post.objects.filter(establishment__in=prisons, **{f"{order}__isnull": False}).order_by(order, "pk")
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for prison_id, number, post_id in posts.values_list("establishment_id", order, "pk"):
        found[prison_id].append((number, post_id))
    return found


def _signatories(versions: Iterable[Version]) -> dict[int, list[str]]:
    organisations = {version.agreement.organisation_id for version in versions}
    posts = Post.objects.filter(organisation__in=organisations, role=Role.SIGNATORY).order_by("pk")
    found: dict[int, list[str]] = defaultdict(list)
    for organisation_id, post_id in posts.values_list("organisation_id", "pk"):
        found[organisation_id].append(f"post:{post_id}")
    return found


def endings(today: dt.date) -> Iterator[Thing]:
    horizon = LADDERS[Watched.ENDING].horizon(today)
    for version in streamed(in_status(*LIVE).filter(ends_on__gte=today, ends_on__lte=horizon)):
        yield thing(Watched.ENDING, version.pk, version.ends_on, version, BOTH)


def assurances(today: dt.date) -> Iterator[Thing]:
    """PVG memberships (S3-16) and insurance (S3-22): each date once, however many rows have it.

    Agreements in force are watched save for what they have from a profile that still counts: that is watched itself.
    """
    horizon = LADDERS[Watched.ASSURANCE].horizon(today)
    answers = Answer.objects.filter(question_id__in=EXPIRES, replaced_at=None, version__status__in=LIVE)
    own = answers.exclude(taken__profile__in=AssuranceProfile.objects.newest())
    for answer in streamed(own.select_related("version__agreement")):
        number = f"{answer.version_id}:{answer.question_id}"
        for day in expiries(answer.question_id, answer.value, horizon):
            yield thing(Watched.ASSURANCE, number, day, answer.version, (Side.PARTNER,))
    yield from profiles(horizon)


def expiries(question_id: str, value: Any, horizon: dt.date) -> list[dt.date]:
    rows = value if isinstance(value, list) else []
    days = {dt.date.fromisoformat(row[EXPIRES[question_id]]) for row in rows if row.get(EXPIRES[question_id])}
    return sorted(day for day in days if day <= horizon)


def profiles(horizon: dt.date) -> Iterator[Thing]:
    """What expires in the assurance profile of each organisation that takes part."""
    taking_part = AssuranceProfile.objects.filter(organisation__left_on=None, organisation__merged_into=None)
    for profile in streamed(taking_part.newest()):
        number, party = f"{Watched.ASSURANCE}:profile:{profile.pk}", profile.organisation_id
        for question_id in sorted(EXPIRES.keys() & profile.answers.keys()):
            for day in expiries(question_id, profile.answers[question_id], horizon):
                people = (f"organisation:{party}",), (f"organisation_lead:{party}",)
                yield Thing(Watched.ASSURANCE, f"{number}:{question_id}", day, None, *people, organisation_id=party)


def quiet_drafts(today: dt.date) -> Iterator[Thing]:
    """Drafts in which nobody has written since a day, by whose turn it is."""
    horizon = LADDERS[Watched.DRAFT].horizon(today)
    for version in streamed(with_last_words(in_status(Status.OUTLINE, Status.DETAILS))):
        since = timezone.localdate(last_sign_of_life(version))
        if since <= horizon:
            yield thing(Watched.DRAFT, version.pk, since, version, facts(version.status).turn)


def lapsing_outlines(today: dt.date) -> Iterator[Thing]:
    """Supported outlines lapse by themselves: their partners are told before."""
    horizon = LADDERS[Watched.LAPSE].horizon(today)
    for version in streamed(with_last_words(in_status(Status.SUPPORTED))):
        lapses_on = timezone.localdate(last_sign_of_life(version) + SILENCE)
        if today <= lapses_on <= horizon:
            yield thing(Watched.LAPSE, version.pk, lapses_on, version, (Side.PARTNER,))


def ideas(today: dt.date) -> Iterator[Thing]:
    """What a prison hasn't answered: its single point of contact, then its lead, then CJVSF."""
    horizon = LADDERS[Watched.IDEA].horizon(today)
    waiting = Idea.objects.waiting().filter(due_on__lte=horizon).select_related("establishment")
    for found in in_chunks(streamed(waiting)):
        contacts = contacts_of({idea.establishment for idea in found})
        posts = {contact.establishment.pk: f"post:{contact.post.pk}" for contact in contacts if contact.post}
        for idea in found:
            owners = tuple(filter(None, [posts.get(idea.establishment_id)]))
            leads = (f"establishment_lead:{idea.establishment_id}",)
            yield Thing(Watched.IDEA, f"idea:{idea.pk}", idea.due_on, None, owners, leads, idea_id=idea.pk)


def with_last_words(versions: QuerySet[Version]) -> QuerySet[Version]:
    """When somebody last wrote an answer or a comment."""
    return versions.annotate(answered_at=_newest(Answer), commented_at=_newest(Comment))


def _newest(model: type[Answer] | type[Comment]) -> Subquery:
    rows = model.objects.filter(version=OuterRef("pk")).order_by().values("version")
    return Subquery(rows.annotate(last=Max("at")).values("last"))


def last_sign_of_life(version: Any) -> dt.datetime:
    moments = (version.status_since, version.answered_at, version.commented_at)
    return max(moment for moment in moments if moment)
