"""What a newer question set changes, as a page tells it: added, removed, reworded, moved."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from agreements.forms.asked_when import Conditions
from agreements.forms.question_sets import DUE_WORDS, SIDE_WORDS, TYPE_WORDS
from agreements.models import QuestionSet
from agreements.questions.compare import Piece, Reworded, compare_sets, words
from agreements.questions.definition import Control, Definition, Question, Section
from agreements.questions.values import Lookup, lower_first


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
class SectionRewording:
    section: Section
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class SetChanges:
    old: QuestionSet
    new: QuestionSet
    added: tuple[Question, ...]
    removed: tuple[Question, ...]
    reworded: tuple[Rewording, ...]
    moved: tuple[Question, ...]
    sections: tuple[SectionRewording, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.reworded or self.moved or self.sections)


def changes_between(old: QuestionSet, new: QuestionSet, lookup: Lookup) -> SetChanges:
    """Both sets must be free of faults."""
    change = compare_sets(old.words, new.words)
    sides = Conditions(old.definition, lookup), Conditions(new.definition, lookup)
    reworded = tuple(Rewording(pair.new, tuple(_differences(pair, *sides))) for pair in change.reworded)
    moved, sections = tuple(_moved(old.words, new.words)), tuple(_section_rewordings(old.words, new.words))
    return SetChanges(old, new, change.added, change.removed, reworded, moved, sections)


def _differences(pair: Reworded, before: Conditions, after: Conditions) -> Iterator[Difference]:
    aspects = {aspect: (tell(pair.old), tell(pair.new)) for aspect, tell in ASPECTS.items()}
    aspects["Asked"] = (_asked(pair.old, before), _asked(pair.new, after))
    aspects |= _part_aspects(pair.old, pair.new)
    changed = {aspect: texts for aspect, texts in aspects.items() if texts[0] != texts[1]}
    yield from _worded(changed or {"Details": ("As before", "Changed in its limits or lists")})


def _part_aspects(old: Control, new: Control) -> dict[str, tuple[str, str]]:
    """What is said of the parts that both have, and of the parts of those."""
    before, found = {part.id: part for part in old.parts}, {}
    for part in new.parts:
        if part.id in before:
            told = {aspect: (tell(before[part.id]), tell(part)) for aspect, tell in PART_ASPECTS.items()}
            inner = told | _part_aspects(before[part.id], part)
            found |= {f"Part “{part.text}”: {lower_first(aspect)}": texts for aspect, texts in inner.items()}
    return found


def _section_rewordings(old: Definition, new: Definition) -> Iterator[SectionRewording]:
    before = {section.id: section for section in old.sections}
    for section in new.sections:
        if was := before.get(section.id):
            aspects = {"Title": (was.title, section.title), "Introduction": (was.intro, section.intro)}
            changed = {aspect: texts for aspect, texts in aspects.items() if texts[0] != texts[1]}
            if changed:
                yield SectionRewording(section, tuple(_worded(changed)))


def _worded(changed: Mapping[str, tuple[str, str]]) -> Iterator[Difference]:
    for aspect, (old, new) in changed.items():
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


def _choices(control: Control) -> str:
    return "; ".join(f"{option.label} ({option.hint})" if option.hint else option.label for option in control.options)


PART_ASPECTS: dict[str, Callable[[Control], str]] = {
    "Words": lambda part: part.text,
    "Help": lambda part: part.help,
    "Type of answer": lambda part: TYPE_WORDS[part.type],
    "Choices": _choices,
    "Must be answered": lambda part: "yes" if part.required else "no",
}
ASPECTS: dict[str, Callable[[Question], str]] = {
    "Question": lambda question: question.text,
    "Help": lambda question: question.help,
    "Type of answer": lambda question: TYPE_WORDS[question.type],
    "Choices": _choices,
    "Parts": lambda question: "; ".join(part.id for part in question.parts),
    "Fixed words": lambda question: question.words,
    "Must be answered": lambda question: "yes" if question.required else "no",
    "Who answers": lambda question: SIDE_WORDS[question.side],
    "Due": lambda question: DUE_WORDS[question.due],
    "Shown in public": lambda question: "may be" if question.public else "no",
}
