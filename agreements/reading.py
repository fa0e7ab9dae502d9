"""Everything that is written in one version, read once. Pages, rules and documents share it."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from agreements.models import Answer, Version
from agreements.questions.definition import Definition, Option, Question, Section
from agreements.questions.progress import Gap, asked, missing
from agreements.questions.shown import Nothing, Shown, Words, shown
from agreements.questions.values import has_its_shape
from agreements.statuses import facts
from directory.models import Establishment, Term


def options_for(establishment: Establishment | None) -> dict[str, tuple[Option, ...]]:
    """The lists that questions choose from. An establishment's own list goes before the one for everybody."""
    terms = Term.objects.filter(Q(vocabulary__establishment=None) | Q(vocabulary__establishment=establishment))
    told = terms.order_by("vocabulary_id", "position").values_list(
        "vocabulary__establishment", "vocabulary__key", "slug", "label"
    )
    found: dict[tuple[bool, str], list[Option]] = {}
    for owner, key, slug, label in told:
        found.setdefault((owner is not None, key), []).append(Option(slug, label))
    lists = {}
    for (_, key), options in sorted(found.items()):
        lists[f"vocabulary:{key}"] = lists[f"establishment:{key}"] = tuple(options)
    return lists


@dataclass(frozen=True)
class Reading:
    """A version as it stands now. Immutable: read again after a write."""

    version: Version
    rows: Mapping[str, Answer]

    @cached_property
    def answers(self) -> dict[str, Any]:
        return {question_id: row.value for question_id, row in self.rows.items() if row.value is not None}

    @cached_property
    def lookup(self) -> dict[str, tuple[Option, ...]]:
        return options_for(self.version.agreement.establishment)

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """The agreement's own words, and where personal information will pass, its two annexes'."""
        version = self.version
        sets = version.sets if self.shares_information else (version.question_set,)
        return tuple(row.words for row in sets)

    @property
    def shares_information(self) -> bool:
        """Whether the two sides said that personal information will pass between them (S3-27)."""
        return self.answers.get("S3-27") == "yes"

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        return tuple(section for definition in self.definitions for section in definition.sections)

    @cached_property
    def asked(self) -> dict[str, Question]:
        """The questions that are asked, conditions applied, in order."""
        return {
            question.id: question for definition in self.definitions for question in asked(definition, self.answers)
        }

    def section(self, section_id: str) -> Section | None:
        return next((section for section in self.sections if section.id == section_id), None)

    def asked_in(self, section: Section) -> tuple[Question, ...]:
        return tuple(question for question in section.questions if question.id in self.asked)

    def shown(self, question: Question) -> Shown:
        """An answer as a reader sees it, facts that the portal keeps itself included."""
        if not question.is_stored:
            return self._kept.get(question.id) or (Words((question.words,)) if question.words else Nothing())
        return shown(question, self.answers.get(question.id), self.lookup)

    def files(self, question: Question) -> list[dict[str, Any]]:
        """The files in an answer, or in a part of it: id, name, size and fingerprint of each."""
        answer = self.answers.get(question.id)
        held = [(question, answer)]
        if isinstance(answer, Mapping):
            held += [(part, answer.get(part.id)) for part in question.parts]
        found = (value for control, value in held if control.type == "file" and has_its_shape(control, value))
        return [file for value in found for file in value]

    @cached_property
    def _kept(self) -> dict[str, Shown]:
        version = self.version
        agreement = version.agreement
        kept = {
            "CVR-01": str(agreement.organisation),
            "CVR-02": str(agreement.establishment),
            "CVR-03": str(agreement.service),
            "CVR-04": facts(version.status).printed_as,
            "CVR-05": f"Version {version.number}",
        }
        return {question_id: Words((words,)) for question_id, words in kept.items()}

    def gaps(
        self, *, stages: tuple[int, ...] = (), dues: frozenset[str] = frozenset(), kind: str = ""
    ) -> Iterator[Gap]:
        """What required questions still lack: those of these stages or dues, of this kind of set (or any)."""
        for definition in self.definitions:
            for gap in missing(definition, self.answers, self.lookup):
                section = definition.section_of(gap.question.id)
                if kind in ("", definition.kind) and (section.stage in stages or gap.question.due in dues):
                    yield gap


def read(version: Version) -> Reading:
    """Read a version's current answers, in one query."""
    return _reading(version, Answer.objects.filter(version=version, replaced_at=None))


def read_at(version: Version, moment: dt.datetime) -> Reading:
    """Read a version's answers as they stood at a moment."""
    then = Answer.objects.filter(version=version, at__lte=moment)
    return _reading(version, then.filter(Q(replaced_at=None) | Q(replaced_at__gt=moment)))


def _reading(version: Version, answers: QuerySet) -> Reading:
    """Of who saved an answer the name is enough."""
    rows = answers.select_related("by").only("question_id", "value", "at", "version_id", "replaced_at", "by__name")
    return Reading(version, {row.question_id: row for row in rows})
