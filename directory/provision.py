"""What is provided and what is missing: the figures of the map of need."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Offered:
    """Services together: those that an agreement in force has listed, and those that were listed otherwise.

    Places and people reached: None if not one of them says it. Somebody who was reached by two counts twice.
    What the public may know of these people: where the bands of their counts begin, added up, and how many counts there are.
    """

    agreements: int = 0
    others: int = 0
    places: int | None = None
    people: int | None = None
    people_bands: int | None = None
    people_counts: int = 0

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
    """So many services at one prison with the same need and the same group."""

    prison: int
    need: str
    group: str
    number: int

    @property
    def place(self) -> tuple[int, str, str]:
        return self.prison, self.need, self.group


Weights = Mapping[int, Mapping[str, int]]
Pairs = Iterable[tuple[int, str]]


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
