"""Calendar feeds (RFC 5545): reviews, action dates and ends, under an address that only its owner knows.

A UID stays the same when a date moves, and its SEQUENCE grows then; what is held, done or over is no longer in the feed.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from icalendar import Calendar, Event

from agreements import notices
from agreements.models import LIVE, Action, Agreement, StatusChange, Version
from directory.models import Establishment, Role
from directory.standing import standing
from portal.foundation import audit, clock
from portal.foundation.models import User
from reviews.models import CalendarAddress, Review, State, new_secret

MINE = "mine"
# Who may see and renew the address of a prison's calendar.
OF_THE_PRISON = (Role.HOO, Role.APPROVER, Role.COORDINATOR)


@dataclass(frozen=True)
class Entry:
    """One day in a calendar."""

    uid: str
    sequence: int
    on: dt.date
    title: str
    link: str


def entries(agreements: QuerySet[Agreement]) -> Iterator[Entry]:
    """Everything with a date in these agreements, the soonest first within each kind."""
    yield from _reviews(agreements)
    yield from _actions(agreements)
    yield from _ends(agreements)


def _reviews(agreements: QuerySet[Agreement]) -> Iterator[Entry]:
    rows = Review.objects.open().filter(agreement__in=agreements).annotate(moves=moves("agreement"))
    for review in rows.select_related("agreement__service", "agreement__establishment").order_by("due_on", "pk"):
        yield entry(f"review-{review.pk}", review.moves, review.due_on, "Review due", review.agreement)


def _actions(agreements: QuerySet[Agreement]) -> Iterator[Entry]:
    rows = Action.objects.of_agreements_in_force().filter(version__agreement__in=agreements, state=Action.State.OPEN)
    parties = ("version__agreement__service", "version__agreement__establishment")
    for action in rows.select_related(*parties).order_by("due_on", "pk"):
        yield entry(
            f"action-{action.uid}", action.revision, action.due_on, "Agreed action due", action.version.agreement
        )


def _ends(agreements: QuerySet[Agreement]) -> Iterator[Entry]:
    rows = Version.objects.filter(agreement__in=agreements, status__in=LIVE, ends_on__isnull=False)
    rows = rows.annotate(moves=moves("agreement")).select_related("agreement__service", "agreement__establishment")
    for version in rows.order_by("ends_on", "pk"):
        agreement, ends_on = version.agreement, cast(dt.date, version.ends_on)
        yield entry(f"end-{agreement.pk}", version.moves, ends_on, "Agreement ends", agreement)


def moves(agreement: str) -> Combinable:
    """A number that grows whenever the dates of an agreement can have moved: a step was taken, or a review was held."""
    steps = StatusChange.objects.filter(version__agreement=OuterRef(agreement)).order_by()
    held = Review.objects.filter(agreement=OuterRef(agreement), state=State.HELD).order_by()
    return _count(steps, "version__agreement") + _count(held, "agreement")


def _count(rows: QuerySet, by: str) -> Coalesce:
    counted = rows.values(by).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def entry(name: str, sequence: int, on: dt.date, what: str, agreement: Agreement) -> Entry:
    host = settings.SITE_URL.rpartition("/")[2]
    return Entry(f"{name}@{host}", sequence, on, f"{what}: {agreement}", notices.link(agreement))


def feed(secret: str) -> bytes | None:
    """The calendar at this address, or None when there is none, or its owner has left."""
    address = CalendarAddress.objects.select_related("user", "establishment").filter(secret=secret).first()
    if address is None or (address.user and not address.user.is_active):
        return None
    return written(name_of(address), entries(agreements_of(address)))


def agreements_of(address: CalendarAddress) -> QuerySet[Agreement]:
    """What the person may see today; for a prison, what was sent there."""
    if address.user:
        return Agreement.objects.visible_to(address.user)
    return Agreement.objects.filter(establishment=address.establishment, sent_at__isnull=False)


def name_of(address: CalendarAddress) -> str:
    return f"Partnership Agreements: {address.user or address.establishment}"


def written(name: str, rows: Iterator[Entry]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Partnership Agreements portal//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for row in rows:
        event = Event()
        event.add("uid", row.uid)
        event.add("sequence", row.sequence)
        event.add("dtstamp", clock.now())
        event.add("dtstart", row.on)
        event.add("dtend", row.on + dt.timedelta(days=1))
        event.add("summary", row.title)
        event.add("url", row.link)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return calendar.to_ical()


def open_to(user: User) -> list[tuple[str, str, CalendarAddress | None]]:
    """Whose calendars this person may have: a name for the address, one for people, and the address if there is one."""
    posts = [post for post in standing(user).posts if post.role in OF_THE_PRISON]
    prisons = {post.establishment.pk: post.establishment for post in posts if post.establishment}
    known = CalendarAddress.objects.filter(Q(user=user) | Q(establishment__in=prisons))
    addresses = {address.establishment_id: address for address in known}
    mine = [(MINE, "Everything that you may see", addresses.get(None))]
    return mine + [(prison.slug, str(prison), addresses.get(pk)) for pk, prison in sorted(prisons.items())]


@transaction.atomic
def renew(whose: str, *, by: User) -> CalendarAddress:
    """Give a person or a prison a new secret address. The one before stops working."""
    owner = {"user": by} if whose == MINE else {"establishment": Establishment.objects.get(slug=whose)}
    values = {"secret": new_secret(), "renewed_at": clock.now()}
    address, _ = CalendarAddress.objects.update_or_create(**owner, defaults=values)
    audit.record("renew calendar", about=f"user:{by.pk}", by=by, calendar=whose)
    return address
