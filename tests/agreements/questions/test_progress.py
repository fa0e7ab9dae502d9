from typing import Any

import pytest

from agreements.questions.definition import Option
from agreements.questions.progress import answerable, asked, missing, row_labels, section_state
from tests.agreements.questions.samples import parsed, part, question, section

CHAIN = parsed(
    question("S1-01", "yes_no"),
    question("S1-02", "yes_no", asked_when={"question": "S1-01", "is": "yes"}),
    question("S1-03", asked_when={"question": "S1-02", "is": "yes"}),
)
EITHER = parsed(
    question("S1-01", "yes_no"),
    question("S1-02", "yes_no", asked_when={"question": "S1-01", "is": "yes"}),
    question("S1-03", asked_when={"any": [{"question": "S1-01", "is": "no"}, {"question": "S1-02", "is": "yes"}]}),
)


def ids(questions: Any) -> list[str]:
    return [question.id for question in questions]


# What is asked


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, ["S1-01"]),
        ({"S1-01": "yes"}, ["S1-01", "S1-02"]),
        ({"S1-01": "yes", "S1-02": "yes"}, ["S1-01", "S1-02", "S1-03"]),
    ],
)
def test_answers_open_further_questions(answers: dict[str, Any], expected: list[str]) -> None:
    assert ids(asked(CHAIN, answers)) == expected


def test_an_old_answer_to_a_question_no_longer_asked_opens_nothing() -> None:
    assert ids(asked(CHAIN, {"S1-01": "no", "S1-02": "yes"})) == ["S1-01"]


def test_a_question_not_asked_does_not_close_another_way_in() -> None:
    assert ids(asked(EITHER, {"S1-01": "no"})) == ["S1-01", "S1-03"]


def test_only_what_is_stored_as_an_answer_is_answerable() -> None:
    own = section("S1", question("S1-01"), question("S1-02", "signature"), question("S1-03", "statement"))
    actions = section("ACT", question("ACT-01"), home="actions")
    assert ids(answerable(parsed(sections=[own, actions]), {})) == ["S1-01"]


# What is missing


def test_a_gap_names_the_question_and_what_to_do() -> None:
    whole = parsed(question("S1-01", required=True), question("S1-02", "date", required=True), question("S1-03"))
    gaps = missing(whole, {"S1-01": "Mentoring"}, {})
    assert [(gap.question.id, gap.sentences) for gap in gaps] == [("S1-02", ("Enter a date",))]


def test_gaps_are_asked_for_at_the_steps_in_question() -> None:
    whole = parsed(
        question("S1-01", required=True, due="outline"),
        question("S1-02", required=True, due="details"),
        question("S1-03", required=True, due="sign_off"),
    )
    assert ids(gap.question for gap in missing(whole, {}, {}, due={"outline", "details"})) == ["S1-01", "S1-02"]
    assert ids(gap.question for gap in missing(whole, {}, {})) == ["S1-01", "S1-02", "S1-03"]


def test_what_is_not_asked_cannot_be_missing() -> None:
    whole = parsed(
        question("S1-01", "yes_no", required=True),
        question("S1-02", required=True, asked_when={"question": "S1-01", "is": "yes"}),
    )
    assert missing(whole, {"S1-01": "no"}, {}) == ()
    assert ids(gap.question for gap in missing(whole, {"S1-01": "yes"}, {})) == ["S1-02"]


@pytest.mark.parametrize("type", ["reference", "derived", "signature", "statement", "outside"])
def test_what_nobody_answers_here_is_never_missing(type: str) -> None:
    assert missing(parsed(question("S1-01", type, required=True)), {}, {}) == ()


def test_actions_are_not_missing_answers() -> None:
    actions = section("ACT", question("ACT-01", required=True), home="actions")
    assert missing(parsed(sections=[actions]), {}, {}) == ()


def test_an_optional_question_that_was_begun_must_be_finished() -> None:
    whole = parsed(question("S1-01", "contact"))
    assert missing(whole, {}, {}) == ()
    assert [gap.sentences for gap in missing(whole, {"S1-01": {"post": "Chaplain"}}, {})] == [("Enter role mailbox",)]


# Questions about each row of another answer

PER_POST = parsed(
    question("S1-01", "rows", parts=[part("post")]),
    question("S1-02", "per_row", rows_of="S1-01.post", required=True),
)
POSTS = [{"post": "Mentor"}, {"post": "Trainer"}, {"post": "Mentor"}, {"post": ""}]


def test_a_per_row_question_asks_once_about_each_label() -> None:
    assert row_labels(PER_POST.questions["S1-02"], {"S1-01": POSTS}, {}) == ("Mentor", "Trainer")


def test_the_labels_of_actions_are_looked_up() -> None:
    per_action = parsed(question("S1-01", "per_row", rows_of="actions")).questions["S1-01"]
    assert row_labels(per_action, {}, {"actions": (Option("1", "Agree the room"),)}) == ("Agree the room",)


def test_every_row_of_the_other_answer_needs_its_answer() -> None:
    answers = {"S1-01": POSTS, "S1-02": [{"for": "Mentor", "name": "Yes"}]}
    assert [gap.sentences for gap in missing(PER_POST, answers, {})] == [("Trainer: not answered yet",)]


def test_nothing_is_missing_where_there_are_no_rows_to_ask_about() -> None:
    assert missing(PER_POST, {}, {}) == ()


# Sections


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ({}, "not started"),
        ({"S1-01": " "}, "not started"),
        ({"S1-01": "Mentoring"}, "in progress"),
        ({"S1-01": "Mentoring", "S1-02": "2026-11-21"}, "complete"),
    ],
)
def test_a_section_says_how_far_it_is(answers: dict[str, Any], state: str) -> None:
    whole = parsed(question("S1-01", required=True), question("S1-02", "date", required=True), question("S1-03"))
    assert section_state(whole.section("S1"), answers, {}, whole) == state


def test_a_section_is_not_needed_when_nothing_in_it_is_asked() -> None:
    gate = section("S1", question("S1-01", "yes_no"))
    sharing = section("S2", question("S2-01", asked_when={"question": "S1-01", "is": "yes"}))
    whole = parsed(sections=[gate, sharing])
    states = [section_state(whole.section("S2"), {"S1-01": answer}, {}, whole) for answer in ("no", "yes")]
    assert states == ["not needed", "not started"]


def test_a_section_without_anything_to_answer_is_not_needed() -> None:
    whole = parsed(question("S1-01", "signature"))
    assert section_state(whole.section("S1"), {}, {}, whole) == "not needed"
