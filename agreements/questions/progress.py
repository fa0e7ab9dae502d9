"""How far a set of answers has come: what is asked, what is missing, the state of a section."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from agreements.questions import values
from agreements.questions.conditions import Answers, holds, is_blank, values_at
from agreements.questions.definition import Definition, Question, Section
from agreements.questions.types import ACTIONS
from agreements.questions.values import Lookup, is_empty, prune

NOT_STARTED, IN_PROGRESS, COMPLETE, NOT_NEEDED = "not started", "in progress", "complete", "not needed"


@dataclass(frozen=True)
class Gap:
    question: Question
    sentences: tuple[str, ...]

    @property
    def said(self) -> list[str]:
        """Each sentence after its question in words: nobody knows questions by their ids alone."""
        text = self.question.text
        text = text if text.endswith(("?", ".")) else f"{text}:"
        return [f"{self.question.id}: {text} {sentence}." for sentence in self.sentences]


def asked(definition: Definition, answers: Answers) -> tuple[Question, ...]:
    """The questions whose condition holds. An answer to a question that isn't asked counts for nothing."""
    return tuple(_asked(definition, answers))


def _asked(definition: Definition, answers: Answers) -> Iterator[Question]:
    counted: dict[str, Any] = {}
    for question in definition.questions.values():
        if holds(question.asked_when, counted):
            counted[question.id] = answers.get(question.id)
            yield question


def answerable(definition: Definition, answers: Answers) -> tuple[Question, ...]:
    """The questions that are asked and whose answers are kept as answers: actions are rows of their own."""
    return tuple(
        question
        for question in asked(definition, answers)
        if question.is_stored and definition.section_of(question.id).home != ACTIONS
    )


def missing(
    definition: Definition, answers: Answers, lookup: Lookup, due: Container[str] | None = None
) -> tuple[Gap, ...]:
    """What stands in the way at the given steps (all of them when `due` is None), in the order of the questions.

    A question that isn't required leaves no gap, unless it was begun and is half answered.
    """
    questions = answerable(definition, answers)
    return _gaps((question for question in questions if due is None or question.due in due), answers, lookup)


def section_state(section: Section, answers: Answers, lookup: Lookup, definition: Definition) -> str:
    """What the task list says of a section."""
    ids = {question.id for question in section.questions}
    questions = [question for question in answerable(definition, answers) if question.id in ids]
    if not questions:
        return NOT_NEEDED
    if all(is_empty(question, answers.get(question.id)) for question in questions):
        return NOT_STARTED
    return IN_PROGRESS if _gaps(questions, answers, lookup) else COMPLETE


def row_labels(question: Question, answers: Answers, lookup: Lookup) -> tuple[str, ...]:
    """What a per-row question asks about, one label a row: rows of another answer, or the actions in the lookup."""
    if question.rows_of == ACTIONS:
        return tuple(option.label for option in lookup.get(ACTIONS, ()))
    labels = values_at(question.rows_of, answers)
    return tuple(dict.fromkeys(str(label) for label in labels if not is_blank(label)))


def _gaps(questions: Iterable[Question], answers: Answers, lookup: Lookup) -> tuple[Gap, ...]:
    gaps = (Gap(question, tuple(_sentences(question, answers, lookup))) for question in questions)
    return tuple(gap for gap in gaps if gap.sentences)


def _sentences(question: Question, answers: Answers, lookup: Lookup) -> Iterator[str]:
    value = answers.get(question.id)
    yield from values.missing(question, value, lookup)
    if question.type == "per_row" and question.required:
        done = {row["for"] for row in prune(question, value) or ()}
        labels = row_labels(question, answers, lookup)
        yield from (f"{label}: not answered yet" for label in labels if label not in done)
