"""What a search can be narrowed by, and how many there are of each: counted from rows, without a database."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Facet(NamedTuple):
    """One way of narrowing. `name` stands in the address; `vocabulary` is empty for prisons and councils."""

    name: str
    label: str
    vocabulary: str = ""


FACETS = (
    Facet("need", "Need", "needs"),
    Facet("prison", "Prison"),
    Facet("group", "Group served", "populations"),
    Facet("setting", "Where", "settings"),
    Facet("activity", "Kind of activity", "activities"),
    Facet("characteristic", "Protected characteristic", "protected_characteristics"),
    Facet("area", "Area people return to"),
)

Chosen = Mapping[str, frozenset[str]]


class Row(NamedTuple):
    """A listing as counting needs it: `keys` are words such as need:health, with spaces between."""

    pk: int
    keys: str


@dataclass
class Narrowed:
    """What fits, in the order of the rows, and how many there would be with each value of each facet."""

    pks: list[int] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def narrow(rows: Iterable[Row], chosen: Chosen) -> Narrowed:
    """Values of one facet widen, facets narrow. A facet's own choice doesn't lessen its own counts."""
    found = Narrowed()
    wanted = {name: frozenset(f"{name}:{value}" for value in values) for name, values in chosen.items() if values}
    alike: Counter[str] = Counter()
    for pk, keys in rows:
        failed = [name for name, any_of in wanted.items() if any_of.isdisjoint(keys.split())]
        if not failed:
            found.pks.append(pk)
            alike[keys] += 1
        elif len(failed) == 1:
            found.counts.update(key for key in keys.split() if key.startswith(f"{failed[0]}:"))
    for keys, count in alike.items():
        for key in keys.split():
            found.counts[key] += count
    return found


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    count: int
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
