"""What a search can be narrowed by, and how many there are of each: counted from rows, without a database."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Facet(NamedTuple):
    """One way of narrowing. `name` stands in the address; `vocabulary` is empty for prisons and councils.

    `inside` is what the pages for people in custody call it, where that is something else.
    """

    name: str
    label: str
    vocabulary: str = ""
    inside: str = ""


FACETS = (
    Facet("need", "Need", "needs", inside="What it helps with"),
    Facet("prison", "Prison"),
    Facet("group", "Group served", "populations", inside="For whom"),
    Facet("setting", "Where", "settings"),
    Facet("activity", "Kind of activity", "activities", inside="What happens"),
    Facet("characteristic", "Protected characteristic", "protected_characteristics", inside="Especially for"),
    Facet("area", "Area people return to", inside="After release, in"),
)

Chosen = Mapping[str, frozenset[str]]


# A listing as counting needs it: its id, and keys such as need:health with spaces between.
Row = tuple[int, str]


def values(keys: str, name: str) -> list[str]:
    """What a listing has of one facet, in the order of its list."""
    return [key.removeprefix(f"{name}:") for key in keys.split() if key.startswith(f"{name}:")]


@dataclass
class Narrowed:
    """What fits, in the order of the rows, and how many there would be with each value of each facet."""

    pks: list[int]
    counts: Counter[str]


def narrow(rows: Sequence[Row], chosen: Chosen) -> Narrowed:
    """Values of one facet widen, facets narrow. A facet's own choice doesn't lessen its own counts."""
    wanted = {name: frozenset(f"{name}:{value}" for value in values) for name, values in chosen.items() if values}
    if not wanted:
        return Narrowed([pk for pk, _ in rows], _counted(keys for _, keys in rows))
    pks, fitting, others = [], [], Counter[str]()
    for pk, keys in rows:
        failed = [name for name, any_of in wanted.items() if any_of.isdisjoint(keys.split())]
        if not failed:
            pks.append(pk)
            fitting.append(keys)
        elif len(failed) == 1:
            others.update(key for key in keys.split() if key.startswith(f"{failed[0]}:"))
    return Narrowed(pks, _counted(fitting) + others)


def _counted(texts: Iterable[str]) -> Counter[str]:
    return Counter(" ".join(texts).split())


class Option(NamedTuple):
    value: str
    label: str
    number: int
    is_chosen: bool


@dataclass(frozen=True)
class Shown:
    """A facet on a page: the values that anything has, and those that were chosen."""

    facet: Facet
    options: tuple[Option, ...]

    @property
    def chosen(self) -> int:
        return sum(option.is_chosen for option in self.options)


def shown(labels: Mapping[str, Iterable[tuple[str, str]]], counts: Mapping[str, int], chosen: Chosen) -> list[Shown]:
    """Each facet with its values in the order of their lists. `labels` gives (value, label) pairs by facet."""
    return [
        Shown(facet, tuple(_options(facet.name, labels[facet.name], counts, chosen.get(facet.name, frozenset()))))
        for facet in FACETS
    ]


def _options(name: str, labels: Iterable[tuple[str, str]], counts: Mapping[str, int], chosen: frozenset[str]):
    for value, label in labels:
        count = counts.get(f"{name}:{value}", 0)
        if count or value in chosen:
            yield Option(value, label, count, value in chosen)
