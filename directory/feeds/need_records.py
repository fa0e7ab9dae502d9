"""What the portal tells everybody about need, field by field: counts of services, and areas.

People are told as ranges, never as counts. Statements, gaps and ideas aren’t told: their pages are for those who hold a post.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import TypeVar

from django.http import Http404

from directory import needs_map
from directory.areas import Area, every_area
from directory.models import Listing
from directory.needs_map import Cell, NeedMap
from portal.foundation.disclosure import published_range

Told = TypeVar("Told", "PublicNeed", "PublicArea")


@dataclass(frozen=True)
class PublicNeed:
    """One need at one prison: a cell of the map of need. `people_reached` is a range, empty if nobody has said."""

    reference: str
    prison: str
    prison_slug: str
    need: str
    need_slug: str
    services_from_agreements: int
    services_otherwise: int
    people_reached: str


@dataclass(frozen=True)
class PublicArea:
    """A council or a Community Justice Partnership, and the listings that reach people who return there."""

    reference: str
    kind: str
    name: str
    councils: tuple[str, ...]
    partnership: str
    listings: tuple[str, ...]


def needs(prison: str = "") -> list[PublicNeed]:
    found = read_map(prison)
    return [need(cell) for place in found.prisons for cell in found.cells(place)]


def read_map(slug: str) -> NeedMap:
    return needs_map.read(needs_map.prisons_of_today().filter(slug=slug) if slug else None)


def need(cell: Cell) -> PublicNeed:
    bands = cell.offered.people_bands
    return PublicNeed(
        reference=f"{cell.prison.slug}_{cell.need.slug}",
        prison=str(cell.prison),
        prison_slug=cell.prison.slug,
        need=cell.need.label,
        need_slug=cell.need.slug,
        services_from_agreements=cell.offered.agreements,
        services_otherwise=cell.offered.others,
        people_reached="" if bands is None else published_range(bands, cell.offered.people_counts),
    )


def areas() -> list[PublicArea]:
    reaching = listings_by_council()
    return [area(row, reaching) for rows in every_area() for row in rows]


def listings_by_council() -> dict[str, list[str]]:
    listed = Listing.objects.listed().filter(release_areas__isnull=False).order_by("establishment__name", "pk")
    found: dict[str, list[str]] = defaultdict(list)
    for council, reference in listed.values_list("release_areas", "reference"):
        found[council].append(reference)
    return found


def area(row: Area, reaching: dict[str, list[str]]) -> PublicArea:
    listings = (reference for council in row.councils for reference in reaching[council.pk])
    return PublicArea(
        reference=f"{row.kind}_{row.slug}",
        kind=row.kind,
        name=row.name,
        councils=tuple(council.name for council in row.councils),
        partnership=row.partnership,
        listings=tuple(dict.fromkeys(listings)),
    )


def the_one(told: list[Told], reference: str) -> Told:
    found = next((each for each in told if each.reference == reference), None)
    if found is None:
        raise Http404
    return found
