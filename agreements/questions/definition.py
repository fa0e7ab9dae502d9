"""A question set as frozen dataclasses, parsed once from its JSON definition."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from agreements.questions.faults import faults
from agreements.questions.types import TYPES, Condition, ControlType


class InvalidDefinition(ValueError):
    """Says every fault of a definition, each in a sentence with the question's id."""

    def __init__(self, faults: Iterable[str]):
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Control:
    """One thing to fill in: a question, or a part of a group or of a row.

    A key that the type doesn't have keeps its default: an absent limit is None, an absent word is empty.
    """

    id: str
    text: str
    type: str
    help: str = ""
    required: bool = False
    max_length: int | None = None
    options: tuple[Option, ...] = ()
    options_from: str = ""
    none_of_these: str = ""
    vocabulary: str = ""
    min: int | None = None
    max: int | None = None
    unit: str = ""
    parts: tuple["Control", ...] = ()
    min_rows: int = 0
    max_rows: int = 20
    row_name: str = ""
    rows_of: str = ""
    multiple: bool = False
    accept: tuple[str, ...] = ()
    to: str = ""
    derived_from: str = ""
    words: str = ""
    shown_when: Condition | None = field(default=None, hash=False)

    @property
    def control_type(self) -> ControlType:
        return TYPES[self.type]

    @property
    def is_stored(self) -> bool:
        """Whether it has an answer: references, signatures, statements and their like have none."""
        return self.control_type.is_stored

    def part(self, part_id: str) -> "Control":
        return next(part for part in self.parts if part.id == part_id)


@dataclass(frozen=True, kw_only=True)
class Question(Control):
    side: str
    due: str
    status: str
    source: str = ""
    public: bool = False
    shared: bool = False
    asked_when: Condition | None = field(default=None, hash=False)
    starts_from: str | None = None


@dataclass(frozen=True, kw_only=True)
class Section:
    id: str
    title: str
    stage: int
    who: str
    intro: str = ""
    home: str = "answers"
    questions: tuple[Question, ...]


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A whole question set. `questions` is in the order in which people meet them."""

    kind: str
    version: str
    title: str
    about: str = ""
    sections: tuple[Section, ...]
    retired: tuple[str, ...] = ()

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        return {question.id: question for section in self.sections for question in section.questions}

    @cached_property
    def _sections(self) -> Mapping[str, Section]:
        return {section.id: section for section in self.sections}

    @cached_property
    def _sections_by_question(self) -> Mapping[str, Section]:
        return {question.id: section for section in self.sections for question in section.questions}

    def section(self, section_id: str) -> Section:
        return self._sections[section_id]

    def section_of(self, question_id: str) -> Section:
        return self._sections_by_question[question_id]


def parse(definition: dict[str, Any]) -> Definition:
    """Raises InvalidDefinition, with every fault that the definition has."""
    if found := faults(definition):
        raise InvalidDefinition(found)
    sections = tuple(_section(raw) for raw in definition["sections"])
    return Definition(**_given(definition) | {"sections": sections, "retired": tuple(definition.get("retired") or ())})


def fingerprint(definition: dict[str, Any]) -> str:
    """The SHA-256 of the definition in one canonical spelling, so that the order of keys doesn't matter."""
    canonical = json.dumps(definition, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _section(raw: Mapping[str, Any]) -> Section:
    questions = tuple(Question(**_words(question)) for question in raw["questions"])
    return Section(**_given(raw) | {"questions": questions})


def _words(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a control: what it says itself, over what its type says for it."""
    given = _given(raw)
    words = {**TYPES[given["type"]].defaults, **given}
    if given["type"] == "rows":
        words["min_rows"] = given.get("min_rows", int(given.get("required", False)))
    return {FIELD_NAMES.get(key, key): READERS.get(key, _as_it_is)(value) for key, value in words.items()}


def _given(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if value is not None}


def _as_it_is(value: Any) -> Any:
    return value


FIELD_NAMES = {"from": "derived_from"}
READERS: Mapping[str, Callable[[Any], Any]] = {
    "options": lambda options: tuple(Option(**_given(option)) for option in options),
    "parts": lambda parts: tuple(Control(**_words(part)) for part in parts),
    "accept": tuple,
}
