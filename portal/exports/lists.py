"""The lists that can be taken away: which columns, and which rows. The rows are those of the page, in its filter and order."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.http import QueryDict
from django.utils import timezone

from agreements.filters import narrowed_actions, narrowed_agreements
from agreements.models import Action, Status
from directory import needs_map, searching
from directory.editions import Public
from directory.listed import in_order
from directory.seen import only_for_post_holders
from portal.exports.columns import Column, Found, Queried, Told, choice, date, number, several, text
from portal.foundation.models import User
from reviews.filters import narrowed_reviews
from reviews.models import Kind, Outcome, Review, State


@dataclass(frozen=True)
class ExportedList:
    """`find` gives what a person sees on the page of this name, under the filter of an address."""

    name: str
    title: str
    page: str
    find: Callable[[User, QueryDict, tuple[Column, ...]], Found]
    columns: tuple[Column, ...]

    def found_by(self, user: User, given: QueryDict) -> Found:
        return self.find(user, given, self.columns)


def day_in_london(moment: dt.datetime | None) -> dt.date | None:
    # Not localdate(): it asks anew for each row which zone this thread is in, and that takes longest of all.
    return moment and moment.astimezone(timezone.get_default_timezone()).date()


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
    lambda user, given, columns: Queried(narrowed_agreements(user, given).qs, columns),
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
    lambda user, given, columns: Queried(narrowed_reviews(user, given).qs, columns),
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
    lambda user, given, columns: Queried(narrowed_actions(user, given).qs, columns),
    (
        *parties("version__agreement__"),
        text("action", "What is to be done", "what"),
        choice("side", "Which side does it", "owner", read=dict(Action.Owner.choices).get),
        text("post", "Title of the post that does it", "post_title"),
        date("due_on", "Day by which it is to be done", "due_on"),
        choice("state", "How far it is", "state", "due_on", "confirmed_at", read=action_state),
    ),
)


def listed_services(user: User, given: QueryDict, columns: tuple[Column, ...]) -> Found:
    """What a search in the directory finds, as it tells everybody: also to those who read more on its pages."""
    found = searching.find(searching.asked(given)).narrowed.pks
    return Told(found, partial(in_order, edition=Public), columns)


SERVICES = ExportedList(
    "services",
    "Services in the directory",
    "directory_search",
    listed_services,
    (
        text("reference", "Of this entry in the directory", "reference"),
        text("service_reference", "Of the service, which may run in several prisons", "service_reference"),
        text("service", "Name of the service", "service"),
        text("organisation", "Name of the organisation that runs it", "organisation"),
        text("prison", "Name of the prison", "prison"),
        text("summary", "What it is", "summary"),
        text(
            "outside_agreements",
            "Empty where an agreement stands behind it; otherwise why it is listed",
            "outside_agreements",
        ),
        several("needs", "Needs that it meets", "needs"),
        several("populations", "Groups of people that it is for", "populations"),
        several("activities", "Kinds of activity", "activities"),
        several("settings", "Where it takes place", "settings"),
        several("release_areas", "Councils in whose area it goes on after release", "release_areas"),
        several("rhythm", "How often, how long, and when one can join", "rhythm"),
        date("starts_on", "First day", "starts_on"),
        date("ends_on", "Last day", "ends_on"),
        text("website", "Website of the organisation", "website"),
        text("public_email", "Public email address of the organisation", "public_email"),
        text("public_phone", "Public telephone number of the organisation", "public_phone"),
    ),
)


def map_of_need(user: User, given: QueryDict, columns: tuple[Column, ...]) -> Found:
    only_for_post_holders(user)
    found = needs_map.read()
    cells = [cell for prison in found.prisons for cell in found.cells(prison)]
    return Told(cells, lambda some: some, columns)


NEEDS = ExportedList(
    "needs",
    "Map of need",
    "need_map",
    map_of_need,
    (
        text("prison", "Name of the prison", "prison.name"),
        text("need", "The need", "need.label"),
        number("from_agreements", "Services that an agreement in force has listed", "offered.agreements"),
        number("otherwise", "Services that were listed otherwise", "offered.others"),
        number("places", "Places at one time of these services together; empty where none says it", "offered.places"),
        number(
            "people", "People who started in the newest four quarters with figures; empty where none", "offered.people"
        ),
        several("days", "Days of the week on which there is one", "days"),
        choice("weight", "What the prison’s newest statement says of the need", "weight_words"),
        choice("idea_wanted", "Whether the prison wants an idea for it: Yes or No", "wanted_words"),
    ),
)
LISTS = {exported.name: exported for exported in (AGREEMENTS, REVIEWS, ACTIONS, SERVICES, NEEDS)}
