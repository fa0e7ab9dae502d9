"""What a column of an export is: its name, what it means in words, its type, and where its value comes from."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter
from typing import Any

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
    """`sources` are columns of the database; `read` makes the value out of what they hold, where that isn't the value itself."""

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


def choice(name: str, words: str, *sources: str, read: Callable[..., str]) -> Column:
    return Column(name, words, Kind.CHOICE, sources, read)


def rows_of(found: QuerySet, columns: tuple[Column, ...]) -> Iterator[list[Any]]:
    """The values of each row, in one query that is read piece by piece."""
    sources = list(dict.fromkeys(source for column in columns for source in column.sources))
    places = {source: place for place, source in enumerate(sources)}
    readers = [column.reader(places) for column in columns]
    # Two at least, so that a row is a tuple whatever is asked for; the key also keeps the order of ties steady.
    for row in found.prefetch_related(None).values_list(*sources, "pk").iterator(chunk_size=CHUNK):
        yield [read(row) for read in readers]
