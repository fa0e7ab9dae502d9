"""What the outcome of a review does, in the transaction of the last confirmation: each through the steps of the agreement."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from agreements.effects import Request
from agreements.models import Action, Version
from agreements.operations.actions import add_action, responsible_post
from agreements.operations.doing import settle_together
from agreements.operations.drafting import save_answers
from agreements.reading import read as read_version
from agreements.workflow import perform
from directory.models import Post
from portal.foundation.models import User
from reviews import form
from reviews.models import Outcome
from reviews.reading import ReviewReading
from reviews.rules import day, version_in_force

SETTLED = {"close": Action.State.DONE, "drop": Action.State.DROPPED}


def carry_out(reading: ReviewReading, *, by: User) -> None:
    """Settle the actions, then do what the outcome says. Raises NotReady when the agreement has moved on meanwhile."""
    settle_actions(reading, by)
    version = version_in_force(reading.review)
    if version:
        DOES[Outcome(reading.answers[form.OUTCOME])](reading, version, by)


def settle_actions(reading: ReviewReading, by: User) -> None:
    """What both sides said is closed or dropped is settled; what they keep goes on, and into the next version."""
    held_on = dt.date.fromisoformat(reading.answers[form.DATES]["held"])
    for row in reading.answers.get(form.ACTIONS) or ():
        if row.get("next") in SETTLED:
            state, note = SETTLED[row["next"]], row.get("note", "")
            settle_together(reading.review.version, row["for"], state, note=note, on=held_on, by=by)


def go_on(reading: ReviewReading, version: Version, by: User) -> None:
    """The agreement stays as it is."""


def open_changes(reading: ReviewReading, version: Version, by: User) -> None:
    """Version n+1 is opened with everything that n says, and with the new actions. The sides change what they agreed."""
    _open_next(reading, version, by)


def extend(reading: ReviewReading, version: Version, by: User) -> None:
    """Version n+1, in which nothing is different but the last day: a new date is signed like any other change."""
    following = _open_next(reading, version, by)
    dates = read_version(following).rows.get("S4-05")
    agreed: dict[str, Any] = (dates.value if dates else None) or {}
    value = agreed | {"end": reading.answers[form.NEW_DATES]["end"]}
    replacing = {"S4-05": str(dates.pk) if dates else ""}
    save_answers(following, {"S4-05": value}, replacing=replacing, by=by)


def pause(reading: ReviewReading, version: Version, by: User) -> None:
    why = reading.answers[form.PAUSED]
    perform("pause", version, by=by, request=Request(reason=why["reason"], note=why["note"]))


def end(reading: ReviewReading, version: Version, by: User) -> None:
    """Notice to the last day. The plan for the people taking part and for their data stays on the record of the step."""
    ending = reading.answers[form.ENDING]
    plan = f"People taking part: {ending['participants']}\n\nData: {ending['data']}"
    request = Request(reason=ending["reason"], last_day=day(ending, "last_day"), note=plan)
    perform("end", version, by=by, request=request)


DOES: Mapping[Outcome, Callable[[ReviewReading, Version, User], None]] = {
    Outcome.CONTINUE: go_on,
    Outcome.CHANGES: open_changes,
    Outcome.EXTEND: extend,
    Outcome.PAUSE: pause,
    Outcome.END: end,
}


def _open_next(reading: ReviewReading, version: Version, by: User) -> Version:
    agreed = reading.answers.get(form.CHANGES) or {}
    perform("vary", version, by=by, request=Request(note=agreed.get("changes", "")))
    following = version.agreement.versions.latest("number")
    for row in agreed.get("actions") or ():
        add_action(following, by=by, **_action(following, row))
    return following


def _action(version: Version, row: Mapping[str, Any]) -> dict[str, Any]:
    agreement = version.agreement
    posts = Post.objects.filter(organisation=agreement.organisation_id) | Post.objects.filter(
        establishment=agreement.establishment_id
    )
    named = posts.filter(title__iexact=row["post"]).first()
    return {
        "what": row["what"],
        "owner": row["owner"],
        "post": named or responsible_post(version, row["owner"]),
        "post_title": row["post"],
        "due_on": day(row, "due"),
    }
