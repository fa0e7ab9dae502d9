"""What differs: between two question sets, two texts, or two sets of answers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal

from agreements.questions.conditions import Answers
from agreements.questions.definition import Definition, Question
from agreements.questions.progress import asked
from agreements.questions.shown import Nothing, Shown, as_text, shown
from agreements.questions.values import Lookup


@dataclass(frozen=True)
class Reworded:
    old: Question
    new: Question


@dataclass(frozen=True)
class SetChange:
    added: tuple[Question, ...]
    removed: tuple[Question, ...]
    reworded: tuple[Reworded, ...]


@dataclass(frozen=True)
class Piece:
    kind: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True)
class AnswerChange:
    """None stands for not answered, or not asked."""

    question: Question
    old_shown: Shown | None
    new_shown: Shown | None
    pieces: tuple[Piece, ...]


def compare_sets(old: Definition, new: Definition) -> SetChange:
    """Questions are the same when their ids are. One that only moved hasn't changed."""
    before, after = old.questions, new.questions
    kept = [Reworded(before[question_id], after[question_id]) for question_id in after if question_id in before]
    return SetChange(
        added=tuple(question for question in after.values() if question.id not in before),
        removed=tuple(question for question in before.values() if question.id not in after),
        reworded=tuple(pair for pair in kept if _as_met(pair.old) != _as_met(pair.new)),
    )


def words(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces in reading order: without the added ones they spell the old text, without the removed the new."""
    before, after = _tokens(old), _tokens(new)
    # Without autojunk, so that long texts don't lose their commonest words.
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    pieces: list[Piece] = []
    for tag, i, j, k, m in matcher.get_opcodes():
        gone, come = "".join(before[i:j]), "".join(after[k:m])
        pieces += [Piece("same", gone)] if tag == "equal" else [Piece("removed", gone), Piece("added", come)]
    return tuple(piece for piece in pieces if piece.text)


def compare_answers(old: Answers, new: Answers, definition: Definition, lookup: Lookup) -> tuple[AnswerChange, ...]:
    """Only what a reader would see change, in the order of the questions."""
    return tuple(_answer_changes(_as_read(old, definition, lookup), _as_read(new, definition, lookup), definition))


def _answer_changes(old: dict[str, Shown], new: dict[str, Shown], definition: Definition) -> Iterator[AnswerChange]:
    for question_id, question in definition.questions.items():
        before, after = old.get(question_id), new.get(question_id)
        if before != after:
            yield AnswerChange(question, before, after, words(_text(before), _text(after)))


def _as_read(answers: Answers, definition: Definition, lookup: Lookup) -> dict[str, Shown]:
    questions = [question for question in asked(definition, answers) if question.is_stored]
    read = {question.id: shown(question, answers.get(question.id), lookup) for question in questions}
    return {question_id: answer for question_id, answer in read.items() if not isinstance(answer, Nothing)}


def _text(answer: Shown | None) -> str:
    return as_text(answer) if answer else ""


def _as_met(question: Question) -> Question:
    """The question as those meet it who answer: how well it is documented is a matter for its keepers."""
    return replace(question, status="", source="")


def _tokens(text: str) -> list[str]:
    return re.findall(r"\s*\S+|\s+\Z", text)
