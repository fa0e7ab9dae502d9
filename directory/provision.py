"""The map of need, worked out from rows: plain functions, so that a second calculation can be held against them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product
from operator import or_


@dataclass(frozen=True)
class Offer:
    """One service at one prison, as the map counts it. Needs, groups and characteristics are slugs of terms."""

    listing: int
    prison: int
    from_agreement: bool
    needs: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    characteristics: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()
    places: int | None = None
    people: int | None = None


@dataclass(frozen=True)
class Extent:
    """What services offer together. None: not one of them says it. Somebody who was reached by two counts twice."""

    places: int | None = None
    people: int | None = None
    days: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Count:
    """Services that an agreement in force has listed, and those that were listed otherwise."""

    agreements: int = 0
    others: int = 0

    @property
    def total(self) -> int:
        return self.agreements + self.others

    def __str__(self) -> str:
        return f"{self.agreements} + {self.others}" if self.others else str(self.agreements)


@dataclass(frozen=True)
class Gap:
    """A need, or a group, that a prison gives weight to and that no service there serves."""

    prison: int
    slug: str
    weight: int
    is_wanted: bool = False


@dataclass(frozen=True)
class Duplicate:
    """Services at one prison with the same need and the same group."""

    prison: int
    need: str
    group: str
    listings: frozenset[int]


Weights = Mapping[int, Mapping[str, int]]
Pairs = Iterable[tuple[int, str]]


def matrix(offers: Iterable[Offer]) -> dict[tuple[int, str], Count]:
    """How many services each prison has for each need. What isn't in it has none."""
    found: dict[tuple[int, str], Count] = {}
    for offer in offers:
        for need in offer.needs:
            had = found.get((offer.prison, need), Count())
            found[offer.prison, need] = Count(
                had.agreements + offer.from_agreement, had.others + (not offer.from_agreement)
            )
    return found


def extents(offers: Iterable[Offer]) -> dict[tuple[int, str], Extent]:
    """Places, people reached and days of the week, for each need at each prison that has a service for it."""
    cells: dict[tuple[int, str], list[Offer]] = {}
    for offer in offers:
        for need in offer.needs:
            cells.setdefault((offer.prison, need), []).append(offer)
    return {place: together(found) for place, found in cells.items()}


def together(offers: Sequence[Offer]) -> Extent:
    return Extent(
        _added(offer.places for offer in offers),
        _added(offer.people for offer in offers),
        reduce(or_, (offer.days for offer in offers), frozenset()),
    )


def _added(numbers: Iterable[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def gaps(weights: Weights, served: Pairs, wanted: Pairs = ()) -> list[Gap]:
    """What a prison weighs and nobody serves there, the heaviest first. `wanted`: for which an idea is wanted."""
    served, wanted = frozenset(served), frozenset(wanted)
    found = [
        Gap(prison, slug, weight, (prison, slug) in wanted)
        for prison, weighed in weights.items()
        for slug, weight in weighed.items()
        if weight > 0 and (prison, slug) not in served
    ]
    return sorted(found, key=lambda gap: -gap.weight)


def needs_served(offers: Iterable[Offer]) -> set[tuple[int, str]]:
    return {(offer.prison, need) for offer in offers for need in offer.needs}


def groups_served(offers: Iterable[Offer]) -> set[tuple[int, str]]:
    return {(offer.prison, group) for offer in offers for group in offer.groups}


def duplicates(offers: Iterable[Offer]) -> list[Duplicate]:
    """Where two services or more at a prison have a need and a group in common."""
    found: dict[tuple[int, str, str], set[int]] = {}
    for offer in offers:
        for need, group in product(offer.needs, offer.groups):
            found.setdefault((offer.prison, need, group), set()).add(offer.listing)
    return [Duplicate(*place, frozenset(listings)) for place, listings in found.items() if len(listings) > 1]


def unreached(offers: Iterable[Offer], prisons: Sequence[int], characteristics: Sequence[str]) -> list[tuple[int, str]]:
    """For each prison the protected characteristics for which no service there is designed."""
    reached = {(offer.prison, slug) for offer in offers for slug in offer.characteristics}
    return [place for place in product(prisons, characteristics) if place not in reached]
