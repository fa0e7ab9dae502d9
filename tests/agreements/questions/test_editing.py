import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.questions import editing
from agreements.questions.definition import parse
from agreements.questions.faults import faults
from tests.agreements.questions.samples import definition, part, question, section

JSON = dict[str, Any]


def two_sections(**keys: Any) -> JSON:
    first = section("S1", question("S1-01", "yes_no"), question("S1-02"), question("S1-03"))
    return definition(sections=[first, section("S2", question("S2-01"))], **keys)


def order(whole: JSON) -> list[str]:
    return list(parse(whole).questions)


def test_rewording_changes_the_words_and_nothing_else() -> None:
    condition = {"question": "S1-01", "is": "yes"}
    old = two_sections()
    new = editing.reword(old, "S1-02", text="New words", help="New help", required=True, asked_when=condition)
    before, after = parse(old).questions, parse(new).questions
    reworded = after["S1-02"]
    assert (reworded.text, reworded.help, reworded.required) == ("New words", "New help", True)
    assert reworded.asked_when == condition
    assert {**after, "S1-02": None} == {**before, "S1-02": None}


def test_a_condition_can_be_taken_away() -> None:
    conditional = definition(
        question("S1-01", "yes_no"), question("S1-02", asked_when={"question": "S1-01", "is": "yes"})
    )
    new = editing.reword(conditional, "S1-02", text="Words", help="", required=False, asked_when=None)
    assert parse(new).questions["S1-02"].asked_when is None


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("S1-01", ["S1-01", "S1-04", "S1-02", "S1-03", "S2-01"]),
        ("S1-03", ["S1-01", "S1-02", "S1-03", "S1-04", "S2-01"]),
        (None, ["S1-01", "S1-02", "S1-03", "S1-04", "S2-01"]),
    ],
)
def test_a_question_is_added_after_another_or_at_the_end(after: str | None, expected: list[str]) -> None:
    assert order(editing.add(two_sections(), "S1", question("S1-04"), after)) == expected


def test_what_was_added_does_not_change_with_the_original() -> None:
    added = question("S1-04")
    new = editing.add(two_sections(), "S1", added, None)
    added["text"] = "Changed later"
    assert parse(new).questions["S1-04"].text == "Text of S1-04"


def test_a_retired_question_is_gone_and_its_id_is_kept_from_use() -> None:
    new = editing.retire(editing.retire(two_sections(), "S1-02"), "S2-01")
    assert order(new) == ["S1-01", "S1-03"]
    assert new["retired"] == ["S1-02", "S2-01"]
    assert faults(editing.add(new, "S1", question("S1-02"), None)) == [
        "S1-02: this id was retired and can't be used again"
    ]


def test_retiring_what_a_condition_needs_is_found_before_publishing() -> None:
    needed = definition(question("S1-01", "yes_no"), question("S1-02", asked_when={"question": "S1-01", "is": "yes"}))
    assert faults(editing.retire(needed, "S1-01")) == ["S1-02: its condition looks at “S1-01”, which was retired"]


def with_choices(**keys: Any) -> JSON:
    group = question("S1-03", "group", parts=[part("name"), part("often", "choice"), part("inner", "rows")])
    return definition(question("S1-01", "choice"), question("S1-02"), group, **keys)


def test_rewording_a_part_changes_its_words_and_nothing_else() -> None:
    old = with_choices()
    new = editing.reword_part(old, "S1-03.inner.name", text="New words", help="New help", required=True)
    inner = parse(new).questions["S1-03"].part("inner")
    assert [(each.id, each.text, each.help, each.required) for each in inner.parts] == [
        ("name", "New words", "New help", True)
    ]
    as_it_was = {"text": "Name", "help": "", "required": False}
    before = editing.reword_part(old, "S1-03.inner.name", **as_it_was)
    assert editing.reword_part(new, "S1-03.inner.name", **as_it_was) == before


def test_rewording_a_section_changes_its_title_and_introduction() -> None:
    old = two_sections()
    new = editing.reword_section(old, "S2", title="New title", intro="New introduction")
    assert [(each.title, each.intro) for each in parse(new).sections] == [
        ("A section", ""),
        ("New title", "New introduction"),
    ]
    assert parse(new).questions == parse(old).questions


@pytest.mark.parametrize("path", ["S1-01", "S1-03.often"])
def test_choices_are_reworded_ordered_and_added_under_the_values_that_they_have(path: str) -> None:
    choices = [{"value": "monthly", "label": "Each month"}, {"value": "daily", "label": "Each day"}]
    new = editing.change_choices(with_choices(), path, [*choices, {"value": "weekly", "label": "Weekly"}])
    assert editing.control_at(new, path)["options"] == [*choices, {"value": "weekly", "label": "Weekly"}]
    assert "retired" not in new


@pytest.mark.parametrize("path", ["S1-01", "S1-03.often"])
def test_a_retired_choice_is_gone_and_its_value_is_kept_from_use(path: str) -> None:
    before = editing.control_at(with_choices(), path)["options"]
    new = editing.change_choices(with_choices(), path, before[1:])
    assert new["retired"] == [f"{path}.weekly"]
    assert faults(new) == []
    assert faults(editing.change_choices(new, path, before)) == [
        f"{path}: the choice “weekly” was retired and can't come back with the same id"
    ]


def test_the_value_of_a_retired_choice_is_free_for_other_questions() -> None:
    assert faults(with_choices(retired=["S1-02.weekly", "S1-03.inner.weekly"])) == []


@pytest.mark.parametrize(
    ("question_id", "direction", "expected"),
    [
        ("S1-02", "up", ["S1-02", "S1-01", "S1-03", "S2-01"]),
        ("S1-02", "down", ["S1-01", "S1-03", "S1-02", "S2-01"]),
        ("S1-01", "up", ["S1-01", "S1-02", "S1-03", "S2-01"]),
        ("S1-03", "down", ["S1-01", "S1-02", "S1-03", "S2-01"]),
    ],
)
def test_a_question_moves_within_its_section(question_id: str, direction: Any, expected: list[str]) -> None:
    assert order(editing.move(two_sections(), question_id, direction)) == expected


@pytest.mark.parametrize(
    ("section_id", "retired", "expected"),
    [("S1", [], "S1-04"), ("S2", [], "S2-02"), ("S1", ["S1-19"], "S1-20"), ("S1", ["S1-99"], "S1-100")],
)
def test_the_next_id_was_never_used(section_id: str, retired: list[str], expected: str) -> None:
    assert editing.next_id(two_sections(retired=retired), section_id) == expected


def test_sections_that_share_a_prefix_share_their_numbers() -> None:
    shared = definition(sections=[section("S3A", question("S3-01")), section("S3B", question("S3-02"))])
    assert editing.next_id(shared, "S3A") == "S3-03"


def test_the_first_id_of_an_empty_section_comes_from_the_section() -> None:
    assert editing.next_id(definition(sections=[section("NEW")]), "NEW") == "NEW-01"


@pytest.mark.parametrize(
    "edit",
    [
        lambda whole: editing.retire(whole, "S9-01"),
        lambda whole: editing.move(whole, "S9-01", "up"),
        lambda whole: editing.next_id(whole, "S9"),
        lambda whole: editing.add(whole, "S9", question("S9-01"), None),
        lambda whole: editing.add(whole, "S1", question("S1-04"), "S2-01"),
        lambda whole: editing.reword(whole, "S9-01", text="", help="", required=False, asked_when=None),
        lambda whole: editing.reword_section(whole, "S9", title="", intro=""),
        lambda whole: editing.reword_part(whole, "S1-01.name", text="", help="", required=False),
        lambda whole: editing.change_choices(whole, "S9-01", []),
    ],
)
def test_what_does_not_exist_cannot_be_edited(edit: Any) -> None:
    with pytest.raises(KeyError):
        edit(two_sections())


# Any series of edits

EDITS = st.lists(
    st.tuples(
        st.sampled_from(["add", "retire", "up", "down", "reword"]), st.integers(0, 9), st.sampled_from(["S1", "S2"])
    ),
    max_size=12,
)


def edited(whole: JSON, kind: str, pick: int, section_id: str) -> tuple[JSON, set[str], set[str]]:
    """The definition after one edit, with the ids that it must have gained and lost."""
    ids = order(whole)
    if kind == "add" or not ids:
        new_id = editing.next_id(whole, section_id)
        return editing.add(whole, section_id, question(new_id), None), {new_id}, set()
    chosen = ids[pick % len(ids)]
    if kind == "retire":
        return editing.retire(whole, chosen), set(), {chosen}
    if kind == "reword":
        new = editing.reword(whole, chosen, text="New words", help="", required=True, asked_when=None)
        return new, set(), set()
    return editing.move(whole, chosen, "up" if kind == "up" else "down"), set(), set()


@given(EDITS)
def test_edits_lose_no_question_but_the_retired_and_never_use_an_id_again(edits: list[tuple[str, int, str]]) -> None:
    whole, ever_used = two_sections(), {"S1-01", "S1-02", "S1-03", "S2-01"}
    for edit in edits:
        before, untouched = set(order(whole)), copy.deepcopy(whole)
        new, gained, lost = edited(whole, *edit)
        assert whole == untouched
        assert not gained & ever_used
        assert set(order(new)) == (before | gained) - lost
        whole, ever_used = new, ever_used | gained
