from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.questions.compare import AnswerChange, Piece, compare_answers, compare_sets, words
from agreements.questions.shown import Items, Words
from tests.agreements.questions.samples import parsed, part, question, section

# Sets


def test_questions_are_added_and_removed_by_their_ids() -> None:
    change = compare_sets(parsed(question("S1-01"), question("S1-02")), parsed(question("S1-02"), question("S1-03")))
    assert [question.id for question in change.added] == ["S1-03"]
    assert [question.id for question in change.removed] == ["S1-01"]
    assert change.reworded == ()


EARLIER = question("S1-01", "yes_no")


@pytest.mark.parametrize(
    ("type", "keys"),
    [
        ("short_text", {"text": "Other words"}),
        ("short_text", {"help": "Other help"}),
        ("short_text", {"type": "long_text"}),
        ("short_text", {"required": True}),
        ("short_text", {"side": "prison"}),
        ("short_text", {"max_length": 50}),
        ("short_text", {"asked_when": {"question": "S1-01", "is": "yes"}}),
        ("choice", {"options": [{"value": "weekly", "label": "Every week"}]}),
        ("rows", {"parts": [part("name", text="Other words")]}),
    ],
)
def test_a_question_is_reworded_when_people_would_notice(type: str, keys: dict[str, Any]) -> None:
    old, new = parsed(EARLIER, question("S1-02", type)), parsed(EARLIER, question("S1-02", type) | keys)
    change = compare_sets(old, new)
    assert [(pair.old, pair.new) for pair in change.reworded] == [(old.questions["S1-02"], new.questions["S1-02"])]
    assert change.added == change.removed == ()


@pytest.mark.parametrize("keys", [{"status": "documented"}, {"source": "The paper form"}])
def test_better_documentation_is_not_a_rewording(keys: dict[str, Any]) -> None:
    assert compare_sets(parsed(question("S1-01")), parsed(question("S1-01", **keys))).reworded == ()


def test_a_question_that_moved_has_not_changed() -> None:
    old = parsed(sections=[section("S1", question("S1-01"), question("S1-02")), section("S2", question("S2-01"))])
    new = parsed(sections=[section("S1", question("S1-02")), section("S2", question("S2-01"), question("S1-01"))])
    change = compare_sets(old, new)
    assert (change.added, change.removed, change.reworded) == ((), (), ())


# Words


def test_changed_words_stand_where_they_were() -> None:
    assert words("We meet every week in the hall.", "We meet every second week in the chapel.") == (
        Piece("same", "We meet every"),
        Piece("added", " second"),
        Piece("same", " week in the"),
        Piece("removed", " hall."),
        Piece("added", " chapel."),
    )


def test_equal_texts_are_one_piece() -> None:
    assert words("The same", "The same") == (Piece("same", "The same"),)


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        ("", "New words", (Piece("added", "New words"),)),
        ("Old words", "", (Piece("removed", "Old words"),)),
        ("", "", ()),
    ],
)
def test_all_is_added_to_nothing_and_removed_to_nothing(old: str, new: str, pieces: tuple[Piece, ...]) -> None:
    assert words(old, new) == pieces


PROSE = st.lists(st.sampled_from(["the", "hall", "week", " ", "\n", "\n\n", ". ", "£5", "  "]), max_size=30).map(
    "".join
)


@given(PROSE | st.text(), PROSE | st.text())
def test_the_pieces_spell_both_texts(old: str, new: str) -> None:
    pieces = words(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == new


@given(PROSE)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert {piece.kind for piece in words(text, text)} <= {"same"}


# Answers

ASKED = parsed(
    question("S1-01", "yes_no"),
    question("S1-02", "choices"),
    question("S1-03", "short_text", asked_when={"question": "S1-01", "is": "yes"}),
    question("S1-04", "group", parts=[part("on", "yes_no"), part("why", shown_when={"part": "on", "is": "yes"})]),
)


def test_only_changed_answers_are_told_with_their_words() -> None:
    changes = compare_answers(
        {"S1-01": "yes", "S1-02": ["weekly"]}, {"S1-01": "yes", "S1-02": ["weekly", "monthly"]}, ASKED, {}
    )
    assert changes == (
        AnswerChange(
            ASKED.questions["S1-02"],
            Items(("Weekly",)),
            Items(("Weekly", "Monthly")),
            (Piece("same", "- Weekly"), Piece("added", "\n- Monthly")),
        ),
    )


def test_an_answer_that_came_or_went_has_one_side_only() -> None:
    came = compare_answers({}, {"S1-02": ["weekly"]}, ASKED, {})
    went = compare_answers({"S1-02": ["weekly"]}, {}, ASKED, {})
    assert [(change.old_shown, change.new_shown) for change in came + went] == [
        (None, Items(("Weekly",))),
        (Items(("Weekly",)), None),
    ]


def test_an_answer_that_is_no_longer_asked_for_is_gone_for_the_reader() -> None:
    changes = compare_answers({"S1-01": "yes", "S1-03": "Kept"}, {"S1-01": "no", "S1-03": "Kept"}, ASKED, {})
    assert [(change.question.id, change.old_shown, change.new_shown) for change in changes] == [
        ("S1-01", Words(("Yes",)), Words(("No",))),
        ("S1-03", Words(("Kept",)), None),
    ]


def test_what_no_reader_sees_is_no_change() -> None:
    old, new = {"S1-04": {"on": "no", "why": "a"}}, {"S1-04": {"on": "no", "why": "b"}, "S1-02": []}
    assert compare_answers(old, new, ASKED, {}) == ()
