from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.questions.faults import faults
from agreements.questions.faults.form import HOLDS, KNOWN_KEYS
from agreements.questions.types import TYPES
from tests.agreements.questions.samples import JSON, definition, part, question, section

ENOUGH_TO_BE_ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "S1-01", "S1-02.name", *TYPES]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [*HOLDS, *KNOWN_KEYS["set"], *KNOWN_KEYS["question"], "question", "is", "all", "not", "part"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


def test_a_definition_that_uses_every_type_has_no_faults() -> None:
    questions = [question(f"S1-{number:02}", type) for number, type in enumerate(TYPES, start=1)]
    assert faults(definition(*questions)) == []


@given(ENOUGH_TO_BE_ODD)
def test_odd_questions_are_refused_or_accepted_but_never_break_the_check(odd: Any) -> None:
    whole = definition(sections=[section("S1", odd, question("S1-02", asked_when=odd, parts=odd))])
    assert all(isinstance(fault, str) for fault in faults(whole))


@given(ENOUGH_TO_BE_ODD)
def test_odd_sets_are_refused_and_never_break_the_check(odd: Any) -> None:
    assert faults(odd)


# The whole set


def test_a_set_is_an_object() -> None:
    assert faults([]) == ["The question set must be a JSON object"]


def test_an_unknown_kind_is_named_with_the_known_ones() -> None:
    assert faults(definition(question("S1-01"), kind="survey")) == [
        "The question set: the kind “survey” is unknown: use one of eligibility, agreement, sharing, consent, review"
    ]


@pytest.mark.parametrize("key", ["kind", "version", "title", "sections"])
def test_a_set_needs_its_keys(key: str) -> None:
    whole = definition(question("S1-01"))
    del whole[key]
    assert faults(whole) == [f"The question set: “{key}” is missing"]


def test_sections_must_be_objects() -> None:
    assert faults(definition(sections=["S1"])) == ["The question set: everything in “sections” must be an object"]


def test_an_id_may_be_used_once() -> None:
    whole = definition(sections=[section("S1", question("S1-01")), section("S2", question("S1-01"))])
    assert faults(whole) == ["S1-01: the id is used twice"]


def test_a_section_id_may_be_used_once() -> None:
    whole = definition(sections=[section("S1", question("S1-01")), section("S1", question("S1-02"))])
    assert faults(whole) == ["Section S1: the id is used twice"]


def test_a_retired_id_stays_retired() -> None:
    assert faults(definition(question("S1-01"), retired=["S1-01"])) == [
        "S1-01: this id was retired and can't be used again"
    ]


# Sections


@pytest.mark.parametrize("key", ["title", "stage", "who", "questions"])
def test_a_section_needs_its_keys(key: str) -> None:
    lacking = section("S1", question("S1-01"))
    del lacking[key]
    assert faults(definition(sections=[lacking])) == [f"Section S1: “{key}” is missing"]


@pytest.mark.parametrize(
    ("key", "value", "known"),
    [
        ("who", "everybody", "partner, prison, both, nobody"),
        ("stage", 6, "0, 1, 2, 3, 4, 5"),
        ("home", "reviews", "answers, actions"),
    ],
)
def test_the_words_of_a_section_must_be_known(key: str, value: Any, known: str) -> None:
    whole = definition(sections=[section("S1", question("S1-01"), **{key: value})])
    assert faults(whole) == [f"Section S1: the {key} “{value}” is unknown: use one of {known}"]


# One question

ONE_QUESTION: list[tuple[str, JSON, str]] = [
    ("unknown type", {"type": "essay"}, "the type “essay” is unknown"),
    ("empty text", {"text": " "}, "“text” is empty"),
    ("unknown side", {"side": "sps"}, "the side “sps” is unknown: use one of partner, prison, both, system"),
    (
        "unknown due",
        {"due": "later"},
        "the due “later” is unknown: use one of start, outline, specification, details, sign_off, delivery, review, "
        "print, never",
    ),
    (
        "unknown status",
        {"status": "guessed"},
        "the status “guessed” is unknown: use one of documented, documented (topic), inferred",
    ),
    ("misspelt key", {"requird": True}, "“requird” has no place here"),
    ("key of another type", {"options_from": "establishment:units"}, "“options_from” has no place here"),
    ("key of a part", {"shown_when": {"part": "a", "is": "b"}}, "“shown_when” has no place here"),
    ("text that isn't text", {"help": 4}, "“help” must be text"),
    ("flag that isn't a flag", {"required": "yes"}, "“required” must be true or false"),
    ("number that isn't one", {"max_length": True}, "“max_length” must be a whole number"),
    ("no length", {"max_length": 0}, "“max_length” must be 1 or more"),
    ("negative length", {"max_length": -5}, "“max_length” must be 1 or more"),
]


@pytest.mark.parametrize(("keys", "fault"), [row[1:] for row in ONE_QUESTION], ids=[row[0] for row in ONE_QUESTION])
def test_a_fault_in_a_question_is_named(keys: JSON, fault: str) -> None:
    assert faults(definition(question("S1-01") | keys)) == [f"S1-01: {fault}"]


@pytest.mark.parametrize("key", ["text", "type", "side", "due", "status"])
def test_a_question_needs_its_keys(key: str) -> None:
    lacking = question("S1-01")
    del lacking[key]
    assert faults(definition(lacking)) == [f"S1-01: “{key}” is missing"]


def test_a_question_without_an_id_is_named_as_such() -> None:
    lacking = question("S1-01")
    del lacking["id"]
    assert faults(definition(lacking)) == ["(no id): “id” is missing"]


@pytest.mark.parametrize("bad", ["s1-01", "S1", "S1-1", "S1-01.name", "S1 01"])
def test_a_question_id_looks_like_those_of_the_paper_form(bad: str) -> None:
    assert faults(definition(question(bad))) == [f"{bad}: a question's id is like S1-04"]


@pytest.mark.parametrize(
    ("type", "key", "needed"),
    [
        ("choice", "options", "“options” or “options_from”"),
        ("choices", "options", "“options” or “options_from”"),
        ("terms", "vocabulary", "“vocabulary”"),
        ("group", "parts", "“parts”"),
        ("rows", "parts", "“parts”"),
        ("per_row", "rows_of", "“rows_of”"),
        ("reference", "to", "“to”"),
        ("derived", "from", "“from”"),
        ("statement", "words", "“words”"),
    ],
)
def test_a_type_needs_its_own_keys(type: str, key: str, needed: str) -> None:
    lacking = question("S1-01", type)
    del lacking[key]
    assert faults(definition(lacking)) == [f"S1-01: a {type} needs {needed}"]


@pytest.mark.parametrize("key", ["options", "parts"])
def test_an_empty_list_is_as_bad_as_none(key: str) -> None:
    type, needed = {"options": ("choice", "“options” or “options_from”"), "parts": ("group", "“parts”")}[key]
    assert faults(definition(question("S1-01", type) | {key: []})) == [f"S1-01: a {type} needs {needed}"]


def test_options_come_from_one_place() -> None:
    both = question("S1-01", "choice") | {"options_from": "establishment:units"}
    assert faults(definition(both)) == ["S1-01: a choice needs “options” or “options_from”, not both"]


@pytest.mark.parametrize(
    ("type", "keys", "fault"),
    [
        ("number", {"min": 5, "max": 4}, "“min” is more than “max”"),
        ("rows", {"min_rows": 5, "max_rows": 4}, "“min_rows” is more than “max_rows”"),
        ("rows", {"min_rows": -1}, "“min_rows” must be 0 or more"),
        ("rows", {"max_rows": 0}, "“max_rows” must be 1 or more"),
    ],
)
def test_limits_leave_room_for_an_answer(type: str, keys: JSON, fault: str) -> None:
    assert faults(definition(question("S1-01", type, **keys))) == [f"S1-01: {fault}"]


# Options

YES = {"value": "yes", "label": "Yes"}


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ([{"label": "Yes"}], "S1-01, option 1: “value” is missing"),
        ([YES, {"value": "no"}], "S1-01, option 2: “label” is missing"),
        ([YES, YES], "S1-01: the option “yes” is there twice"),
        (
            [{"value": "Other body", "label": "Other"}],
            "S1-01: the option value “Other body” may have small letters, digits, hyphens and underscores only",
        ),
        (["yes"], "S1-01: everything in “options” must be an object"),
        ([YES | {"colour": "green"}], "S1-01, option 1: “colour” has no place here"),
    ],
)
def test_a_fault_in_the_options_is_named(options: list[Any], fault: str) -> None:
    assert faults(definition(question("S1-01", "choice", options=options))) == [fault]


def test_the_exclusive_option_must_be_an_option() -> None:
    assert faults(definition(question("S1-01", "choices", options=[YES], none_of_these="none"))) == [
        "S1-01: “none_of_these” names “none”, which isn't one of the options"
    ]


# Parts


@pytest.mark.parametrize("bad", ["Name", "how-you-know", "1st", "for"])
def test_a_part_id_is_a_lowercase_name(bad: str) -> None:
    assert faults(definition(question("S1-01", "group", parts=[part(bad)]))) == [
        f"S1-01, part {bad}: a part's id has small letters, digits and underscores, and isn't “for”"
    ]


def test_two_parts_cannot_share_an_id() -> None:
    assert faults(definition(question("S1-01", "rows", parts=[part("name"), part("name")]))) == [
        "S1-01: two parts have the id “name”"
    ]


def test_a_fault_inside_a_part_names_the_part() -> None:
    inner = part("outcomes", "rows", parts=[part("measure", max_length=0)])
    assert faults(definition(question("S1-01", "group", parts=[inner]))) == [
        "S1-01, part outcomes, part measure: “max_length” must be 1 or more"
    ]


@pytest.mark.parametrize("type", ["reference", "derived", "signature", "statement", "outside", "per_row"])
def test_what_stands_alone_cannot_stand_in_a_group(type: str) -> None:
    assert faults(definition(question("S1-01", "group", parts=[part("inner", type)]))) == [
        f"S1-01, part inner: a {type} can't stand inside a group"
    ]


@pytest.mark.parametrize("holder", ["rows", "per_row"])
@pytest.mark.parametrize("type", ["group", "rows", "file", "signature"])
def test_a_row_holds_no_groups_rows_or_files(holder: str, type: str) -> None:
    assert faults(definition(question("S1-01", holder, parts=[part("inner", type)]))) == [
        f"S1-01, part inner: a {type} can't stand inside a {holder}"
    ]


def test_parts_nest_two_deep_at_most() -> None:
    deep = part("a", "group", parts=[part("b", "group", parts=[part("c")])])
    assert faults(definition(question("S1-01", "group", parts=[deep]))) == [
        "S1-01, part a, part b: parts may stand inside parts, but no deeper"
    ]


@pytest.mark.parametrize(
    ("shown_when", "fault"),
    [
        ({"part": "gone", "is": "yes"}, ": “shown_when” must name a part that stands before it"),
        ({"part": "later", "is": "yes"}, ": “shown_when” must name a part that stands before it"),
        ({"part": "detail", "is": "yes"}, ": “shown_when” must name a part that stands before it"),
        ({"part": "ready", "is": "maybe"}, ": its “shown_when” on ready names “maybe”, which isn't one of its options"),
        ({"part": "ready"}, ": its “shown_when” on ready needs one of “is”, “in”, “includes”, “answered”"),
        ({"part": "ready", "includes": "yes"}, ": its “shown_when” on ready can't hold: “includes” isn't for a yes_no"),
    ],
)
def test_a_part_waits_for_an_earlier_sibling_and_an_answer_it_may_have(shown_when: JSON, fault: str) -> None:
    parts = [part("ready", "yes_no"), part("detail", shown_when=shown_when), part("later", "yes_no")]
    assert faults(definition(question("S1-01", "group", parts=parts))) == [f"S1-01, part detail{fault}"]


# Conditions

EARLIER = [
    question("S1-01", "yes_no"),
    question("S1-02", "choices"),
    question("S1-03", "group", parts=[part("kind", "choice"), part("who", "contact")]),
    question("S1-04", "signature"),
]

CONDITIONS: list[tuple[JSON, str]] = [
    ({"question": "S9-01", "is": "yes"}, "its condition looks at “S9-01”, which is unknown"),
    ({"question": "S1-99", "is": "yes"}, "its condition looks at “S1-99”, which was retired"),
    ({"question": "S1-05", "answered": True}, "its condition looks at the question itself"),
    ({"question": "S1-06", "is": "yes"}, "its condition looks at S1-06, which comes later"),
    ({"question": "S1-03.gone", "is": "x"}, "its condition looks at “S1-03.gone”, but S1-03 has no such part"),
    (
        {"question": "S1-03.who.fax", "is": "x"},
        "its condition looks at “S1-03.who.fax”, but S1-03 has no such part",
    ),
    ({"question": "S1-01", "is": "maybe"}, "its condition on S1-01 names “maybe”, which isn't one of its options"),
    (
        {"question": "S1-02", "includes": "daily"},
        "its condition on S1-02 names “daily”, which isn't one of its options",
    ),
    (
        {"question": "S1-03.kind", "in": ["weekly", "daily"]},
        "its condition on S1-03.kind names “daily”, which isn't one of its options",
    ),
    ({"question": "S1-03.kind", "in": "weekly"}, "its condition on S1-03.kind: “in” needs a list"),
    ({"question": "S1-02", "is": "weekly"}, "its condition on S1-02 can't hold: “is” isn't for a choices"),
    ({"question": "S1-01", "includes": "yes"}, "its condition on S1-01 can't hold: “includes” isn't for a yes_no"),
    ({"question": "S1-03", "is": "weekly"}, "its condition on S1-03 can't hold: “is” isn't for a group"),
    ({"question": "S1-04", "answered": True}, "its condition on S1-04 can't hold: a signature has no answer"),
    (
        {"question": "S1-01", "answered": False},
        "its condition on S1-01: “answered” may only be true; put it inside “not” for the opposite",
    ),
    ({"question": "S1-01"}, "its condition on S1-01 needs one of “is”, “in”, “includes”, “answered”"),
    (
        {"question": "S1-01", "is": "yes", "in": ["yes"]},
        "its condition on S1-01 needs one of “is”, “in”, “includes”, “answered”",
    ),
    ({"question": "S1-01", "equals": "yes"}, "its condition on S1-01 needs one of “is”, “in”, “includes”, “answered”"),
    ({}, "a condition is an object with “question”, “all”, “any” or “not”"),
    ({"all": ["S1-01"]}, "a condition is an object with “question”, “all”, “any” or “not”"),
    ({"any": []}, "“any” needs a list of conditions"),
    (
        {"any": [{"question": "S1-01", "is": "yes"}], "not": {"question": "S1-01", "is": "yes"}},
        "a condition has one of “question”, “all”, “any” and “not”",
    ),
    (
        {"not": {"all": [{"question": "S1-01", "is": "yes"}, {"question": "S9-01", "is": "yes"}]}},
        "its condition looks at “S9-01”, which is unknown",
    ),
]


@pytest.mark.parametrize(("condition", "fault"), CONDITIONS)
def test_a_fault_in_a_condition_is_named(condition: JSON, fault: str) -> None:
    whole = definition(
        *EARLIER, question("S1-05", asked_when=condition), question("S1-06", "yes_no"), retired=["S1-99"]
    )
    assert faults(whole) == [f"S1-05: {fault}"]


@pytest.mark.parametrize(
    "condition",
    [
        {"question": "S1-01", "is": "yes"},
        {"question": "S1-02", "includes": "weekly"},
        {"question": "S1-03.who.email", "answered": True},
        {"question": "S1-03", "answered": True},
        {"not": {"any": [{"question": "S1-01", "is": "no"}, {"question": "S1-03.kind", "in": ["weekly"]}]}},
    ],
)
def test_a_condition_on_an_earlier_answer_is_accepted(condition: JSON) -> None:
    assert faults(definition(*EARLIER, question("S1-05", asked_when=condition))) == []


def test_options_from_the_directory_may_be_named_freely() -> None:
    units = question("S1-01", "choices", options_from="establishment:units")
    later = question("S1-02", asked_when={"question": "S1-01", "includes": "any-hall"})
    assert faults(definition(units, later)) == []


def test_conditions_that_wait_for_each_other_are_a_circle_named_once() -> None:
    circle = [
        question("S1-01", "yes_no", asked_when={"question": "S1-03", "is": "yes"}),
        question("S1-02", "yes_no", asked_when={"question": "S1-01", "is": "yes"}),
        question("S1-03", "yes_no", asked_when={"not": {"question": "S1-02", "is": "yes"}}),
    ]
    assert faults(definition(*circle)) == [
        "S1-01: its condition looks at S1-03, which comes later",
        "S1-01: the conditions go round in a circle: S1-01 → S1-03 → S1-02 → S1-01",
    ]


def test_what_is_asked_of_each_action_cannot_decide_about_other_questions() -> None:
    actions = section("ACT", question("ACT-01", "yes_no"), home="actions")
    later = section("S4", question("S4-01", asked_when={"question": "ACT-01", "is": "yes"}))
    assert faults(definition(sections=[actions, later])) == [
        "S4-01: its condition looks at ACT-01, which is asked of each action"
    ]


def test_questions_about_one_action_may_look_at_each_other() -> None:
    when_done = question("ACT-02", asked_when={"question": "ACT-01", "is": "yes"})
    assert faults(definition(sections=[section("ACT", question("ACT-01", "yes_no"), when_done, home="actions")])) == []


# What one question takes from another


@pytest.mark.parametrize("path", ["S9-01.name", "S1-01.gone", "S1-01", "S1-02.kind"])
def test_a_per_row_question_needs_rows_to_ask_about(path: str) -> None:
    rows, group = question("S1-01", "rows"), question("S1-02", "group", parts=[part("kind")])
    assert faults(definition(rows, group, question("S1-03", "per_row", rows_of=path))) == [
        f"S1-03: “rows_of” names “{path}”, which isn't a part of rows in this set"
    ]


@pytest.mark.parametrize("path", ["S1-01.name", "actions"])
def test_a_per_row_question_asks_about_rows_or_actions(path: str) -> None:
    assert faults(definition(question("S1-01", "rows"), question("S1-02", "per_row", rows_of=path))) == []


@pytest.mark.parametrize(
    ("origin", "fault"),
    [
        ("S9-01", "“starts_from” names “S9-01”, which is unknown"),
        ("S1-99", "“starts_from” names “S1-99”, which was retired"),
        ("S1-02", "“starts_from” names the question itself"),
        ("S1-01", "“starts_from” names S1-01, which is of another type"),
    ],
)
def test_an_answer_starts_from_another_question_of_the_same_type(origin: str, fault: str) -> None:
    whole = definition(question("S1-01", "yes_no"), question("S1-02", starts_from=origin), retired=["S1-99"])
    assert faults(whole) == [f"S1-02: {fault}"]


def test_every_fault_is_named_at_once() -> None:
    wrong = definition(
        question("S1-01") | {"type": "essay"},
        question("S1-02", asked_when={"question": "S1-03", "is": "yes"}),
        question("S1-03", "yes_no", text=""),
        retired=["S1-03"],
        kind="survey",
    )
    assert [fault.split(":")[0] for fault in faults(wrong)] == ["The question set", "S1-03", "S1-01", "S1-03", "S1-02"]
