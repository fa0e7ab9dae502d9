from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.questions.conditions import holds, part_is_shown, values_at

ANSWERS: dict[str, Any] = {
    "S1-01": "yes",
    "S1-02": ["community", "prison"],
    "S1-03": {"overlap": "partial", "contact": {"post": "Chaplain"}},
    "S1-04": [{"post": "Mentor", "tasks": ["groups"]}, {"post": "Trainer", "tasks": []}],
    "S1-05": "  ",
    "S1-06": 0,
}
YES = {"question": "S1-01", "is": "yes"}
NO = {"question": "S1-01", "is": "no"}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (YES, True),
        (NO, False),
        ({"question": "S1-01", "in": ["no", "yes"]}, True),
        ({"question": "S1-01", "in": ["no"]}, False),
        ({"question": "S1-02", "includes": "community"}, True),
        ({"question": "S1-02", "includes": "letters"}, False),
        ({"question": "S1-01", "includes": "yes"}, False),
        ({"question": "S1-01", "answered": True}, True),
        ({"question": "S1-05", "answered": True}, False),
        ({"question": "S1-06", "answered": True}, True),
        ({"question": "S9-01", "answered": True}, False),
        ({"question": "S9-01", "is": "yes"}, False),
    ],
)
def test_a_leaf_tests_one_answer(condition: dict[str, Any], expected: bool) -> None:
    assert holds(condition, ANSWERS) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"all": [YES, YES]}, True),
        ({"all": [YES, NO]}, False),
        ({"any": [NO, YES]}, True),
        ({"any": [NO, NO]}, False),
        ({"not": NO}, True),
        ({"not": YES}, False),
        ({"all": [{"any": [NO, YES]}, {"not": {"all": [YES, NO]}}]}, True),
    ],
)
def test_conditions_compose(condition: dict[str, Any], expected: bool) -> None:
    assert holds(condition, ANSWERS) is expected


@pytest.mark.parametrize("nothing", [None, {}])
def test_no_condition_always_holds(nothing: dict[str, Any] | None) -> None:
    assert holds(nothing, {})


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("S1-03.overlap", ["partial"]),
        ("S1-03.contact.post", ["Chaplain"]),
        ("S1-04.post", ["Mentor", "Trainer"]),
        ("S1-04.gone", [None, None]),
        ("S1-01.gone", []),
        ("S9-01", [None]),
    ],
)
def test_a_path_reaches_into_groups_and_through_every_row(path: str, values: list[Any]) -> None:
    assert list(values_at(path, ANSWERS)) == values


def test_one_matching_row_is_enough() -> None:
    assert holds({"question": "S1-04.post", "is": "Trainer"}, ANSWERS)
    assert holds({"question": "S1-04.tasks", "includes": "groups"}, ANSWERS)
    assert not holds({"question": "S1-04.post", "is": "Driver"}, ANSWERS)


def test_no_row_matches_when_there_are_none() -> None:
    assert not holds({"question": "S1-04.post", "answered": True}, {"S1-04": []})


@pytest.mark.parametrize(("ready", "expected"), [("no", True), ("yes", False), (None, False)])
def test_a_part_is_revealed_by_its_sibling(ready: str | None, expected: bool) -> None:
    assert part_is_shown({"part": "ready", "is": "no"}, {"ready": ready}) is expected


def test_a_part_that_waits_for_nothing_is_shown() -> None:
    assert part_is_shown(None, {})


LEAVES = st.fixed_dictionaries({"question": st.sampled_from(sorted(ANSWERS)), "is": st.sampled_from(["yes", "no", 0])})
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: (
        st.fixed_dictionaries({"not": inner})
        | st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)})
        | st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)})
    ),
)


@given(CONDITIONS)
def test_not_turns_every_condition_round(condition: dict[str, Any]) -> None:
    assert holds({"not": condition}, ANSWERS) is not holds(condition, ANSWERS)


@given(st.lists(CONDITIONS, min_size=1, max_size=3))
def test_all_and_any_mirror_each_other(conditions: list[dict[str, Any]]) -> None:
    none_fails = {"not": {"any": [{"not": condition} for condition in conditions]}}
    assert holds({"all": conditions}, ANSWERS) is holds(none_fails, ANSWERS)
