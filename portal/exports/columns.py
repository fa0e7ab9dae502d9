"""What a column of an export is: its name, what it means in words, its type, and where its value comes from."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter, itemgetter
from typing import Any, Protocol

from django.db.models import QuerySet

CHUNK = 2000


class Kind(StrEnum):
    """The type of a column, as its dictionary says it."""

    TEXT = "text"
    CHOICE = "one of a list"
    LIST = "several of a list"
    NUMBER = "whole number"
    DATE = "date"


@dataclass(frozen=True)
class Column:
    """`sources` are columns of the database, or an attribute. `read` makes the value of what they hold, if it isn't that."""

    name: str
    words: str
    kind: Kind
    sources: tuple[str, ...]
    read: Callable[..., Any] | None = None

    def reader(self, places: dict[str, int]) -> Callable[[tuple], Any]:
        """How the value is taken out of a row that holds every source of every column."""
        of_row = itemgetter(*(places[source] for source in self.sources))
        read = self.read
        if read is None:
            return of_row
        if len(self.sources) == 1:
            return lambda row: read(of_row(row))
        return lambda row: read(*of_row(row))


def text(name: str, words: str, *sources: str, read: Callable[..., str] | None = None) -> Column:
    return Column(name, words, Kind.TEXT, sources, read)


def number(name: str, words: str, *sources: str) -> Column:
    return Column(name, words, Kind.NUMBER, sources)


def date(name: str, words: str, *sources: str, read: Callable[..., dt.date | None] | None = None) -> Column:
    return Column(name, words, Kind.DATE, sources, read)


def several(name: str, words: str, *sources: str) -> Column:
    return Column(name, words, Kind.LIST, sources)


def choice(name: str, words: str, *sources: str, read: Callable[..., str] | None = None) -> Column:
    return Column(name, words, Kind.CHOICE, sources, read)


class Found(Protocol):
    """The rows of a list under a filter, which can be counted without being read."""

    def number(self, most: int | None = None) -> int:
        """How many there are; counting stops at `most`."""

    def __iter__(self) -> Iterator[list[Any]]: ...


@dataclass(frozen=True)
class Queried:
    """The values of each row, in one query that is read piece by piece."""

    rows: QuerySet
    columns: tuple[Column, ...]

    def number(self, most: int | None = None) -> int:
        return self.rows[:most].count()

    def __iter__(self) -> Iterator[list[Any]]:
        sources = list(dict.fromkeys(source for column in self.columns for source in column.sources))
        places = {source: place for place, source in enumerate(sources)}
        readers = [column.reader(places) for column in self.columns]
        # With the key there are two values at least, so that a row is a tuple whatever is asked for.
        for row in self.rows.prefetch_related(None).values_list(*sources, "pk").iterator(chunk_size=CHUNK):
            yield [read(row) for read in readers]


@dataclass(frozen=True)
class Told:
    """Things that are told by their attributes, read in pieces: `read` gives those of some of the keys, in their order."""

    keys: Sequence[Any]
    read: Callable[[Sequence[Any]], Iterable[Any]]
    columns: tuple[Column, ...]

    def number(self, most: int | None = None) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[list[Any]]:
        values = [attrgetter(column.sources[0]) for column in self.columns]
        for start in range(0, len(self.keys), CHUNK):
            for thing in self.read(self.keys[start : start + CHUNK]):
                yield [value(thing) for value in values]
