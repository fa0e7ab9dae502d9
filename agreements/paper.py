"""What a question looks like on paper: one source for the blank forms in print and as plain text."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from agreements.questions.definition import Control, Definition
from agreements.questions.values import Lookup, options
from agreements.word import places

WIDTH = 76


@dataclass(frozen=True)
class Lines:
    """Lines to write on."""

    count: int
    note: str = ""


@dataclass(frozen=True)
class Ticks:
    """Boxes to tick."""

    labels: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Grid:
    """An empty table, and what may be written in the columns that have a list to choose from."""

    headings: tuple[str, ...]
    lines: tuple[int, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Printed:
    """Words that are printed as they are: there is nothing to fill in."""

    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Parts:
    """Several things to fill in, each under its own label."""

    parts: tuple[tuple[str, str, "Paper"], ...]


Paper = Lines | Ticks | Grid | Printed | Parts

LINES = {"long_text": 6, "short_text": 1, "number": 1, "money": 1, "date": 1, "time": 1, "reference": 1}
NOTES = {
    "date": "Day, month and year",
    "time": "On the 24-hour clock",
    "money": "In pounds",
    "file": "Attach it, and write here what it is called.",
}
# Most help of lists says that several may be chosen. Where it says so in other words, paper says it once more.
SAID_IN_HELP = "elect all"
SIGNED = ("Name", "Post", "Signature", "Date")


def paper(control: Control, lookup: Lookup) -> Paper:
    match control.type:
        case "yes_no" | "choice" | "choices" | "terms":
            return _ticks(control, lookup)
        case "group" | "contact":
            return Parts(tuple((part.text, _help(part, control), paper(part, lookup)) for part in control.parts))
        case "rows" | "per_row":
            return _grid(control, lookup)
        case "signature":
            return Parts(tuple((label, "", Lines(1)) for label in SIGNED))
        case "statement":
            return Printed(tuple(control.words.split("\n\n")))
        case "derived":
            return Printed(("Kept by the portal: leave this empty.",))
        case _:
            return Lines(LINES.get(control.type, 2), control.unit.capitalize() or NOTES.get(control.type, ""))


def _help(part: Control, group: Control) -> str:
    """A part that waits for another says so on paper, where nothing can hide it."""
    if not part.shown_when:
        return part.help
    other = group.part(part.shown_when["part"])
    value = part.shown_when.get("is") or part.shown_when.get("includes")
    said = next((option.label for option in options(other, {}) if option.value == value), value)
    return f"Only if you answered ‘{said}’ to ‘{other.text}’. {part.help}".strip()


def _ticks(control: Control, lookup: Lookup) -> Paper:
    labels = tuple(
        f"{option.label} ({option.hint})" if option.hint else option.label for option in options(control, lookup)
    )
    if not labels:
        return Lines(2, "Each prison has its own list.")
    several = control.type in ("choices", "terms")
    return Ticks(labels, "" if SAID_IN_HELP in control.help else "Tick all that apply." if several else "Tick one.")


def _grid(control: Control, lookup: Lookup) -> Grid:
    headings = tuple(column.text for column in places.columns(control))
    notes = (_choices(part, lookup) for part in control.parts)
    return Grid(headings, tuple(places.rows_on_paper(control)), tuple(note for note in notes if note))


def _choices(part: Control, lookup: Lookup) -> str:
    """What may be written in a column: a table has no room for boxes to tick."""
    labels = "; ".join(option.label for option in options(part, lookup))
    return f"{_with_colon(part.text)} {labels}" if labels else ""


def _with_colon(label: str) -> str:
    return label if label.endswith("?") else f"{label}:"


# Plain text


def as_text(definition: Definition, lookup: Lookup) -> str:
    """A whole question set, blank, for a screen reader, a text editor or a typewriter."""
    return "\n".join(_text(definition, lookup)) + "\n"


def _text(definition: Definition, lookup: Lookup) -> Iterator[str]:
    yield from (
        definition.title.upper(),
        "",
        f"Blank form, version {definition.version}",
        "",
        *_wrapped(definition.about),
    )
    for section in definition.sections:
        yield from ("", "", f"{section.id}. {section.title}", "=" * WIDTH, *_wrapped(section.intro))
        if section.home == "actions":
            yield "Copy these questions for each action."
        for question in section.questions:
            yield from ("", *_wrapped(f"{question.id}. {question.text}"), *_wrapped(question.help))
            yield from _paper_text(paper(question, lookup))


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH)


def _paper_text(on_paper: Paper) -> Iterator[str]:
    match on_paper:
        case Lines(count, note):
            yield from (*_wrapped(note), *["_" * WIDTH] * count)
        case Ticks(labels, note):
            yield from (*_wrapped(note), *(line for label in labels for line in _ticked(label)))
        case Printed(paragraphs):
            yield from (line for paragraph in paragraphs for line in ("", *_wrapped(paragraph)))
        case Parts(parts):
            for label, note, inner in parts:
                yield from ("", *_wrapped(_with_colon(label)), *_wrapped(note), *_paper_text(inner))
        case Grid(headings, lines, notes):
            yield from (line for note in notes for line in _wrapped(note))
            for number in lines:
                yield from ("", *(_blank(f"{number}. {_with_colon(heading)} ") for heading in headings))


def _blank(label: str) -> str:
    return label + "_" * max(20, WIDTH - len(label))


def _ticked(label: str) -> list[str]:
    return textwrap.wrap(label, WIDTH, initial_indent="[ ] ", subsequent_indent="    ")
