"""The lists that can be taken away: which columns, and which rows. The rows are those of the page, in its filter and order."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from agreements.filters import narrowed_actions, narrowed_agreements
from agreements.models import Action, Status
from portal.exports.columns import Column, choice, date, number, text
from portal.foundation.models import User
from reviews.filters import narrowed_reviews
from reviews.models import Kind, Outcome, Review, State


@dataclass(frozen=True)
class ExportedList:
    """`rows` gives what a person sees on the page of this name, under the filter of an address."""

    name: str
    title: str
    page: str
    rows: Callable[[User, QueryDict], QuerySet]
    columns: tuple[Column, ...]


def day_in_london(moment: dt.datetime) -> dt.date:
    # Not localdate(): it asks anew for each row which zone this thread is in, and that takes longest of all.
    return moment.astimezone(timezone.get_default_timezone()).date()


def review_state(state: str, due_on: dt.date) -> str:
    review = Review(state=state, due_on=due_on)
    return "Late" if review.is_overdue else review.get_state_display()


def action_state(state: str, due_on: dt.date, confirmed_at: dt.datetime | None) -> str:
    return Action(state=state, due_on=due_on, confirmed_at=confirmed_at).standing


def parties(at: str) -> tuple[Column, ...]:
    """What every row about an agreement begins with. `at` leads to the agreement."""
    return (
        text("reference", "The agreement’s reference in the portal", f"{at}reference"),
        text("service", "Name of the service", f"{at}service__name"),
        text("organisation", "Name of the third sector organisation", f"{at}organisation__name"),
        text("prison", "Name of the prison", f"{at}establishment__name"),
    )


AGREEMENTS = ExportedList(
    "agreements",
    "Agreements",
    "agreement_list",
    lambda user, given: narrowed_agreements(user, given).qs,
    (
        *parties(""),
        choice(
            "status",
            "Status of the version that counts: the one in force, or else the newest",
            "current_version__status",
            read=dict(Status.choices).get,
        ),
        date("since", "Day since which it has this status", "current_version__status_since", read=day_in_london),
        number("version", "Number of that version", "current_version__number"),
        date("starts_on", "First day, once it has been written down", "current_version__starts_on"),
        date("ends_on", "Last day, once it has been written down", "current_version__ends_on"),
        number("places", "Places at one time", "current_version__places"),
    ),
)
REVIEWS = ExportedList(
    "reviews",
    "Reviews",
    "review_list",
    lambda user, given: narrowed_reviews(user, given).qs,
    (
        *parties("agreement__"),
        number("number", "Number of the review within its agreement", "number"),
        choice("kind", "Why it is held", "kind", read=dict(Kind.choices).get),
        date("due_on", "Day by which it is to be held", "due_on"),
        choice("state", f"Late, or one of: {', '.join(map(str, State.labels))}", "state", "due_on", read=review_state),
        date("held_on", "Day on which it was held", "held_on"),
        choice(
            "outcome", "What both sides decided", "outcome", read=lambda value: dict(Outcome.choices).get(value, "")
        ),
    ),
)
ACTIONS = ExportedList(
    "actions",
    "Agreed actions",
    "action_board",
    lambda user, given: narrowed_actions(user, given).qs,
    (
        *parties("version__agreement__"),
        text("action", "What is to be done", "what"),
        choice("side", "Which side does it", "owner", read=dict(Action.Owner.choices).get),
        text("post", "Title of the post that does it", "post_title"),
        date("due_on", "Day by which it is to be done", "due_on"),
        choice("state", "How far it is", "state", "due_on", "confirmed_at", read=action_state),
    ),
)
LISTS = {exported.name: exported for exported in (AGREEMENTS, REVIEWS, ACTIONS)}
