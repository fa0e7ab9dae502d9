"""What a dashboard shows: a picture, a sentence, and the same numbers as a table, each with the list that it opens."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.text import slugify

from portal.foundation import charts

NARROW = 5


@dataclass(frozen=True)
class Figure:
    """A number, and the list of so many rows.

    `about` is read out with it; `adds_up`: the rows' numbers do, not the rows; `words` stand for the number on the page.
    """

    number: int
    url: str = ""
    about: str = ""
    adds_up: bool = False
    words: str = ""

    def __str__(self) -> str:
        return self.words or f"{self.number:,}"


@dataclass(frozen=True)
class Row:
    label: str
    cells: Sequence[Figure | str]


@dataclass(frozen=True)
class Panel:
    title: str
    said: str
    headings: Sequence[str]
    rows: Sequence[Row]
    picture: SafeString | str = ""
    more: tuple[str, str] = ("", "")

    @property
    def slug(self) -> str:
        return slugify(self.title)

    @property
    def is_narrow(self) -> bool:
        """Whether the table has room beside the picture."""
        return len(self.headings) <= NARROW

    @property
    def image(self) -> str:
        return charts.as_address(self.picture)

    @property
    def figures(self) -> list[Figure]:
        return [cell for row in self.rows for cell in row.cells if isinstance(cell, Figure)]


def counted(number: int, thing: str, things: str = "") -> str:
    """1 agreement, 2 agreements"""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def of_most(rows: Sequence[tuple[str, int]], nothing: str) -> str:
    """The row with the highest number, called as the table calls it: that may be a name."""
    if not any(number for _, number in rows):
        return nothing
    label, number = max(rows, key=lambda row: row[1])
    return f"Most: {label} ({number:,})."


def lines_of(panels: Iterable[Panel]) -> Iterator[tuple[str, str, str, int | str]]:
    """Every cell of every table as a line: table, row, column, and the number or the words."""
    for panel in panels:
        for row in panel.rows:
            for heading, cell in zip(panel.headings[1:], row.cells, strict=True):
                value = cell.number if isinstance(cell, Figure) and not cell.words else str(cell)
                yield panel.title, row.label, heading, value
