"""CJVSF edits section titles, parts and choices in the browser, and a choice that was used keeps what it means."""

import pytest

from agreements.models import Answer, Kind
from agreements.operations import question_sets as operations
from agreements.questions import editing
from agreements.reading import options_for
from agreements.views.set_changes import changes_between
from tests import factories
from tests.agreements.draft_sets import Pages, draft, edit, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return factories.Cast()


@pytest.fixture
def pages(client, cast):
    client.force_login(cast.cjvsf)
    return Pages(client)


def options_now(row, path: str) -> list[tuple[str, str]]:
    row.refresh_from_db()
    return [(option["value"], option["label"]) for option in editing.control_at(row.definition, path)["options"]]


def changes_of(row) -> list[tuple[str, str]]:
    """What the comparison says: the question or section, and the aspect."""
    row.refresh_from_db()
    changes = changes_between(operations.published_set(row.kind), row, options_for(None))
    told = [(each.question.id, each.differences) for each in changes.reworded]
    told += [(each.section.id, each.differences) for each in changes.sections]
    return [(name, difference.aspect) for name, differences in told for difference in differences]


def test_a_section_gets_another_title_and_introduction(cast, pages):
    row = draft(cast)
    data = pages.form("set_section_edit", "S1") | {"title": "What you offer", "intro": "In short."}
    assert pages.post("set_section_edit", "S1", **data).url.endswith("#section-S1")
    row.refresh_from_db()
    section = row.words.section("S1")
    assert (section.title, section.intro) == ("What you offer", "In short.")
    assert changes_of(row) == [("S1", "Title"), ("S1", "Introduction")]


@pytest.mark.parametrize("path", ["S1-04.outcome", "S3-04.items.approval"])
def test_a_part_is_reworded_however_deep_it_stands(cast, pages, path):
    row = draft(cast)
    data = pages.form("part_edit", path) | {"text": "New words", "help": "New help"}
    assert pages.post("part_edit", path, **data).url.endswith(f"#question-{path[:5]}")
    row.refresh_from_db()
    part = editing.control_at(row.definition, path)
    assert (part["text"], part["help"]) == ("New words", "New help")
    assert {name for name, _ in changes_of(row)} == {path[:5]}
    assert all(aspect.endswith((": words", ": help")) for _, aspect in changes_of(row))


def test_saving_a_section_a_part_or_choices_without_a_change_changes_nothing(cast, pages):
    row = draft(cast)
    for name, place in [("set_section_edit", "S1"), ("part_edit", "S1-04.outcome"), ("choices_edit", "S1-02")]:
        assert pages.post(name, place, **pages.form(name, place)).status_code == 302
    row.refresh_from_db()
    assert changes_of(row) == []
    assert row.definition.get("retired", []) == []
    assert editing.control_at(row.definition, "S1-02") == editing.control_at(
        operations.published_set(Kind.AGREEMENT).definition, "S1-02"
    )


def test_choices_are_reworded_moved_added_and_retired_in_one_go(cast, pages):
    row = draft(cast)
    data = pages.form("choices_edit", "S2-01") | {
        "yes.label": "Yes, fully",
        "no.place": "1",
        "partly.retire": "on",
        "added": "Not known yet\nPartly",
    }
    assert pages.post("choices_edit", "S2-01", **data).url.endswith("#question-S2-01")
    assert options_now(row, "S2-01") == [
        ("no", "No"),
        ("yes", "Yes, fully"),
        ("not-known-yet", "Not known yet"),
        ("partly-2", "Partly"),
    ]
    assert row.definition["retired"] == ["S2-01.partly"]
    assert changes_of(row) == [("S2-01", "Choices")]
    assert "[removed:" in text_of(pages.get("question_set_compare"))


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ({"no.place": "1"}, ["no", "yes", "partly"]),
        ({"yes.place": "3"}, ["partly", "no", "yes"]),
        ({"yes.place": "2", "partly.place": "1"}, ["partly", "yes", "no"]),
    ],
)
def test_a_choice_takes_the_place_that_it_is_given(cast, pages, places, expected):
    row = draft(cast)
    pages.post("choices_edit", "S2-01", **pages.form("choices_edit", "S2-01") | places)
    assert [value for value, _ in options_now(row, "S2-01")] == expected


def test_a_retired_choice_never_comes_back_under_its_old_id(cast, pages):
    row = draft(cast)
    pages.post("choices_edit", "S2-01", **pages.form("choices_edit", "S2-01") | {"partly.retire": "on"})
    pages.post("choices_edit", "S2-01", **pages.form("choices_edit", "S2-01") | {"added": "Partly"})
    assert options_now(row, "S2-01")[-1] == ("partly-2", "Partly")
    again = [*editing.control_at(row.definition, "S2-01")["options"], {"value": "partly", "label": "Sometimes"}]
    edit(row, editing.change_choices, cast.cjvsf, path="S2-01", choices=again)
    assert operations.draft_faults(row.definition) == [
        "S2-01: the choice “partly” was retired and can't come back with the same id"
    ]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"yes.retire": "on", "no.retire": "on"}, "Keep at least two choices, or retire the whole question"),
        ({"added": "Yes"}, "“Yes” is there twice. Give each choice words of its own"),
        ({"yes.label": " "}, "Yes: Enter words"),
        ({"added": "\n".join(f"Choice {number}" for number in range(60))}, "Keep 60 choices or fewer"),
    ],
)
def test_choices_that_will_not_do_are_refused_with_a_sentence_and_nothing_is_lost(cast, pages, changed, sentence):
    row = draft(cast)
    before = options_now(row, "S2-01")
    data = pages.form("choices_edit", "S2-01") | {"no.label": "Half written"} | changed
    response = pages.post("choices_edit", "S2-01", **data)
    assert response.status_code == 200
    assert sentence in text_of(response)
    assert "Half written" in response.content.decode()
    assert all(target for _, target in response.context["form"].error_summary())
    assert options_now(row, "S2-01") == before


def test_choices_that_the_portal_works_with_are_reworded_but_neither_added_nor_retired(cast, pages):
    row = draft(cast, Kind.REVIEW)
    before = options_now(row, "RVW-10")
    form = pages.form("choices_edit", "RVW-10", kind="review")
    forged = form | {"continue.label": "Go on", "end.retire": "on", "added": "Something else"}
    assert pages.post("choices_edit", "RVW-10", kind="review", **forged).status_code == 302
    assert options_now(row, "RVW-10") == [("continue", "Go on"), *before[1:]]


def test_a_condition_that_needs_a_retired_choice_is_named_before_publishing(cast):
    row, path = draft(cast), "S3-15.regulated"
    others = [choice for choice in editing.control_at(row.definition, path)["options"] if choice["value"] != "adults"]
    assert operations.draft_faults(editing.change_choices(row.definition, path, others)) == [
        "S3-16: its condition on S3-15.regulated names “adults”, which isn't one of its options"
    ]


def test_an_agreement_that_has_a_retired_choice_keeps_it_and_is_asked_to_choose_again(cast, pages):
    version = factories.bring_to("details", cast)
    Answer.objects.create(version=version, question_id="S3-31", value={"frequency": "weekly"}, by=cast.contributor)
    row = draft(cast)
    data = pages.form("choices_edit", "S3-31.frequency") | {"weekly.retire": "on", "added": "On set days"}
    pages.post("choices_edit", "S3-31.frequency", **data)
    row.refresh_from_db()
    newer = operations.publish(row, by=cast.cjvsf)
    operations.move_to_newer_sets(version, by=cast.contributor, seen=[newer.sha256])
    pages.client.force_login(cast.contributor)
    page = pages.client.get(f"/agreements/{version.agreement.reference}/sections/S3E/")
    assert "No longer offered. It stays until you choose something else." in text_of(page)
    assert Answer.objects.get(version=version, question_id="S3-31", replaced_at=None).value == {"frequency": "weekly"}


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("set_section_edit", "S9"),
        ("part_edit", "S1-04"),
        ("part_edit", "S1-04.nothing"),
        ("choices_edit", "S1-01"),
        ("choices_edit", "S9-01"),
    ],
)
def test_what_does_not_exist_is_not_found(cast, pages, name, place):
    draft(cast)
    assert pages.get(name, place).status_code == 404


@pytest.mark.parametrize(
    ("name", "place", "typed"),
    [
        ("set_section_edit", "S1", "title"),
        ("part_edit", "S1-04.outcome", "text"),
        ("choices_edit", "S2-01", "yes.label"),
    ],
)
def test_the_second_of_two_editors_is_told_with_what_they_typed(cast, pages, name, place, typed):
    row = draft(cast)
    data = pages.form(name, place) | {typed: "What the second one wrote"}
    edit(row, editing.reword_section, cast.cjvsf, section_id="S2", title="The first editor was here", intro="")
    response = pages.post(name, place, **data)
    assert response.status_code == 409
    assert "What the second one wrote" in text_of(response)
