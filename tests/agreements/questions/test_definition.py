import json
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from agreements import questions
from agreements.questions.definition import InvalidDefinition, Option, fingerprint, parse
from agreements.questions.types import KINDS
from tests.agreements.questions.samples import control, definition, parsed, part, question, section

SHIPPED = Path(questions.__file__).parent / "data"


@pytest.mark.parametrize("kind", KINDS)
def test_every_set_that_ships_can_be_published(kind: str) -> None:
    shipped = parse(json.loads((SHIPPED / f"{kind}.json").read_text(encoding="utf-8")))
    assert (shipped.kind, shipped.version) == (kind, "2026.1")


def test_questions_come_in_the_order_in_which_people_meet_them() -> None:
    first = section("S1", question("S1-02"), question("S1-01"))
    second = section("S2", question("S2-01"))
    assert list(parsed(sections=[first, second]).questions) == ["S1-02", "S1-01", "S2-01"]


def test_sections_are_found_by_their_id_and_by_their_questions() -> None:
    whole = parsed(sections=[section("S1", question("S1-01")), section("S2", question("S2-01"), title="Specification")])
    assert whole.section("S2").title == "Specification"
    assert whole.section_of("S2-01") is whole.section("S2")


def test_the_mapping_of_questions_is_made_once() -> None:
    whole = parsed(question("S1-01"))
    assert whole.questions is whole.questions


def test_a_parsed_question_cannot_be_changed() -> None:
    asked = control("short_text")
    with pytest.raises(FrozenInstanceError):
        asked.text = "Something else"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("type", "key", "value"),
    [("short_text", "max_length", 200), ("long_text", "max_length", 4000), ("rows", "max_rows", 20)],
)
def test_a_limit_that_is_not_given_is_the_usual_one(type: str, key: str, value: int) -> None:
    assert getattr(control(type), key) == value


def test_a_given_limit_beats_the_usual_one() -> None:
    assert control("long_text", max_length=1500).max_length == 1500


@pytest.mark.parametrize(("required", "least"), [(True, 1), (False, 0)])
def test_required_rows_need_one_row_unless_told_otherwise(required: bool, least: int) -> None:
    assert control("rows", required=required).min_rows == least


def test_what_a_definition_does_not_say_is_not_so() -> None:
    rows, upload = control("rows"), control("file")
    assert (rows.min_rows, rows.required, rows.public, rows.shared, upload.multiple) == (0, False, False, False, False)


def test_a_given_number_of_rows_beats_the_usual_one() -> None:
    assert control("rows", required=True, min_rows=3).min_rows == 3


def test_options_and_parts_become_objects_all_the_way_down() -> None:
    rows = part("outcomes", "rows", parts=[part("measure", "choice")])
    measure = control("group", parts=[rows]).part("outcomes").part("measure")
    assert measure.options == (Option("weekly", "Weekly"), Option("monthly", "Monthly"))


def test_a_contact_begins_with_the_post_and_needs_a_role_mailbox() -> None:
    contact = control("contact")
    assert [(part.id, part.required) for part in contact.parts] == [
        ("post", True),
        ("name", False),
        ("email", True),
        ("phone", False),
    ]


def test_null_means_the_same_as_absent() -> None:
    assert control("short_text", help=None, asked_when=None, max_length=None) == control("short_text")


def test_where_a_derived_value_comes_from_is_kept() -> None:
    assert control("derived", **{"from": "fingerprint"}).derived_from == "fingerprint"


@pytest.mark.parametrize("type", ["reference", "derived", "signature", "statement", "outside"])
def test_what_nobody_answers_is_not_stored(type: str) -> None:
    assert not control(type).is_stored


@pytest.mark.parametrize("type", ["short_text", "yes_no", "choices", "contact", "rows", "per_row", "file"])
def test_what_people_answer_is_stored(type: str) -> None:
    assert control(type).is_stored


def test_a_wrong_definition_is_refused_with_every_fault() -> None:
    with pytest.raises(InvalidDefinition) as refused:
        parse(definition(question("S1-01", side="nobody"), question("S1-02", text="")))
    assert refused.value.faults == (
        "S1-01: the side “nobody” is unknown: use one of partner, prison, both, system",
        "S1-02: “text” is empty",
    )


def test_retired_ids_are_remembered() -> None:
    assert parsed(question("S1-01"), retired=["S1-02"]).retired == ("S1-02",)


def test_the_order_of_keys_does_not_change_the_fingerprint() -> None:
    one = definition(question("S1-01"))
    assert fingerprint(dict(reversed(one.items()))) == fingerprint(one)


def test_one_changed_letter_changes_the_fingerprint() -> None:
    old, new = definition(question("S1-01", text="Needs")), definition(question("S1-01", text="needs"))
    assert fingerprint(old) != fingerprint(new)


def test_the_fingerprint_is_the_sha256_of_the_canonical_json() -> None:
    assert fingerprint({"b": "é", "a": 1}) == "09ad9fd2fb648cb2f62141215828ea00a62c299db05d20aa9ade2f527a301cc6"
