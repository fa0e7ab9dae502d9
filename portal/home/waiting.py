"""What waits for somebody beside the agreements and reviews whose turn it is: agreed actions, and the directory."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import QuerySet
from django.urls import reverse

from agreements.models import Action
from directory.finding import joining_requests
from directory.keeping import corrections, keeps_any, listings_to_confirm
from directory.seen import ideas_seen_by, ideas_to_answer
from directory.standing import standing
from portal.foundation.models import User


class Waits(NamedTuple):
    """So many of one kind, and the page that lists them."""

    number: int
    one: str
    many: str
    address: str


def besides_turns(user: User) -> list[Waits]:
    found = (Waits(rows.order_by().count(), one, many, address) for rows, one, many, address in _kinds(user))
    return [waits for waits in found if waits.number]


def _kinds(user: User) -> Iterator[tuple[QuerySet, str, str, str]]:
    """Asked only of those whom it can concern: nobody else pays for the query."""
    ideas = reverse("idea_list")
    if posts := standing(user).posts:
        due = Action.objects.visible_to(user).of_agreements_in_force().overdue().filter(post__in=posts)
        address = f"{reverse('action_board')}?state=overdue&post=mine"
        yield due, "agreed action of yours is late", "agreed actions of yours are late", address
    if standing(user).establishment_ids:
        yield ideas_to_answer(user), "idea to answer", "ideas to answer", f"{ideas}?state=waiting"
    if keeps_any(user):
        yield corrections(user), "correction to decide", "corrections to decide", reverse("correction_list")
    if standing(user).organisation_ids:
        rows = listings_to_confirm(user)
        yield rows, "entry in the directory to confirm", "entries in the directory to confirm", reverse("listing_list")
    if standing(user).is_cjvsf:
        late = "that a prison hasn’t answered in time"
        yield ideas_seen_by(user).silent(), f"idea {late}", f"ideas {late}", f"{ideas}?state=late"
        asked = joining_requests(user)[0]
        yield asked, "organisation that asks to join", "organisations that ask to join", reverse("joining_list")
