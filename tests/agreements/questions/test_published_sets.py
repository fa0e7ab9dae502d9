"""The question sets that the portal ships: complete, faithful to their source, and fixed once published."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agreements.questions.conditions import holds
from agreements.questions.definition import Control, Definition, Question, fingerprint, parse
from agreements.questions.faults import faults

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parent
DATA = ROOT / "agreements" / "questions" / "data"
KINDS = ("eligibility", "agreement", "sharing", "consent", "review")
SIDES = {"third sector": "partner", "SPS": "prison", "both": "both", "system": "system"}


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


RAW = {kind: read(DATA / f"{kind}.json") for kind in KINDS}
VOCABULARIES = read(ROOT / "directory" / "data" / "vocabularies.json")


@pytest.fixture(scope="module")
def sets() -> dict[str, Definition]:
    return {kind: parse(raw) for kind, raw in RAW.items()}


@pytest.fixture(scope="module")
def questions(sets: dict[str, Definition]) -> dict[str, Question]:
    return {question.id: question for published in sets.values() for question in published.questions.values()}


def listed_ids() -> dict[str, tuple[str, str]]:
    """Id -> documentation status and side, as the source of the question sets gives them."""
    rows = (line.split("\t") for line in (HERE / "ids.txt").read_text(encoding="utf-8").splitlines())
    return {question_id: (status, SIDES[who]) for question_id, status, who in rows}


def shipped_ids() -> Iterator[tuple[str, tuple[str, str]]]:
    """Every id with its home's status and side, as often as it has a home."""
    for raw in RAW.values():
        for section in raw["sections"]:
            yield from ((question["id"], (question["status"], question["side"])) for question in section["questions"])
    for vocabulary in VOCABULARIES.values():
        if item := vocabulary.get("question"):
            yield item["id"], (item["status"], item["side"])


def controls(control: Control) -> Iterator[Control]:
    yield control
    for part in control.parts:
        yield from controls(part)


def test_the_source_lists_158_ids() -> None:
    assert len(listed_ids()) == 158


def test_every_id_has_exactly_one_home() -> None:
    assert Counter(question_id for question_id, _ in shipped_ids()) == Counter(listed_ids().keys())


def test_documentation_status_and_side_are_those_of_the_source() -> None:
    assert dict(shipped_ids()) == listed_ids()


@pytest.mark.parametrize("kind", KINDS)
def test_a_published_set_has_no_faults(kind: str) -> None:
    assert faults(RAW[kind]) == []
    assert parse(RAW[kind]).kind == kind


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_of_a_published_version_never_change(kind: str) -> None:
    """A failure here asks for a new version of the set, never for a new fingerprint of the old one."""
    pinned = read(HERE / "fingerprints.json")[kind]

    assert fingerprint(RAW[kind]) == pinned[RAW[kind]["version"]]


def test_the_page_of_questions_is_up_to_date() -> None:
    command = [sys.executable, ROOT / "script" / "questions-table"]
    printed = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout

    assert (ROOT / "docs" / "questions.md").read_text(encoding="utf-8") == printed


def test_every_source_of_a_question_is_described(questions: dict[str, Question]) -> None:
    sources = read(DATA / "sources.json")["sources"].values()
    described = {url for source in sources for url in source["urls"]} | {source["name"] for source in sources}

    assert {question.source for question in questions.values() if question.source} <= described


def test_every_vocabulary_that_a_question_names_is_shipped(questions: dict[str, Question]) -> None:
    named = {part.vocabulary for question in questions.values() for part in controls(question) if part.vocabulary}

    assert named <= VOCABULARIES.keys()


@pytest.mark.parametrize("name", VOCABULARIES)
def test_the_terms_of_a_vocabulary_have_slugs_of_their_own(name: str) -> None:
    slugs = [term["slug"] for term in VOCABULARIES[name]["terms"]]

    assert len(set(slugs)) == len(slugs) > 0


def test_nothing_public_holds_a_contact_money_or_a_file(questions: dict[str, Question]) -> None:
    public = [question for question in questions.values() if question.public]
    types = {part.type for question in public for part in controls(question)}

    assert "long_text" in types
    assert types.isdisjoint({"contact", "money", "file"})


def test_only_answers_of_the_partner_are_shared_between_prisons(questions: dict[str, Question]) -> None:
    assert {question.side for question in questions.values() if question.shared} == {"partner"}


def test_the_agreed_timetable_can_start_from_the_times_that_the_prison_gave(questions: dict[str, Question]) -> None:
    offered, agreed = questions["S2-07"].parts, questions["S3-01"].parts

    assert agreed[: len(offered)] == offered


CONDITIONS = [
    ("ELG-04", {"ELG-03": "no"}, {"ELG-03": "yes"}),
    ("ELG-07", {"ELG-05": "yes", "ELG-06": "yes"}, {"ELG-05": "yes", "ELG-06": "no"}),
    ("S3-08", {"S1-02": ["inside", "community"]}, {"S1-02": ["inside"]}),
    ("S3-16", {"S3-15": [{"regulated": "no"}, {"regulated": "adults"}]}, {"S3-15": [{"regulated": "unsure"}]}),
    ("S3-28", {"S3-27": "yes"}, {"S3-27": "no"}),
    ("S3-29", {"S3-27": "yes"}, {"S3-27": "no"}),
    ("ACT-08", {"ACT-06": "done"}, {"ACT-06": "open"}),
    ("ISA-05", {"ISA-04": {"prison": "part-3", "partner": "uk-gdpr"}}, {"ISA-04": {"prison": "part-3"}}),
    ("ISA-07", {"ISA-09": [{"category": "ordinary"}, {"category": "special"}]}, {"ISA-09": [{"category": "offence"}]}),
    ("RVW-11", {"RVW-10": "extend"}, {"RVW-10": "continue"}),
    ("RVW-12", {"RVW-10": "end"}, {"RVW-10": "pause"}),
]


@pytest.mark.parametrize(("question_id", "asks", "spares"), CONDITIONS)
def test_a_question_is_asked_only_where_it_applies(
    questions: dict[str, Question], question_id: str, asks: dict[str, Any], spares: dict[str, Any]
) -> None:
    condition = questions[question_id].asked_when

    assert (holds(condition, asks), holds(condition, spares)) == (True, False)
