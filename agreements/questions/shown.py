"""What a reader sees of an answer: one source for the screen, the PDF, plain text, comparison and export."""

import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from agreements.questions.definition import Control
from agreements.questions.values import Lookup, has_its_shape, options, prune, shown_parts

NOT_ANSWERED = "Not answered"
FOR = "For"
# Written out, because strftime follows the locale of the machine.
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class Nothing:
    """Not answered."""


@dataclass(frozen=True)
class Words:
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Items:
    items: tuple[str, ...]


@dataclass(frozen=True)
class Pairs:
    pairs: tuple[tuple[str, "Shown"], ...]


@dataclass(frozen=True)
class Table:
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Shown = Words | Items | Pairs | Table | Nothing


def shown(control: Control, value: Any, lookup: Lookup) -> Shown:
    """Hidden parts and blank rows are left out. A value that its control doesn't know is shown as it is."""
    if control.type == "statement":
        return _paragraphs(control.words)
    value = prune(control, value)
    if value is None:
        return Nothing()
    if not has_its_shape(control, value):
        return _plain(control, value, lookup)
    return SHOWN.get(control.type, _plain)(control, value, lookup)


def as_text(shown: Shown) -> str:
    """Plain and complete: a paragraph, an item or a cell to a line."""
    match shown:
        case Words(paragraphs):
            return "\n".join(paragraphs)
        case Items(items):
            return "\n".join(f"- {item}" for item in items)
        case Pairs(pairs):
            return "\n".join(_labelled(label, as_text(inner)) for label, inner in pairs)
        case Table(headings, rows):
            return "\n".join(_row_text(number, headings, row) for number, row in enumerate(rows, start=1))
        case Nothing():
            return NOT_ANSWERED


def date_text(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def money_text(pounds: Decimal) -> str:
    """Pence are written only where there are any."""
    return f"£{pounds:,.0f}" if pounds == pounds.to_integral_value() else f"£{pounds:,.2f}"


def _labelled(label: str, text: str) -> str:
    return f"{label}:\n{textwrap.indent(text, '  ')}" if "\n" in text or text.startswith("- ") else f"{label}: {text}"


def _row_text(number: int, headings: Iterable[str], row: Iterable[str]) -> str:
    cells = [_labelled(heading, cell) for heading, cell in zip(headings, row, strict=True) if cell]
    return textwrap.indent("\n".join(cells), "   ").replace("   ", f"{number}. ", 1)


def _cell(shown: Shown) -> str:
    match shown:
        case Nothing():
            return ""
        case Items(items):
            return "; ".join(items)
        case Pairs(pairs):
            return ", ".join(as_text(inner) for _, inner in pairs)
        case _:
            return as_text(shown)


def _paragraphs(text: str) -> Words:
    return Words(tuple(line.strip() for line in text.splitlines() if line.strip()))


def _plain(control: Control, value: Any, lookup: Lookup) -> Shown:
    if isinstance(value, Mapping):
        return Pairs(tuple((str(label), _plain(control, inner, lookup)) for label, inner in value.items()))
    if isinstance(value, list):
        return Items(tuple(_cell(_plain(control, item, lookup)) for item in value))
    return _paragraphs(str(value))


def _choice(control: Control, value: str, lookup: Lookup) -> Shown:
    return Words((_label(control, value, lookup),))


def _choices(control: Control, values: list[str], lookup: Lookup) -> Shown:
    return Items(tuple(_label(control, value, lookup) for value in values))


def _label(control: Control, value: str, lookup: Lookup) -> str:
    return next((option.label for option in options(control, lookup) if option.value == value), str(value))


def _number(control: Control, value: float, lookup: Lookup) -> Shown:
    unit = _singular(control.unit) if value == 1 else control.unit
    return Words((f"{value:,} {unit}".strip(),))


def _singular(unit: str) -> str:
    first, *rest = unit.split(" ")
    return " ".join([{"people": "person"}.get(first, first.removesuffix("s")), *rest])


def _money(control: Control, value: str, lookup: Lookup) -> Shown:
    try:
        return Words((money_text(Decimal(value)),))
    except InvalidOperation:
        return _plain(control, value, lookup)


def _date(control: Control, value: str, lookup: Lookup) -> Shown:
    try:
        return Words((date_text(date.fromisoformat(value)),))
    except ValueError:
        return _plain(control, value, lookup)


def _file(control: Control, files: list[Any], lookup: Lookup) -> Shown:
    return Items(tuple(f"{file['name']} ({_size(file['size'])})" for file in files))


def _size(octets: int) -> str:
    kilobytes = octets / 1000
    return f"{kilobytes / 1000:.1f} MB" if kilobytes >= 1000 else f"{max(1, round(kilobytes))} KB"


def _group(control: Control, value: Mapping[str, Any], lookup: Lookup) -> Shown:
    answered = [part for part in shown_parts(control, value) if part.id in value]
    return Pairs(tuple((part.text, shown(part, value[part.id], lookup)) for part in answered))


def _rows(control: Control, rows: list[dict[str, Any]], lookup: Lookup) -> Shown:
    cells = [[_cell(shown(part, row.get(part.id), lookup)) for part in control.parts] for row in rows]
    headings = [part.text for part in control.parts]
    if control.rows_of:
        headings = [FOR, *headings]
        cells = [[str(row["for"]), *line] for row, line in zip(rows, cells, strict=True)]
    return Table(tuple(headings), tuple(tuple(line) for line in cells))


SHOWN: Mapping[str, Callable[[Control, Any, Lookup], Shown]] = {
    "yes_no": _choice,
    "choice": _choice,
    "choices": _choices,
    "terms": _choices,
    "number": _number,
    "money": _money,
    "date": _date,
    "contact": _group,
    "group": _group,
    "rows": _rows,
    "per_row": _rows,
    "file": _file,
}
