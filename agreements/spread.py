"""One service in several prisons: what its agreements say in the same words, and where a prison differs."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agreements.models import DRAFTED, OVER, Answer, Version
from agreements.questions.definition import Question
from agreements.questions.shown import as_text, shown
from agreements.questions.values import Lookup, prune
from agreements.reading import options_for


@dataclass(frozen=True)
class Place:
    """One agreement of the service, as it stands: its newest version, and rather one that isn't over."""

    version: Version
    label: str

    @property
    def is_over(self) -> bool:
        return self.version.status in OVER

    @property
    def is_drafted(self) -> bool:
        return self.version.status in DRAFTED


@dataclass(frozen=True)
class Wording:
    """One answer, where it is given, and the drafts that say something else. `answer` is None where it is not given."""

    text: str
    places: tuple[Place, ...]
    answer: Answer | None
    other_drafts: tuple[Place, ...]


@dataclass(frozen=True)
class SharedAnswer:
    """The usual words first, then those of each prison that differs. `seen` says which answers a reader saw."""

    question: Question
    usual: Wording
    different: tuple[Wording, ...]
    seen: tuple[tuple[int, int], ...]

    @property
    def wordings(self) -> tuple[Wording, ...]:
        return self.usual, *self.different


def places_of(versions: Iterable[Version]) -> tuple[Place, ...]:
    """By prison. Two agreements for one service in one prison are told apart by reference."""
    newest: dict[int, Version] = {}
    for version in sorted(versions, key=lambda version: (version.status not in OVER, version.number)):
        newest[version.agreement_id] = version
    here = sorted(newest.values(), key=lambda version: (str(version.agreement.establishment), version.agreement_id))
    count = Counter(version.agreement.establishment_id for version in here)
    return tuple(Place(version, _label(version, count[version.agreement.establishment_id])) for version in here)


def _label(version: Version, count: int) -> str:
    agreement = version.agreement
    return str(agreement.establishment) if count == 1 else f"{agreement.establishment} ({agreement.reference})"


def shared_answers(places: Sequence[Place]) -> tuple[SharedAnswer, ...]:
    """What a service answers in the same words in every prison, by the newest question set among its agreements."""
    places = [place for place in places if not place.is_over]
    if not places:
        return ()
    words = max((place.version.question_set for place in places), key=lambda row: row.pk).words
    questions = [question for question in words.questions.values() if question.shared]
    found = Answer.objects.filter(
        version__in=[place.version for place in places],
        question_id__in=[question.id for question in questions],
        replaced_at=None,
    )
    rows = {(row.question_id, row.version_id): row for row in found}
    lookup = options_for(None)
    return tuple(_compare(question, places, rows, lookup) for question in questions)


def _compare(
    question: Question, places: Sequence[Place], rows: Mapping[tuple[str, int], Answer], lookup: Lookup
) -> SharedAnswer:
    answers = {place: rows.get((question.id, place.version.pk)) for place in places}
    groups: dict[str, list[Place]] = {}
    for place, answer in answers.items():
        groups.setdefault(_key(question, answer), []).append(place)
    ordered = sorted(groups, key=lambda key: (key == "null", -len(groups[key])))
    wordings = [_wording(question, groups[key], answers, lookup) for key in ordered]
    seen = tuple((row.version_id, row.pk) for row in answers.values() if row)
    return SharedAnswer(question, wordings[0], tuple(wordings[1:]), seen)


def _key(question: Question, answer: Answer | None) -> str:
    return json.dumps(prune(question, answer.value) if answer else None, sort_keys=True)


def _wording(
    question: Question, places: list[Place], answers: Mapping[Place, Answer | None], lookup: Lookup
) -> Wording:
    answer = answers[places[0]]
    value = prune(question, answer.value) if answer else None
    text = as_text(shown(question, value, lookup))
    other_drafts = tuple(place for place in answers if place not in places and place.is_drafted)
    return Wording(text, tuple(places), None if value is None else answer, other_drafts)
