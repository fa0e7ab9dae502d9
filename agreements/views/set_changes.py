"""What a newer question set changes, as a page tells it: added, removed, reworded, moved."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from agreements.forms.asked_when import Conditions
from agreements.forms.question_sets import DUE_WORDS, SIDE_WORDS, TYPE_WORDS
from agreements.models import QuestionSet
from agreements.questions.compare import Piece, Reworded, compare_sets, words
from agreements.questions.definition import Definition, Question
from agreements.questions.values import Lookup


@dataclass(frozen=True)
class Difference:
    """One aspect of a question: the old words with what was removed, the new ones with what was added."""

    aspect: str
    old: tuple[Piece, ...]
    new: tuple[Piece, ...]


@dataclass(frozen=True)
class Rewording:
    question: Question
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class SetChanges:
    old: QuestionSet
    new: QuestionSet
    added: tuple[Question, ...]
    removed: tuple[Question, ...]
    reworded: tuple[Rewording, ...]
    moved: tuple[Question, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.reworded or self.moved)


def changes_between(old: QuestionSet, new: QuestionSet, lookup: Lookup) -> SetChanges:
    """Both sets must be free of faults."""
    change = compare_sets(old.words, new.words)
    sides = Conditions(old.definition, lookup), Conditions(new.definition, lookup)
    reworded = tuple(Rewording(pair.new, tuple(_differences(pair, *sides))) for pair in change.reworded)
    return SetChanges(old, new, change.added, change.removed, reworded, tuple(_moved(old.words, new.words)))


def _differences(pair: Reworded, before: Conditions, after: Conditions) -> Iterator[Difference]:
    aspects = {aspect: (tell(pair.old), tell(pair.new)) for aspect, tell in ASPECTS.items()}
    aspects["Asked"] = (_asked(pair.old, before), _asked(pair.new, after))
    changed = {aspect: texts for aspect, texts in aspects.items() if texts[0] != texts[1]}
    for aspect, (old, new) in (changed or {"Details": ("As before", "Changed in its limits or lists")}).items():
        pieces = words(old, new)
        yield Difference(
            aspect,
            tuple(piece for piece in pieces if piece.kind != "added"),
            tuple(piece for piece in pieces if piece.kind != "removed"),
        )


def _asked(question: Question, conditions: Conditions) -> str:
    return f"when {conditions.in_words(question.asked_when)}" if question.asked_when else "always"


def _moved(old: Definition, new: Definition) -> Iterator[Question]:
    """The fewest questions that had to change places, or their section."""
    before = [question_id for question_id in old.questions if question_id in new.questions]
    after = [question_id for question_id in new.questions if question_id in old.questions]
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    stayed = {question_id for block in blocks for question_id in after[block.b : block.b + block.size]}
    for question_id in after:
        other_section = old.section_of(question_id).id != new.section_of(question_id).id
        if question_id not in stayed or other_section:
            yield new.questions[question_id]


ASPECTS: dict[str, Callable[[Question], str]] = {
    "Question": lambda question: question.text,
    "Help": lambda question: question.help,
    "Type of answer": lambda question: TYPE_WORDS[question.type],
    "Choices": lambda question: "; ".join(option.label for option in question.options),
    "Parts": lambda question: "; ".join(part.text for part in question.parts),
    "Fixed words": lambda question: question.words,
    "Must be answered": lambda question: "yes" if question.required else "no",
    "Who answers": lambda question: SIDE_WORDS[question.side],
    "Due": lambda question: DUE_WORDS[question.due],
    "Shown in public": lambda question: "may be" if question.public else "no",
}
