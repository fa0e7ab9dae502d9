"""From what stands in a Word form to answers: checked by the very form of the page, and whatever doesn't fit is told."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from agreements.forms.section import SectionForm
from agreements.questions.definition import Control, Question
from agreements.questions.types import ACTIONS
from agreements.questions.values import options
from agreements.reading import Reading
from agreements.word import places
from agreements.word.filled import Filled, Line
from portal.foundation.doubts import doubts

NO_SUCH_QUESTION = "There is no such question here"
NOT_OPEN = "This question isn’t open to you now"
AN_ACTION = "Agreed actions are added on their own page"
NO_SUCH_PLACE = "The form has no such place"
NOT_OFFERED = "This isn’t one of the choices"
NO_ROW = "The row doesn’t say what it belongs to"
LOOSE = "This stands outside the answer cells"
MAY_BE_A_NUMBER = "This may hold the number of a person in custody. If it doesn’t, type it in the portal"
CHOICES = ("yes_no", "choice", "choices", "terms")
DATE_PARTS = ("day", "month", "year")
ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")


@dataclass(frozen=True)
class Left:
    """A text that isn't taken, with the place where it stood and why."""

    place: str
    text: str
    why: str


@dataclass
class Placed:
    """The answers by question, as they would be stored; and everything that isn't one."""

    values: dict[str, Any] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)


def place(filled: Filled, reading: Reading, open_now: frozenset[str], printed: set[str]) -> Placed:
    """Nothing is written. `printed` are the lines of the blank form, which nobody wrote."""
    found = _Placing(reading, open_now)
    for path, cells in filled.places.items():
        found.put(path, cells)
    loose = [Left("", text, LOOSE) for text in filled.loose if text.strip() not in printed]
    return Placed(found.answers(), [*found.left, *loose])


@dataclass(frozen=True)
class _Cell:
    """What stands in one cell, and what is to be filled in there (None where the form of today has no such place)."""

    control: Control | None
    lines: Sequence[Line]

    @property
    def text(self) -> str:
        """Among choices, a box that isn't ticked says nothing. In any other answer it is part of the words."""
        lines = [line for line in self.lines if line.text]
        are_boxes = all(line.is_ticked is not None for line in lines)
        has_choices = self.control.type in CHOICES if self.control else are_boxes
        if has_choices:
            return "\n".join(line.choice for line in lines if line.choice and line.is_ticked is not False)
        return "\n".join(line.text for line in lines)


class _Placing:
    """Collects what a browser would have posted, and keeps each text so that it can be told when it isn't taken."""

    def __init__(self, reading: Reading, open_now: frozenset[str]):
        self.reading, self.open_now = reading, open_now
        sections = [section for row in reading.version.sets for section in row.words.sections]
        self.questions = {question.id: question for section in sections for question in section.questions}
        self.of_actions = {q.id for section in sections if section.home == ACTIONS for q in section.questions}
        self.data: dict[str, list[str]] = {}
        self.texts: dict[str, list[tuple[str, str]]] = {}
        self.left: list[Left] = []

    def put(self, path: str, cells: Sequence[Sequence[Line]]) -> None:
        question = self.questions.get(path.split(".")[0])
        grid, head = _grid_at(question, path) if question else (None, path)
        if grid:
            written = [_Cell(column, lines or ()) for column, lines in zip_longest(places.columns(grid), cells)]
        else:
            written = [_Cell(_control_at(question, path), [line for lines in cells for line in lines])]
        if not (text := _text(written)):
            return
        if question is None or (why := self._why_not(question)):
            self._leave(path, text, why if question else NO_SUCH_QUESTION)
        elif grid:
            self._put_row(question, grid, head, written)
        else:
            self._put_one(question, path, written[0])

    def _why_not(self, question: Question) -> str:
        if question.id in self.of_actions:
            return AN_ACTION
        return "" if question.id in self.open_now else NOT_OPEN

    def answers(self) -> dict[str, Any]:
        """Of the questions that have something, as the page's own form reads it. A fault leaves the whole question out."""
        questions = [self.questions[question_id] for question_id in self.texts]
        data = self.data | {f"base_{question.id}": [""] for question in questions}
        form = SectionForm(questions, self.reading.answers, self.reading.lookup, data=data)
        faults = {name: " ".join(said) for name, said in form.errors.items()}
        faults |= dict.fromkeys(doubts(form), MAY_BE_A_NUMBER)
        wrong: dict[str, str] = {}
        for name, said in faults.items():
            wrong.setdefault(name.split(".")[0], said)
        for question_id, why in wrong.items():
            self.left += [Left(path, text, why) for path, text in self.texts[question_id]]
        return {question.id: form.answer(question.id) for question in questions if question.id not in wrong}

    def _put_row(self, question: Question, grid: Control, head: str, written: Sequence[_Cell]) -> None:
        """Rows that were left empty close up. One that says nowhere which row it belongs to can't be an answer."""
        if grid.rows_of and not written[0].text:
            self._leave(head, _text(written), NO_ROW)
            return
        index = int(self.data.get(f"{head}.count", ["0"])[0])
        self.data[f"{head}.count"] = [str(index + 1)]
        for cell in written:
            self._put_one(question, f"{head}.{index}.{cell.control.id}" if cell.control else head, cell)

    def _put_one(self, question: Question, path: str, cell: _Cell) -> None:
        """One thing to fill in: as the fields of its page would be posted."""
        control = cell.control
        if control is None or control.control_type.shape in ("group", "rows") or control.type == "file":
            self._leave(path, cell.text, NO_SUCH_PLACE)
            return
        posted = dict(self._posted(control, path, cell))
        if any(any(values) for values in posted.values()):
            self.data |= posted
            self.texts.setdefault(question.id, []).append((path, cell.text))

    def _posted(self, control: Control, path: str, cell: _Cell) -> Iterator[tuple[str, list[str]]]:
        text = cell.text
        offered = options(control, self.reading.lookup)
        if control.control_type.shape == "list":
            yield path, list(self._choices(path, {_key(row.label): row.value for row in offered}, cell.lines))
        elif offered:
            values = {_key(row.label): row.value for row in offered} | {_key(row.value): row.value for row in offered}
            yield path, [values.get(_key(text), text)]
        elif control.type == "date":
            yield from zip((f"{path}-{part}" for part in DATE_PARTS), _date_parts(text), strict=True)
        else:
            yield path, [text.removesuffix(control.unit).strip() if control.type == "number" else text]

    def _choices(self, path: str, offered: Mapping[str, str], lines: Sequence[Line]) -> Iterator[str]:
        """Ticked boxes; or the choices written out, one to a line or parted by semicolons."""
        for line in lines:
            if line.is_ticked is False:
                continue
            for words in [line.choice] if _key(line.choice) in offered else line.choice.split(";"):
                if value := offered.get(_key(words)):
                    yield value
                elif words.strip():
                    self.left.append(Left(path, words.strip(), NOT_OFFERED))

    def _leave(self, path: str, text: str, why: str) -> None:
        if text:
            self.left.append(Left(path, text, why))


def _grid_at(question: Question, path: str) -> tuple[Control | None, str]:
    """The table of rows in which a path such as S1-04.2 is a row, and the path without it."""
    head, _, number = path.rpartition(".")
    found = (grid for grid, at in places.grids(question, question.id) if at == head and number.isdigit())
    return next(found, None), head


def _control_at(question: Question | None, path: str) -> Control | None:
    """The part that a path such as S1-12.minutes names."""
    control: Control | None = question
    for name in path.split(".")[1:]:
        control = next((part for part in control.parts if part.id == name), None) if control else None
    return control


def _text(written: Sequence[_Cell]) -> str:
    return "\n".join(cell.text for cell in written if cell.text)


def _date_parts(text: str) -> list[list[str]]:
    if match := ISO.fullmatch(text):
        return [[match[3]], [match[2]], [match[1]]]
    parts = [part for part in re.split(r"[\s/.,-]+", text) if part]
    return [[part] for part in parts] if len(parts) == 3 else [[text], [""], [""]]


def _key(text: str) -> str:
    """A label however it was typed."""
    return re.sub(r"\W+", " ", text).strip().casefold()
