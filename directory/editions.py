"""Who reads what of a listing: the one rule. Each edition has the fields of the one before it, and its own.

Pages, booklets, feeds and the search index get an entry of one of these classes and never the row, so what a class
doesn't name can't be shown by mistake. E-mail addresses and phone numbers that somebody wrote into a text are left out
of every field that people in custody read.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import partial
from operator import attrgetter
from typing import Any, TypeVar

from directory.models import Listing
from directory.models.listings import Intake
from directory.standing import standing
from portal.foundation.models import User
from portal.foundation.text import without_contacts

LEFT_OUT = "(ask staff)"


@dataclass(frozen=True)
class Result:
    """What a row of a search shows, to everybody."""

    reference: str
    service_reference: str
    service: str
    organisation: str
    prison: str
    summary: str
    easy_read: str
    outside_agreements: str
    needs: tuple[str, ...]
    not_confirmed_since: dt.date | None
    review_is_late: bool


@dataclass(frozen=True)
class Custody(Result):
    """For everybody, people in custody too: what, for whom, when, where, how to ask. No contact, no names of people."""

    description: str
    prison_slug: str
    populations: tuple[str, ...]
    protected_characteristics: tuple[str, ...]
    activities: tuple[str, ...]
    settings: tuple[str, ...]
    routes: tuple[str, ...]
    release_areas: tuple[str, ...]
    rhythm: tuple[str, ...]
    starts_on: dt.date | None
    ends_on: dt.date | None


@dataclass(frozen=True)
class Public(Custody):
    """For the public site: and the organisation's own public contact."""

    organisation_slug: str
    website: str
    public_email: str
    public_phone: str


@dataclass(frozen=True)
class Staff(Public):
    """For whoever holds a post: and how a referral goes, role mailboxes, days, places."""

    days: tuple[str, ...]
    places: int | None
    people_reached: int | None
    contact_post: str
    contact_mailbox: str
    contact_phone: str
    checked_by: str
    checked_against: str
    decided_within_days: int | None
    agreement_reference: str
    confirmed_on: dt.date
    review_missed_on: dt.date | None


# Columns that no edition shows: they say how the listing is kept.
KEPT = frozenset({"id", "establishment", "origin", "terms", "is_live", "confirmed_by", "asked_after_months"})
KEPT_FOR_SEARCH = frozenset({"words", "facets", "search"})
EVERYBODYS = frozenset(field.name for field in fields(Custody))
# Told in the sentences of `rhythm`.
EVERYBODYS_COLUMNS = EVERYBODYS | {"sessions_per_week", "minutes", "weeks", "intake"}

E = TypeVar("E", bound=Result)


def entry(listing: Listing, edition: type[E], **known: Any) -> E:
    """What this edition says of a listing that was read `with_parties`. What is `known` isn't read again."""
    names = [field.name for field in fields(edition) if field.name not in known]
    told = known | {name: READ.get(name, attrgetter(name))(listing) for name in names}
    return edition(**{name: _plain(value) if name in EVERYBODYS else value for name, value in told.items()})


def entries(listings: Iterable[Listing], edition: type[E]) -> list[E]:
    return [entry(listing, edition) for listing in listings]


def edition_for(user: User) -> type[Public]:
    """Whoever holds a post today reads the staff edition."""
    return Staff if standing(user).posts else Public


def _plain(value: Any) -> Any:
    return without_contacts(value, LEFT_OUT) if isinstance(value, str) else value


def _labels(key: str, listing: Listing) -> tuple[str, ...]:
    return tuple(term.label for term in listing.terms_of(key))


def _release_areas(listing: Listing) -> tuple[str, ...]:
    return tuple(str(area) for area in listing.release_areas.all())


def _rhythm(listing: Listing) -> tuple[str, ...]:
    """How often, how long, for how long, and when one can join: as much of it as is known."""
    intake = {
        Intake.ROLLING: "You can join at any time",
        Intake.FIXED: "You can join only at the start of a programme",
    }
    told = (
        _counted(listing.sessions_per_week, "session", "a week"),
        _counted(listing.minutes, "minute", "each time"),
        _counted(listing.weeks, "week", "in all"),
        intake.get(Intake(listing.intake)) if listing.intake else "",
    )
    return tuple(filter(None, told))


def _counted(number: int | None, thing: str, after: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'} {after}" if number else ""


TERMS = ("needs", "populations", "protected_characteristics", "activities", "settings", "routes", "days")
READ: dict[str, Callable[[Listing], Any]] = {
    "service_reference": attrgetter("service.reference"),
    "service": attrgetter("service.name"),
    "description": attrgetter("service.description"),
    "organisation": attrgetter("service.organisation.name"),
    "organisation_slug": attrgetter("service.organisation.slug"),
    "website": attrgetter("service.organisation.website"),
    "public_email": attrgetter("service.organisation.public_email"),
    "public_phone": attrgetter("service.organisation.public_phone"),
    "prison": attrgetter("establishment.name"),
    "prison_slug": attrgetter("establishment.slug"),
    "outside_agreements": lambda listing: "" if listing.is_from_an_agreement else listing.get_origin_display(),
    "not_confirmed_since": lambda listing: listing.confirmed_on if listing.is_stale else None,
    "review_is_late": lambda listing: listing.review_missed_on is not None,
    "release_areas": _release_areas,
    "rhythm": _rhythm,
    **{key: partial(_labels, key) for key in TERMS},
}
