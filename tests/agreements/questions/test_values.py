import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.questions.definition import Option
from agreements.questions.values import is_empty, missing, options, prune, shown_parts
from tests.agreements.questions.samples import control, part

UNITS = (Option("ben-hall", "Ben Hall"), Option("clyde-hall", "Clyde Hall"))
READY = part("ready", "yes_no", required=True, text="Is the room ready?")
UNTIL = part("until", "date", required=True, text="Ready by", shown_when={"part": "ready", "is": "no"})
REASON = part("reason", required=True, text="Why then", shown_when={"part": "until", "answered": True})
NAME = part("name", required=True, text="Outcome")
MEASURE = part("measure", required=True, text="How you will know")
NOTE = part("note", text="Note")

ROOM = control("group", parts=[READY, UNTIL, REASON])
OUTCOMES = control("rows", required=True, parts=[NAME, MEASURE, NOTE], row_name="outcome")
PER_POST = control("per_row", parts=[NAME, MEASURE])

# What may be chosen


def test_yes_no_has_its_two_options() -> None:
    assert [option.label for option in options(control("yes_no"), {})] == ["Yes", "No"]


def test_options_written_in_the_question_are_its_own() -> None:
    assert [option.value for option in options(control("choice"), {})] == ["weekly", "monthly"]


def test_options_come_from_the_directory() -> None:
    assert options(control("choices", options_from="establishment:units"), {"establishment:units": UNITS}) == UNITS


def test_terms_come_from_their_vocabulary() -> None:
    assert options(control("terms", vocabulary="needs"), {"vocabulary:needs": UNITS}) == UNITS


def test_there_are_no_options_where_the_directory_has_none() -> None:
    assert options(control("terms", vocabulary="needs"), {}) == ()


# What is blank


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("short_text", None),
        ("short_text", " \n"),
        ("choices", []),
        ("choices", ["", " "]),
        ("rows", [{}, {"name": ""}]),
        ("group", {"name": " "}),
        ("contact", {"post": "", "email": None}),
        ("per_row", [{"for": "Mentor"}]),
    ],
)
def test_what_holds_nothing_is_empty(type: str, value: Any) -> None:
    assert is_empty(control(type), value)


@pytest.mark.parametrize(
    ("type", "value"),
    [("number", 0), ("yes_no", "no"), ("choices", ["weekly"]), ("rows", [{}, {"name": "A"}]), ("file", [{"id": "1"}])],
)
def test_what_holds_anything_is_not_empty(type: str, value: Any) -> None:
    assert not is_empty(control(type), value)


# What is dropped


def test_a_hidden_part_is_dropped() -> None:
    assert prune(ROOM, {"ready": "yes", "until": "2026-11-21"}) == {"ready": "yes"}


def test_what_waits_for_a_hidden_part_is_dropped_too() -> None:
    stale = {"ready": "yes", "until": "2026-11-21", "reason": "Painting"}
    assert prune(ROOM, stale) == {"ready": "yes"}
    assert [part.id for part in shown_parts(ROOM, stale)] == ["ready"]


def test_a_revealed_part_is_kept() -> None:
    waiting = {"ready": "no", "until": "2026-11-21", "reason": "Painting"}
    assert prune(ROOM, waiting) == waiting


def test_blank_rows_and_blank_cells_are_dropped() -> None:
    assert prune(OUTCOMES, [{"name": " "}, {"name": "Housing", "note": ""}, {}]) == [{"name": "Housing"}]


def test_a_per_row_answer_keeps_what_it_is_about() -> None:
    rows = [{"for": "Mentor", "name": ""}, {"for": "Trainer", "name": "Yes"}]
    assert prune(PER_POST, rows) == [{"for": "Trainer", "name": "Yes"}]


def test_rows_inside_a_group_are_pruned() -> None:
    group = control("group", parts=[part("outcomes", "rows", parts=[NAME])])
    assert prune(group, {"outcomes": [{"name": ""}, {"name": "Housing"}]}) == {"outcomes": [{"name": "Housing"}]}


@pytest.mark.parametrize(("type", "value"), [("choices", "weekly"), ("rows", ["a"]), ("short_text", {"a": 1})])
def test_an_answer_of_another_shape_is_left_alone(type: str, value: Any) -> None:
    assert prune(control(type), value) == value


TEXTS = st.sampled_from(["", " ", "yes", "no", "2026-11-21"]) | st.none()
CELLS = st.dictionaries(st.sampled_from(["ready", "until", "reason", "name", "measure", "for", "other"]), TEXTS)


@given(st.sampled_from([ROOM, OUTCOMES, PER_POST]), CELLS | st.lists(CELLS, max_size=4) | TEXTS)
def test_pruning_twice_is_pruning_once_and_changes_nothing_in_place(asked: Any, value: Any) -> None:
    before = copy.deepcopy(value)
    once = prune(asked, value)
    assert value == before
    assert prune(asked, once) == once


# What is missing


@pytest.mark.parametrize(
    ("type", "sentence"),
    [
        ("short_text", "Enter an answer"),
        ("long_text", "Enter an answer"),
        ("yes_no", "Choose yes or no"),
        ("choice", "Choose an answer"),
        ("choices", "Choose at least one answer"),
        ("terms", "Choose at least one answer"),
        ("number", "Enter a number"),
        ("money", "Enter an amount in pounds"),
        ("date", "Enter a date"),
        ("file", "Add a file"),
        ("rows", "Add row 1"),
        ("group", "Answer at least one part"),
    ],
)
def test_an_unanswered_question_says_what_to_do(type: str, sentence: str) -> None:
    assert missing(control(type, required=True), None, {}) == [sentence]


@pytest.mark.parametrize("type", ["short_text", "choices", "contact", "rows", "group", "per_row"])
def test_a_question_that_nobody_must_answer_lacks_nothing(type: str) -> None:
    assert missing(control(type), None, {}) == []


def test_a_contact_needs_a_post_and_a_role_mailbox() -> None:
    assert missing(control("contact", required=True), {"name": "A. Reid"}, {}) == ["Enter post", "Enter role mailbox"]


def test_a_contact_that_was_begun_must_be_finished() -> None:
    assert missing(control("contact"), {"post": "Chaplain"}, {}) == ["Enter role mailbox"]


def test_a_row_says_its_number_and_what_it_lacks() -> None:
    rows = [{"name": "Housing", "measure": "Tenancies"}, {}, {"name": "Health"}]
    assert missing(OUTCOMES, rows, {}) == ["Outcome 2: enter how you will know"]


def test_rows_are_missing_up_to_the_least_number() -> None:
    three = control("rows", parts=[NAME], required=True, min_rows=3, row_name="outcome")
    assert missing(three, [{"name": "Housing"}], {}) == ["Add outcome 2", "Add outcome 3"]


def test_a_per_row_answer_says_what_it_is_about() -> None:
    assert missing(PER_POST, [{"for": "Mentor", "name": "Yes"}], {}) == ["Mentor: enter how you will know"]


def test_a_part_worded_as_a_question_is_quoted() -> None:
    assert missing(control("group", required=True, parts=[READY]), {}, {}) == ["Answer “Is the room ready?”"]


def test_only_parts_that_are_shown_can_be_missing() -> None:
    assert missing(ROOM, {"ready": "yes"}, {}) == []
    assert missing(ROOM, {"ready": "no"}, {}) == ["Enter ready by"]


def test_what_a_part_lacks_is_said_with_its_name() -> None:
    lead = part("lead", "contact", text="Lead contact")
    assert missing(control("group", parts=[lead]), {"lead": {"post": "Chaplain"}}, {}) == [
        "Lead contact: enter role mailbox"
    ]


def test_rows_in_a_group_say_their_number() -> None:
    rows = part("aims", "rows", parts=[NAME, MEASURE], row_name="aim", required=True)
    group = control("group", parts=[rows], required=True)
    assert missing(group, None, {}) == ["Add aim 1"]
    assert missing(group, {"aims": [{"name": "Housing"}]}, {}) == ["Aim 1: enter how you will know"]


def test_an_abbreviation_keeps_its_capitals() -> None:
    pvg = part("pvg", required=True, text="PVG scheme ends")
    assert missing(control("group", required=True, parts=[pvg]), None, {}) == ["Enter PVG scheme ends"]


def test_an_option_that_left_the_list_must_be_chosen_again() -> None:
    units = control("choices", options_from="establishment:units")
    assert missing(units, ["ben-hall", "old-hall"], {"establishment:units": UNITS}) == [
        "Choose again: “old-hall” is no longer in the list"
    ]


def test_a_part_with_an_option_that_left_the_list_is_named() -> None:
    hall = part("hall", "choice", text="Hall", options_from="establishment:units")
    assert missing(control("group", parts=[hall]), {"hall": "old-hall"}, {"establishment:units": UNITS}) == [
        "Hall: choose again: “old-hall” is no longer in the list"
    ]


def test_nothing_is_said_of_a_list_that_is_not_known() -> None:
    assert missing(control("choices", options_from="establishment:units"), ["old-hall"], {}) == []


def test_an_answer_of_another_shape_must_be_given_again() -> None:
    assert missing(control("choices"), "weekly", {}) == ["Answer this again, because the question has changed"]
