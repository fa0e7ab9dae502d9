"""What is told to those outside: named facts, one by one. No other answer, no comment, no name or contact of a person.

Of people only counts of five or more are told, and only of one agreement: there is nothing to subtract from.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from agreements.models import LIVE, Agreement, FunderShare, Showing, Status, StatusChange, Version
from agreements.questions.shown import Shown, Words
from agreements.reading import Reading, read
from agreements.statuses import facts
from portal.foundation import clock, disclosure
from portal.foundation.models import User
from portal.foundation.text import without_contacts
from reviews.models import Review, State

NEEDS, EVIDENCE, WHAT, PLACES = "S1-05", "S1-06", "S1-01", "S1-11"
LEFT_OUT = "(contact left out)"
GIVEN_UP = (Status.DECLINED, Status.WITHDRAWN, Status.LAPSED)
# What the prison has said of it last where nobody approved it here: step and words. It holds when the agreement has ended.
SAID = {
    "accept": "Accepted the outline on",
    "support": "Supported the outline on",
    "end-support": "Ended its support on",
    "decline": "Declined on",
    "take-in-paper": "Signed on paper, and taken in on",
}


@dataclass(frozen=True)
class Told:
    """One agreement in a funder's portfolio, as a row of its list."""

    agreement: Agreement
    stage: str
    until_on: Any


def portfolio(user: User) -> QuerySet[FunderShare]:
    """What is shared with this funder today, by organisation and prison."""
    shares = FunderShare.objects.visible_to(user).select_related(
        "agreement__organisation", "agreement__establishment", "agreement__service", "agreement__current_version"
    )
    accepted = StatusChange.objects.filter(version=OuterRef("agreement__current_version"), to_status=Status.DETAILS)
    return shares.annotate(was_accepted=Exists(accepted)).order_by(
        "agreement__organisation__name", "agreement__establishment__name", "pk"
    )


def row(share: Any) -> Told:
    """A share of a `portfolio`."""
    status = Status(share.agreement.current_version.status)
    return Told(share.agreement, stage_of(status, was_accepted=share.was_accepted), share.until_on)


def shared(user: User, reference: str) -> Version | None:
    """The version in force, or else the newest, of an agreement that is shared with this funder."""
    return _version(FunderShare.objects.visible_to(user).filter(agreement__reference=reference).values("agreement"))


def shown_to_all(reference: str) -> Version | None:
    """The same, of an agreement that both sides show to everybody."""
    return _version(Showing.objects.agreements().filter(reference=reference).values("pk"))


def _version(agreements: Any) -> Version | None:
    return Version.objects.with_parties().filter(current_of__in=agreements).first()


def shared_grants(user: User, version: Version) -> list[str]:
    """Which grants pay for it, as far as this funder has been told."""
    return _grants(FunderShare.objects.visible_to(user), version)


def shown_grants(version: Version) -> list[str]:
    """The same, of all funders that it is shared with."""
    return _grants(FunderShare.objects.open(), version)


def _grants(shares: Any, version: Version) -> list[str]:
    return [grant_id for _, grant_id in shares.filter(agreement=version.agreement_id).grants()]


def stage_of(status: Status, *, was_accepted: bool) -> str:
    """The two entry points of the form: before the funding is there, and in full."""
    is_outline = facts(status).stage < 3 and not (status in GIVEN_UP and was_accepted)
    return "Outline proposal, before its funding is secured" if is_outline else "Full agreement"


def told(version: Version, grants: list[str]) -> list[dict[str, Any]]:
    """The rows of a summary list."""
    rows = [{"label": label} | said for label, said in _facts(version, read(version))]
    named = [{"label": f"Grant{'s' * (len(grants) > 1)} in 360Giving’s data", "value": ", ".join(grants)}]
    return rows + named * bool(grants)


def _facts(version: Version, reading: Reading) -> Iterator[tuple[str, dict[str, Any]]]:
    agreement = version.agreement
    number = agreement.organisation.charity_number
    yield "Organisation", {"value": f"{agreement.organisation}{f' ({number})' if number else ''}"}
    yield "Prison", {"value": str(agreement.establishment)}
    was_accepted = version.changes.filter(to_status=Status.DETAILS).exists()
    yield "Stage", {"value": stage_of(Status(version.status), was_accepted=was_accepted)}
    yield "Status", {"value": facts(version.status).printed_as}
    yield "Decision of the prison", {"value": _decision(version)}
    for label, question_id in (("Need", NEEDS), ("Evidence of the need", EVIDENCE), ("What it does", WHAT)):
        if question_id in reading.asked:
            yield label, {"shown": _answer(reading, question_id)}
    yield "Places at once", {"value": _people((reading.answers.get(PLACES) or {}).get("at_once"))}
    if version.starts_on and version.ends_on:
        yield "Runs", {"value": f"{clock.say_day(version.starts_on)} to {clock.say_day(version.ends_on)}"}
    yield "Reviews", {"value": _reviews(agreement)}


def _answer(reading: Reading, question_id: str) -> Shown:
    """E-mail addresses and phone numbers that somebody wrote into it are left out, as in the directory."""
    shown = reading.shown(reading.asked[question_id])
    if not isinstance(shown, Words):
        return shown
    return Words(tuple(without_contacts(paragraph, LEFT_OUT) for paragraph in shown.paragraphs))


def _people(count: int | None) -> str:
    """A small number of people may tell who they are."""
    if count is None:
        return "Not said"
    return str(count) if disclosure.is_enough(count) else disclosure.FEWER.capitalize()


def _decision(version: Version) -> str:
    approval = version.approvals.filter(overtaken_at=None).select_related("post").last()
    if approval:
        return f"Approved by the {approval.post.title} on {clock.say_day(timezone.localdate(approval.at))}"
    last = version.changes.filter(step__in=SAID).order_by("at", "pk").last()
    return f"{SAID[last.step]} {clock.say_day(timezone.localdate(last.at))}" if last else "None yet"


def _reviews(agreement: Agreement) -> str:
    found = Review.objects.filter(agreement=agreement).aggregate(
        last=Max("held_on", filter=Q(state=State.HELD)), following=Min("due_on", filter=Q(state=State.OPEN))
    )
    said = f"Last held on {clock.say_day(found['last'])}." if found["last"] else "None held yet."
    if not found["following"] or agreement.current_version.status not in LIVE:
        return said
    late = " It is late." if found["following"] < clock.today() else ""
    return f"{said} The next is due on {clock.say_day(found['following'])}.{late}"
