"""What is in the open data: each table with its columns, named one by one.

Nothing gets in by being in the database: a row is written out of the values that are listed here. No column holds free
text, an address, a number of people below five, or anything of somebody who works or lives in a prison.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from agreements.models import Agreement, FunderShare, Showing, Status, Version
from directory.editions import Custody, entry
from directory.feeds import need_records
from directory.models import Listing
from portal.exports.columns import CHUNK, Column, Kind
from portal.exports.lists import SERVICES, review_state
from portal.foundation import disclosure
from reviews.models import Review

# What was signed is in the directory, or was. A draft is nobody's but its two sides'.
SIGNED = {
    Status.IN_FORCE: "in force",
    Status.ON_PAPER: "in force",
    Status.PAUSED: "paused",
    Status.ENDED: "ended",
}


@dataclass(frozen=True)
class OpenTable:
    name: str
    title: str
    words: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterator[list[Any]]]


def column(name: str, words: str, kind: Kind = Kind.TEXT) -> Column:
    return Column(name, words, kind, ())


def enough(number: int) -> int | None:
    """A count, unless it is so small that it might tell on somebody."""
    return number if disclosure.is_enough(number) else None


def terms_of_versions(vocabulary: str) -> dict[int, tuple[str, ...]]:
    """By version, the labels that it names of a list."""
    named = Version.terms.through.objects.filter(
        term__vocabulary__key=vocabulary, term__vocabulary__establishment=None, version__status__in=SIGNED
    )
    found: dict[int, list[str]] = defaultdict(list)
    for version, label in named.order_by("term__position").values_list("version", "term__label").iterator():
        found[version].append(label)
    return {version: tuple(labels) for version, labels in found.items()}


def grants_shown() -> dict[int, tuple[str, ...]]:
    """By agreement that both sides show to everybody, the grants in 360Giving's data that pay for it."""
    found: dict[int, list[str]] = defaultdict(list)
    for agreement, grant_id in FunderShare.objects.open().filter(agreement__in=Showing.objects.by_both()).grants():
        found[agreement].append(grant_id)
    return {agreement: tuple(grants) for agreement, grants in found.items()}


def agreement_rows() -> Iterator[list[Any]]:
    needs, groups, grants = terms_of_versions("needs"), terms_of_versions("populations"), grants_shown()
    found = Agreement.objects.filter(current_version__status__in=SIGNED)
    parties = ("establishment__name", "organisation__name", "service__name", "pk")
    version = ("current_version", "current_version__status", "current_version__starts_on", "current_version__ends_on")
    for row in found.order_by(*parties).values_list(*parties, *version).iterator(chunk_size=CHUNK):
        prison, organisation, service, agreement, pk, status, starts_on, ends_on = row
        lists = [needs.get(pk, ()), groups.get(pk, ())]
        yield [prison, organisation, service, *lists, SIGNED[status], starts_on, ends_on, grants.get(agreement, ())]


# Of what the directory's own export has: no summary, which somebody wrote, and no contact.
OF_A_SERVICE = frozenset(
    [
        "reference",
        "service_reference",
        "service",
        "organisation",
        "prison",
        "outside_agreements",
        "needs",
        "populations",
        "activities",
        "settings",
        "release_areas",
        "starts_on",
        "ends_on",
    ]
)
SERVICE_COLUMNS = tuple(column for column in SERVICES.columns if column.name in OF_A_SERVICE)


def service_rows() -> Iterator[list[Any]]:
    """What the directory says to everybody, of the columns above."""
    listed = Listing.objects.listed().with_parties().order_by("establishment__name", "service__name", "pk")
    for listing in listed.iterator(chunk_size=CHUNK):
        told = entry(listing, Custody)
        yield [getattr(told, column.name) for column in SERVICE_COLUMNS]


def need_rows() -> Iterator[list[Any]]:
    """Every need at every prison that is open, those that nobody meets included."""
    for row in need_records.needs():
        yield [row.prison, row.need, row.services_from_agreements + row.services_otherwise, row.people_reached]


def review_rows() -> Iterator[list[Any]]:
    reviews = Review.objects.order_by().values_list("agreement__establishment__name", "state", "due_on")
    counted: Counter[tuple[str, str]] = Counter()
    for prison, state, due_on in reviews.iterator(chunk_size=CHUNK):
        counted[prison, review_state(state, due_on)] += 1
    for (prison, state), number in sorted(counted.items()):
        yield [prison, state, enough(number)]


TABLES = (
    OpenTable(
        "agreements",
        "Agreements",
        "Partnership Agreements that were signed by both sides: in force, paused or ended. Drafts are not in it.",
        (
            column("prison", "Name of the prison"),
            column("organisation", "Name of the third sector organisation"),
            column("service", "Name of the service"),
            column("needs", "Needs that it meets", Kind.LIST),
            column("groups", "Groups of people that it is for", Kind.LIST),
            column("status", "in force, paused or ended", Kind.CHOICE),
            column("starts_on", "First day", Kind.DATE),
            column("ends_on", "Last day", Kind.DATE),
            column("grants", "Grants that pay for it, by their identifiers in 360Giving’s data", Kind.LIST),
        ),
        agreement_rows,
    ),
    OpenTable(
        "services",
        "Services",
        "What the directory lists today: a row for each service at each prison.",
        SERVICE_COLUMNS,
        service_rows,
    ),
    OpenTable(
        "needs",
        "Needs",
        "How many services that are listed today meet each need at each prison.",
        (
            column("prison", "Name of the prison"),
            column("need", "The need"),
            column("services", "Services listed there that meet it", Kind.NUMBER),
            column(
                "people_reached",
                "How many people they reached in a year, as a range; empty where nobody has said",
            ),
        ),
        need_rows,
    ),
    OpenTable(
        "reviews",
        "Reviews",
        "How many reviews of agreements there are at each prison, by state.",
        (
            column("prison", "Name of the prison"),
            column("state", "Open, Late, Held or Not needed any more", Kind.CHOICE),
            column("number", f"Reviews; empty where there are fewer than {disclosure.FEWEST}", Kind.NUMBER),
        ),
        review_rows,
    ),
)
BY_NAME = {table.name: table for table in TABLES}
