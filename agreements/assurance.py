"""The assurance profile: which questions it asks, what it says, and what an agreement may take from it.

The questions are the agreement's own, so that an answer fits there as it is. Those that name one prison (S3-20, S3-24)
are left out, and so are files, which belong to the agreement in which they were attached.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from agreements.models import AssuranceProfile, Kind, QuestionSet, TakenFromProfile
from agreements.questions.definition import Control, Definition, Option, Question, Section
from agreements.questions.progress import asked
from agreements.questions.shown import Shown, shown
from agreements.questions.values import has_its_shape
from agreements.reading import Reading, options_for
from directory.models import Organisation, Role
from directory.roles import who_may
from directory.standing import standing
from portal.foundation.models import User

ASKED = ("S3-14", "S3-15", "S3-16", "S3-21", "S3-22", "S3-23", "S3-25", "S3-26")
# Who protects data is asked for here, and written into the organisation's row of the information sharing agreement.
CONTACT, PARTIES, OF_THE_PARTNER = "ASP-01", "ISA-01", ("ico_number", "dpo")
# Question id -> the part of each row that holds a date on which something expires.
EXPIRES = {"S3-16": "earliest_expiry", "S3-22": "expires"}


def definition(question_set: QuestionSet, sharing_set: QuestionSet) -> Definition:
    """One section. A set that has lost one of the questions does without it."""
    words = question_set.words
    questions = [_without_files(words.questions[name]) for name in ASKED if name in words.questions]
    parties = sharing_set.words.questions.get(PARTIES)
    section = Section(
        id="profile",
        title="Assurance profile",
        stage=3,
        who="partner",
        intro="Fill this in once. Each agreement can take its answers from here.",
        questions=(*questions, *([_contact(parties)] if parties else [])),
    )
    return Definition(kind="agreement", version=words.version, title=section.title, sections=(section,))


def _without_files(question: Question) -> Question:
    return replace(question, parts=tuple(part for part in question.parts if part.type != "file"))


def _contact(parties: Question) -> Question:
    return Question(
        id=CONTACT,
        text="Who answers for data protection?",
        type="group",
        side="partner",
        due="details",
        status="inferred",
        parts=tuple(part for part in parties.parts if part.id in OF_THE_PARTNER),
    )


def newest_definition() -> tuple[QuestionSet, Definition]:
    newest = QuestionSet.objects.newest(Kind.AGREEMENT)
    return newest, definition(newest, QuestionSet.objects.newest(Kind.SHARING))


@dataclass(frozen=True)
class Said:
    """An answer of a profile, as the forms and conflicts of answers know one."""

    pk: int
    value: Any
    by: User
    at: Any


@dataclass(frozen=True)
class ProfileReading:
    """A profile as it stands, or nothing yet, under the newest questions."""

    profile: AssuranceProfile | None
    words: Definition

    @property
    def section(self) -> Section:
        return self.words.sections[0]

    @cached_property
    def answers(self) -> Mapping[str, Any]:
        return self.profile.answers if self.profile else {}

    @cached_property
    def rows(self) -> Mapping[str, Said]:
        profile = self.profile
        if profile is None:
            return {}
        return {name: Said(profile.pk, value, profile.by, profile.at) for name, value in profile.answers.items()}

    @cached_property
    def lookup(self) -> dict[str, tuple[Option, ...]]:
        return options_for(None)

    def asked_in(self, section: Section) -> tuple[Question, ...]:
        return asked(self.words, self.answers)

    def shown(self, question: Question) -> Shown:
        return shown(question, self.answers.get(question.id), self.lookup)


def newest_profile(organisation: Organisation) -> AssuranceProfile | None:
    return AssuranceProfile.objects.filter(organisation=organisation).select_related("by").first()


def read_profile(profile: AssuranceProfile | None) -> ProfileReading:
    return ProfileReading(profile, newest_definition()[1])


def may_fill_in(user: User, organisation: Organisation) -> bool:
    """Whoever drafts for the organisation."""
    posts = standing(user).posts_at(organisation_id=organisation.pk)
    return any(Role(post.role) in who_may("draft") for post in posts)


@dataclass(frozen=True)
class Offer:
    """One answer that a draft can take from the profile: what it would say, and what it says now."""

    question: Question
    value: Any
    base: str
    before: Shown
    after: Shown
    is_new: bool


def offers(reading: Reading, profile: AssuranceProfile, open_now: frozenset[str]) -> Iterator[Offer]:
    """What differs, among the questions that are asked in this draft, open now and of the shape that the profile has."""
    for name, value in carried(reading, profile).items():
        question, stored = reading.asked.get(name), reading.rows.get(name)
        if question is None or name not in open_now or not has_its_shape(question, value):
            continue
        current = stored.value if stored else None
        if current != value:
            yield Offer(
                question=question,
                value=value,
                base=str(stored.pk) if stored else "",
                before=reading.shown(question),
                after=shown(question, value, reading.lookup),
                is_new=current is None,
            )


def carried(reading: Reading, profile: AssuranceProfile) -> dict[str, Any]:
    """The profile's answers by the draft's questions; a group keeps the files that the draft has there."""
    values = {}
    for name, value in profile.answers.items():
        if name == CONTACT:
            values[PARTIES] = _with_our_row(reading, profile.organisation, value)
        elif name in reading.asked:
            values[name] = value | _files(reading, name) if isinstance(value, dict) else value
    return values


def _files(reading: Reading, name: str) -> dict[str, Any]:
    current = reading.answers.get(name)
    files: list[Control] = [part for part in reading.asked[name].parts if part.type == "file"]
    return {part.id: current[part.id] for part in files if isinstance(current, dict) and part.id in current}


def _with_our_row(reading: Reading, organisation: Organisation, value: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = [dict(row) for row in reading.answers.get(PARTIES) or []]
    ours = next((row for row in rows if row.get("organisation") == organisation.name), None)
    if ours is None:
        rows.append(ours := {"organisation": organisation.name})
    ours.update(value)
    return rows


def takes_from_profile(section: Section, user: User, organisation: Organisation, open_now: frozenset[str]) -> bool:
    """Whether this person can take something of this section from the profile."""
    ids = {question.id for question in section.questions} & open_now
    return bool(ids & {*ASKED, PARTIES}) and may_fill_in(user, organisation)


def taken(reading: Reading, section: Section) -> list[tuple[AssuranceProfile, list[str]]]:
    """The profiles from which the answers of this section came, each with the ids of the questions."""
    here = [row.pk for name, row in reading.rows.items() if any(name == one.id for one in section.questions)]
    found: dict[AssuranceProfile, list[str]] = {}
    rows = TakenFromProfile.objects.filter(answer__in=here).select_related("answer", "profile__organisation")
    for row in rows.defer("profile__answers").order_by("answer__question_id"):
        found.setdefault(row.profile, []).append(row.answer.question_id)
    return list(found.items())
