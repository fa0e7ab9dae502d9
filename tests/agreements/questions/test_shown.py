from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.questions.definition import Option
from agreements.questions.shown import Items, Nothing, Pairs, Shown, Table, Words, as_text, shown
from agreements.questions.types import TYPES
from tests.agreements.questions.samples import control, part

NEEDS = {"vocabulary:needs": (Option("housing", "Housing"), Option("health", "Health"))}
OUTCOMES = part("outcomes", "rows", text="Outcomes", parts=[part("name", text="Outcome"), part("how", "long_text")])


@pytest.mark.parametrize(
    ("type", "keys", "value", "expected"),
    [
        ("short_text", {}, "Mentoring", Words(("Mentoring",))),
        ("long_text", {}, "First.\n\n Second. \r\nThird.", Words(("First.", "Second.", "Third."))),
        ("yes_no", {}, "no", Words(("No",))),
        ("choice", {}, "weekly", Words(("Weekly",))),
        ("choices", {}, ["monthly", "weekly"], Items(("Monthly", "Weekly"))),
        ("terms", {}, ["health"], Items(("Health",))),
        ("number", {}, 0, Words(("0",))),
        ("number", {"unit": "people"}, 1200, Words(("1,200 people",))),
        ("number", {"unit": "people"}, 1, Words(("1 person",))),
        ("number", {"unit": "hours a week"}, 1, Words(("1 hour a week",))),
        ("money", {}, "12000.00", Words(("£12,000",))),
        ("money", {}, "12000.50", Words(("£12,000.50",))),
        ("date", {}, "2026-11-21", Words(("21 November 2026",))),
        ("date", {}, "2026-01-01", Words(("1 January 2026",))),
        ("file", {"multiple": True}, [{"name": "Plan.pdf", "size": 123_456}], Items(("Plan.pdf (123 KB)",))),
        ("file", {}, [{"name": "Plan.pdf", "size": 2_340_000}], Items(("Plan.pdf (2.3 MB)",))),
        ("file", {}, [{"name": "Note.txt", "size": 12}], Items(("Note.txt (1 KB)",))),
        ("reference", {}, "HMP Perth", Words(("HMP Perth",))),
        ("derived", {}, ["1", "2"], Items(("1", "2"))),
    ],
)
def test_each_type_is_shown_as_a_reader_expects(type: str, keys: dict[str, Any], value: Any, expected: Shown) -> None:
    assert shown(control(type, **keys), value, NEEDS) == expected


@pytest.mark.parametrize("type", sorted(set(TYPES) - {"statement"}))
def test_no_answer_is_nothing(type: str) -> None:
    assert shown(control(type), None, NEEDS) == Nothing()


def test_a_statement_shows_its_words() -> None:
    assert shown(control("statement", words="One.\nTwo."), None, {}) == Words(("One.", "Two."))


@pytest.mark.parametrize(
    ("type", "value", "expected"),
    [
        ("choice", "yearly", Words(("yearly",))),
        ("terms", ["housing", "gone"], Items(("Housing", "gone"))),
        ("date", "soon", Words(("soon",))),
        ("money", "a lot", Words(("a lot",))),
        ("choices", "weekly", Words(("weekly",))),
        (
            "short_text",
            {"post": "Mentor", "days": [1, 2]},
            Pairs((("post", Words(("Mentor",))), ("days", Items(("1", "2"))))),
        ),
        ("rows", ["Housing", "Health"], Items(("Housing", "Health"))),
    ],
)
def test_what_its_control_does_not_know_is_shown_as_it_is(type: str, value: Any, expected: Shown) -> None:
    assert shown(control(type), value, NEEDS) == expected


def test_a_contact_is_shown_with_the_names_of_its_parts() -> None:
    value = {"email": "chaplaincy@example.org", "post": "Chaplain", "phone": ""}
    assert shown(control("contact"), value, {}) == Pairs(
        (("Post", Words(("Chaplain",))), ("Role mailbox", Words(("chaplaincy@example.org",))))
    )


def test_a_hidden_part_is_not_shown() -> None:
    parts = [part("ready", "yes_no"), part("until", "date", shown_when={"part": "ready", "is": "no"})]
    value = {"ready": "yes", "until": "2026-11-21"}
    assert shown(control("group", parts=parts), value, {}) == Pairs((("Text of ready", Words(("Yes",))),))


def test_rows_are_a_table_in_the_order_of_the_parts() -> None:
    parts = [
        part("day", "choices", text="Days"),
        part("who", "contact", text="Contact"),
        part("cost", "money", text="Cost"),
    ]
    value = [
        {"cost": "5", "day": ["weekly", "monthly"]},
        {"who": {"post": "Chaplain", "email": "c@example.org"}},
        {"cost": ""},
    ]
    assert shown(control("rows", parts=parts), value, {}) == Table(
        ("Days", "Contact", "Cost"), (("Weekly; Monthly", "", "£5"), ("", "Chaplain, c@example.org", ""))
    )


def test_a_per_row_answer_says_first_what_each_row_is_about() -> None:
    rows = [{"for": "Mentor", "name": "Two"}]
    assert shown(control("per_row"), rows, {}) == Table(("For", "Name"), (("Mentor", "Two"),))


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (Nothing(), "Not answered"),
        (Words(("One.", "Two.")), "One.\nTwo."),
        (Items(("One", "Two")), "- One\n- Two"),
        (Pairs((("Post", Words(("Chaplain",))),)), "Post: Chaplain"),
        (Pairs((("Why", Words(("One.", "Two."))),)), "Why:\n  One.\n  Two."),
        (Pairs((("Days", Items(("Monday",))),)), "Days:\n  - Monday"),
        (
            Table(("Outcome", "Measure"), (("Housing", "Tenancies"), ("Health", ""))),
            "1. Outcome: Housing\n   Measure: Tenancies\n2. Outcome: Health",
        ),
    ],
)
def test_as_plain_text(answer: Shown, text: str) -> None:
    assert as_text(answer) == text


def test_rows_in_a_group_read_well_as_plain_text() -> None:
    group = control("group", parts=[part("aim", text="Aim"), OUTCOMES])
    value = {"aim": "Better lives", "outcomes": [{"name": "Housing", "how": "One.\nTwo."}]}
    assert as_text(shown(group, value, {})) == "\n".join(
        [
            "Aim: Better lives",
            "Outcomes:",
            "  1. Outcome: Housing",
            "     Text of how:",
            "       One.",
            "       Two.",
        ]
    )


WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)


@given(st.lists(st.fixed_dictionaries({"name": WORDS, "how": WORDS}), min_size=1, max_size=4))
def test_plain_text_leaves_no_answer_out(rows: list[dict[str, str]]) -> None:
    text = as_text(shown(control("group", parts=[OUTCOMES]), {"outcomes": rows}, {}))
    assert [word for row in rows for word in row.values() if word not in text] == []
