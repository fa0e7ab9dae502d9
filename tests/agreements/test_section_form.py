"""A section's form: every type of control goes to the page and comes back the same, and nothing typed is lost."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import strategies as st

import agreements.questions
from agreements.forms.section import SectionForm
from agreements.questions.definition import Definition, Option, parse
from portal.foundation.doubts import doubts
from portal.foundation.text import normalise
from tests import markup

QUESTION = {"text": "What?", "required": True, "side": "both", "due": "details", "status": "inferred"}
COLOURS = [{"value": "red", "label": "Red", "hint": "Like blood"}, {"value": "other", "label": "Other"}]
NONE = [*COLOURS, {"value": "none", "label": "None of these"}]
LOOKUP = {
    "vocabulary:needs": (Option("housing", "Housing"), Option("health", "Health")),
    "establishment:units": (Option("a-hall", "A Hall"), Option("b-hall", "B Hall")),
}
LEAFLET = {"id": "11", "name": "leaflet.pdf", "size": 2000, "sha256": "ab"}
POSTER = {"id": "22", "name": "poster.pdf", "size": 3000, "sha256": "cd"}
HOSTILE = [
    "nul\x00 byte",
    "half \ud83d a pair",
    "evil\u202etxt.exe",
    "a" + "\u0301\u0316" * 5000,
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ form }}{% csrf_token %}",
    "&lt;already&gt; &amp; 'quoted'",
    "line one\nline two",
    "👩\u200d👧 Gàidhlig £½",
]


def part(part_id: str, kind: str, **keys: Any) -> dict[str, Any]:
    return {"id": part_id, "text": part_id.replace("_", " ").capitalize(), "type": kind, "required": True, **keys}


OUTCOMES = [part("outcome", "short_text"), part("measure", "short_text", max_length=20), part("due", "date")]
DETAILS = [
    part("agreed", "yes_no"),
    part("why", "long_text", shown_when={"part": "agreed", "is": "no"}),
    part("colours", "choices", options=NONE, none_of_these="none"),
    part("other", "short_text", shown_when={"part": "colours", "includes": "other"}),
    part("items", "rows", parts=[part("item", "short_text"), part("count", "number")], row_name="item", max_rows=3),
    part("proof", "file", multiple=True, accept=["pdf"]),
]
CONTROLS: dict[str, dict[str, Any]] = {
    "T-01": {"type": "short_text", "max_length": 20},
    "T-02": {"type": "long_text", "max_length": 100},
    "T-03": {"type": "yes_no"},
    "T-04": {"type": "choice", "options": COLOURS},
    "T-05": {"type": "choices", "options": NONE, "none_of_these": "none"},
    "T-06": {"type": "terms", "vocabulary": "needs"},
    "T-07": {"type": "number", "min": 1, "max": 500, "unit": "people"},
    "T-08": {"type": "money"},
    "T-09": {"type": "date"},
    "T-10": {"type": "contact"},
    "T-11": {"type": "group", "parts": DETAILS, "help": "Say it all"},
    "T-12": {"type": "rows", "parts": OUTCOMES, "row_name": "outcome", "max_rows": 4, "text": "Which outcomes?"},
    "T-13": {"type": "per_row", "rows_of": "T-12.outcome", "parts": [part("progress", "choice", options=COLOURS)]},
    "T-14": {"type": "file", "multiple": True, "accept": ["pdf"]},
    "T-15": {"type": "statement", "words": "Fixed words"},
    "T-16": {"type": "choices", "options_from": "establishment:units", "required": False},
    "T-17": {"type": "rows", "parts": OUTCOMES, "row_name": "outcome", "starts_from": "T-12", "min_rows": 0},
    "T-19": {"type": "file", "multiple": False, "accept": ["pdf"]},
    "T-18": {"type": "group", "parts": [part("main", "contact"), part("deputy", "contact")]},
}
ANSWERS: dict[str, Any] = {
    "T-01": "A choir",
    "T-02": "We sing.\nTogether.",
    "T-03": "no",
    "T-04": "other",
    "T-05": ["red", "other"],
    "T-06": ["health"],
    "T-07": 120,
    "T-08": "12000.50",
    "T-09": "2026-11-21",
    "T-10": {"post": "Manager", "email": "manager@example.org", "phone": "0131 555 0100"},
    "T-11": {
        "agreed": "no",
        "why": "Too loud",
        "colours": ["other"],
        "other": "Blue",
        "items": [{"item": "Drum", "count": 2}, {"item": "Flute", "count": 1}],
        "proof": [LEAFLET],
    },
    "T-12": [
        {"outcome": "People sing", "measure": "Count", "due": "2027-01-02"},
        {"outcome": "People listen", "measure": "Ask", "due": "2027-03-04"},
        {"outcome": "People stay", "measure": "Look", "due": "2027-05-06"},
    ],
    "T-13": [{"for": "People sing", "progress": "red"}, {"for": "People stay", "progress": "other"}],
    "T-14": [LEAFLET, POSTER],
    "T-16": ["b-hall"],
    "T-19": [LEAFLET],
    "T-18": {"main": {"post": "Manager", "email": "m@example.org"}, "deputy": {"post": "Deputy", "name": "Ada"}},
}


def definition(controls: dict[str, dict[str, Any]]) -> Definition:
    questions = [{"id": question_id, **QUESTION, **keys} for question_id, keys in controls.items()]
    section = {"id": "T", "title": "Test", "stage": 1, "who": "both", "home": "answers", "questions": questions}
    return parse({"kind": "agreement", "version": "1", "title": "Test", "about": "", "sections": [section]})


QUESTIONS = definition(CONTROLS).questions


def section(*ids: str, answers: dict[str, Any] | None = None, **kwargs: Any) -> SectionForm:
    questions = [QUESTIONS[question_id] for question_id in ids or QUESTIONS]
    return SectionForm(questions, ANSWERS if answers is None else answers, LOOKUP, **kwargs)


def rendered(form: SectionForm) -> str:
    return "".join(
        render_to_string("agreements/_question.html", {"question": question}) for question in form.questions_shown
    )


def sent(form: SectionForm, **changes: str | list[str]) -> MultiValueDict:
    """The post of this page, with some controls changed; two underscores stand for a hyphen or a dot in a name."""
    data = markup.posted(rendered(form))
    for name, value in changes.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def typed(question_id: str, data: dict[str, str | list[str]], **kwargs: Any) -> SectionForm:
    return section(question_id, answers={}, data={f"base_{question_id}": "", **data}, **kwargs)


def sentences(form: SectionForm) -> list[str]:
    return [message for message, _ in form.error_summary()]


@pytest.mark.parametrize("question_id", [question_id for question_id in CONTROLS if question_id in ANSWERS])
def test_an_answer_goes_to_the_page_and_comes_back_the_same(question_id):
    back = section(question_id, data=sent(section(question_id)))
    assert back.is_valid(), back.errors
    assert back.answer(question_id) == ANSWERS[question_id]


@pytest.mark.parametrize("question_id", [question_id for question_id in CONTROLS if question_id != "T-15"])
def test_a_page_that_nobody_filled_in_answers_nothing(question_id):
    back = section(question_id, answers={}, data=sent(section(question_id, answers={})))
    assert back.is_valid()
    assert back.answers() == {question_id: None}


def test_a_whole_section_goes_and_comes_back_at_once():
    back = section(data=sent(section()))
    assert back.is_valid()
    assert back.answers() == ANSWERS | {"T-17": ANSWERS["T-12"]}


@pytest.mark.parametrize("answers", [{}, ANSWERS])
def test_the_markup_is_sound(answers):
    assert markup.faults(rendered(section(answers=answers))) == []


def test_each_question_can_be_linked_to_and_says_which_it_is():
    root = markup.page(rendered(section()))
    marked = [(element.get("id"), element.get("data-question")) for element in root.xpath("//*[@data-question]")]
    assert marked == [(f"question-{question_id}", question_id) for question_id in CONTROLS]


def test_each_question_is_a_heading_of_the_page():
    assert len(markup.page(rendered(section())).xpath("//h2")) == len(CONTROLS)


def test_what_need_not_be_answered_says_so():
    root = markup.page(rendered(section("T-16")))
    assert root.xpath("normalize-space(//legend)") == "What? (optional)"


def test_a_statement_is_read_and_not_filled_in():
    html = rendered(section("T-15"))
    assert "Fixed words" in html
    assert markup.posted(html) == {}


# Malformed answers


MALFORMED = {
    "T-01": {"T-01": "a" * 21},
    "T-02": {"T-02": "a" * 101},
    "T-03": {"T-03": "maybe"},
    "T-04": {"T-04": "mauve"},
    "T-05": {"T-05": ["red", "none"]},
    "T-06": {"T-06": ["needles"]},
    "T-07": {"T-07": "a few"},
    "T-08": {"T-08": "12,50"},
    "T-09": {"T-09-day": "31", "T-09-month": "2", "T-09-year": "2026"},
    "T-10": {"T-10.post": "Manager", "T-10.email": "nowhere"},
    "T-11": {"T-11.items.count": "2", "T-11.items.1.count": "none"},
    "T-12": {"T-12.count": "2", "T-12.1.measure": "a" * 21},
    "T-13": {"T-13.count": "1", "T-13.0.for": "People sing", "T-13.0.progress": "mauve"},
    "T-18": {"T-18.deputy.email": "@"},
}


@pytest.mark.parametrize(
    ("question_id", "sentence"),
    [
        ("T-01", "What? Use 20 characters or fewer. You have used 21"),
        ("T-02", "What? Use 100 characters or fewer. You have used 101"),
        ("T-03", "What? Choose from the list: “maybe” is not in it"),
        ("T-04", "What? Choose from the list: “mauve” is not in it"),
        ("T-05", "What? Choose “None of these” alone, or take its tick away"),
        ("T-06", "What? Choose from the list: “needles” is not in it"),
        ("T-07", "What? Enter a whole number in figures, like 12"),
        ("T-08", "What? Enter an amount in pounds, like 12,000 or 12000.50"),
        ("T-09", "What? Enter a real date, like 21 11 2026"),
        ("T-10", "What? Role mailbox: enter an email address in the right format, like name@example.org"),
        ("T-11", "What? Item 2, count: enter a whole number in figures, like 12"),
        ("T-12", "Which outcomes? Outcome 2, measure: use 20 characters or fewer. You have used 21"),
        ("T-13", "What? People sing, progress: choose from the list: “mauve” is not in it"),
        ("T-18", "What? Deputy, role mailbox: enter an email address in the right format, like name@example.org"),
    ],
)
def test_a_malformed_answer_gets_a_sentence_that_names_its_place(question_id, sentence):
    assert sentences(typed(question_id, MALFORMED[question_id])) == [sentence]


@pytest.mark.parametrize("question_id", MALFORMED)
def test_the_link_of_the_sentence_leads_to_the_control(question_id):
    form = typed(question_id, MALFORMED[question_id])
    [(_, target)] = form.error_summary()
    assert markup.takes_the_focus(rendered(form), target)


@pytest.mark.parametrize("question_id", MALFORMED)
def test_the_page_with_an_error_is_sound_too(question_id):
    assert markup.faults(rendered(typed(question_id, MALFORMED[question_id]))) == []


@pytest.mark.parametrize("question_id", sorted(set(MALFORMED) - {"T-03", "T-04", "T-06", "T-13"}))
def test_what_was_typed_comes_back_with_the_error(question_id):
    back = markup.posted(rendered(typed(question_id, MALFORMED[question_id])))
    wanted = MultiValueDict({k: v if isinstance(v, list) else [v] for k, v in MALFORMED[question_id].items()})
    assert {name: [value.strip() for value in back.getlist(name)] for name in wanted} == dict(wanted.lists())


# Drafting


def test_half_an_answer_can_be_kept():
    form = typed("T-12", {"T-12.count": "1", "T-12.0.measure": "Count"})
    assert form.is_valid()
    assert form.answer("T-12") == [{"measure": "Count"}]


def test_parts_that_an_answer_hides_and_blank_rows_are_dropped():
    data = sent(section("T-11"), **{"T-11.agreed": "yes", "T-11.items.0.item": "", "T-11.items.0.count": ""})
    form = section("T-11", data=data)
    assert form.is_valid()
    assert "why" not in form.answer("T-11")
    assert form.answer("T-11")["items"] == [{"item": "Flute", "count": 1}]


def test_a_part_stands_under_the_answer_that_reveals_it():
    root = markup.page(rendered(section("T-11")))
    [radio] = root.xpath("//input[@name='T-11.agreed'][@value='no']")
    [box] = root.xpath("//input[@name='T-11.colours'][@value='other']")
    assert root.get_element_by_id(radio.get("data-aria-controls")).xpath(".//@name") == ["T-11.why"]
    assert root.get_element_by_id(box.get("data-aria-controls")).xpath(".//@name") == ["T-11.other"]
    assert len(root.xpath("//*[@name='T-11.why']")) == 1


def test_a_question_that_the_page_did_not_hold_is_not_touched():
    form = section("T-01", "T-02", data={"base_T-01": "", "T-01": "New"})
    assert form.is_valid()
    assert form.answers() == {"T-01": "New"}


def test_a_save_says_which_answers_it_replaces():
    page = section("T-01", "T-02", bases={"T-01": "41"})
    assert section("T-01", "T-02", data=sent(page)).bases() == {"T-01": "41", "T-02": ""}


def test_the_page_with_an_error_still_replaces_the_same_answer():
    form = section("T-07", data={"base_T-07": "41", "T-07": "x"}, bases={"T-07": "99"})
    assert markup.posted(rendered(form))["base_T-07"] == "41"


def test_an_unanswered_question_starts_from_the_answer_to_another():
    form = section("T-17")
    assert markup.posted(rendered(form))["T-17.2.outcome"] == "People stay"
    assert form.questions_shown[0].copied_from == "T-12"


def test_an_answered_question_starts_from_nothing_else():
    answers = ANSWERS | {"T-17": [{"outcome": "Own"}]}
    form = section("T-17", answers=answers)
    assert markup.posted(rendered(form))["T-17.count"] == "1"
    assert form.questions_shown[0].copied_from == ""


def test_an_option_that_is_no_longer_offered_stays_until_someone_takes_it_away():
    page = section("T-16", answers={"T-16": ["z-hall", "a-hall"]})
    assert "No longer offered" in rendered(page)
    kept = section("T-16", answers={"T-16": ["z-hall", "a-hall"]}, data=sent(page))
    assert kept.is_valid()
    assert sorted(kept.answer("T-16")) == ["a-hall", "z-hall"]


def test_an_earlier_answer_of_another_type_is_shown_and_stays_until_there_is_a_new_one():
    page = section("T-07", answers={"T-07": "about a dozen"})
    assert "about a dozen" in rendered(page)
    data = sent(page)
    kept = section("T-07", answers={"T-07": "about a dozen"}, data=data)
    assert (kept.is_valid(), kept.answer("T-07")) == (True, "about a dozen")
    data["T-07"] = "12"
    new = section("T-07", answers={"T-07": "about a dozen"}, data=data)
    assert (new.is_valid(), new.answer("T-07")) == (True, 12)


def test_numbers_that_may_be_a_prisoners_are_found_by_field():
    form = typed("T-12", {"T-12.count": "2", "T-12.1.outcome": "See 12345", "T-12.0.outcome": "£12,345"})
    assert form.is_valid()
    assert doubts(form) == {"T-12.1.outcome": ["12345"]}


# Rows


@pytest.mark.parametrize(
    ("button", "outcomes"),
    [
        ("add T-12", ["People sing", "People listen", "People stay", ""]),
        ("remove T-12 0", ["People listen", "People stay"]),
        ("remove T-12 2", ["People sing", "People listen"]),
        ("up T-12 2", ["People sing", "People stay", "People listen"]),
        ("down T-12 0", ["People listen", "People sing", "People stay"]),
        ("up T-12 0", ["People sing", "People listen", "People stay"]),
        ("down T-12 2", ["People sing", "People listen", "People stay"]),
    ],
)
def test_a_button_changes_the_rows_without_javascript(button, outcomes):
    changed = section("T-12", data=sent(section("T-12"), rows=button)).with_row_command()
    back = markup.posted(rendered(changed))
    assert [back[f"T-12.{index}.outcome"] for index in range(int(back["T-12.count"]))] == outcomes


def test_a_row_moves_with_all_its_parts():
    data = sent(section("T-12"), rows="up T-12 2")
    back = section("T-12", data=markup.posted(rendered(section("T-12", data=data).with_row_command())))
    assert back.is_valid()
    first, second, third = ANSWERS["T-12"]
    assert back.answer("T-12") == [first, third, second]


def test_rows_inside_a_group_have_buttons_too():
    changed = section("T-11", data=sent(section("T-11"), rows="remove T-11.items 0")).with_row_command()
    back = section("T-11", data=markup.posted(rendered(changed)))
    assert back.is_valid()
    assert back.answer("T-11")["items"] == [{"item": "Flute", "count": 1}]


def test_changing_rows_keeps_what_is_typed_elsewhere_and_judges_nothing():
    data = sent(section("T-07", "T-12"), **{"T-07": "a few", "rows": "add T-12"})
    changed = section("T-07", "T-12", data=data).with_row_command()
    assert markup.posted(rendered(changed))["T-07"] == "a few"
    assert changed.error_summary() == []


def test_the_new_row_takes_the_focus():
    changed = section("T-12", data=sent(section("T-12"), rows="add T-12")).with_row_command()
    [row] = markup.page(rendered(changed)).xpath("//*[@autofocus]")
    assert row.xpath("normalize-space(./legend)") == "Outcome 4"


def test_removing_the_only_row_leaves_a_blank_one():
    form = typed("T-12", {"T-12.count": "1", "T-12.0.outcome": "Gone", "rows": "remove T-12 0"})
    back = markup.posted(rendered(form.with_row_command()))
    assert (back["T-12.count"], back["T-12.0.outcome"]) == ("1", "")


def test_there_is_no_button_for_more_rows_than_there_may_be():
    full = section("T-12", answers={"T-12": ANSWERS["T-12"] + [{"outcome": "Fourth"}]})
    assert "add T-12" in rendered(section("T-12"))
    assert "add T-12" not in rendered(full)
    assert section("T-12", answers=full.stored, data=sent(full, rows="add T-12")).row_command is None


@pytest.mark.parametrize(
    "button", ["", "add", "add T-99", "remove T-12 9", "remove T-12 -1", "drop T-12 0", "up T-12 ٣", "add T-12 0 0"]
)
def test_a_button_that_the_page_does_not_have_does_nothing(button):
    form = section("T-12", data=sent(section("T-12"), rows=button))
    assert form.row_command is None
    assert markup.posted(rendered(form.with_row_command()))["T-12.count"] == "3"


@pytest.mark.parametrize("count", ["100000000", "9999", "-1", "x", "٣", "", "1e9"])
def test_a_forged_number_of_rows_builds_no_giant_form(count):
    labels = {f"T-13.{index}.for": f"Row {index}" for index in range(300)}
    assert len(typed("T-12", {"T-12.count": count}).fields) <= 4 * 3
    assert len(typed("T-13", {"T-13.count": count, **labels}).fields) <= 100


def test_enter_in_a_text_box_removes_no_row():
    first, *_ = markup.page(rendered(section("T-12"))).xpath("//button[@type='submit']")
    assert first.get("name") is None


# Rows of another question


def test_each_row_of_the_other_question_has_its_own_group():
    root = markup.page(rendered(section("T-13")))
    legends = [legend.text_content().strip() for legend in root.xpath("//fieldset[@data-row]/legend")]
    assert legends == ["People sing", "People listen", "People stay"]


def test_an_answer_stays_with_its_row_when_the_other_question_changes_meanwhile():
    data = sent(section("T-13"))
    now = ANSWERS | {"T-12": [{"outcome": "People stay"}, {"outcome": "People sing"}]}
    form = section("T-13", answers=now, data=data)
    assert form.is_valid()
    assert form.answer("T-13") == ANSWERS["T-13"]


def test_an_answer_whose_row_is_gone_is_kept_and_marked():
    form = section("T-13", answers=ANSWERS | {"T-12": [{"outcome": "People sing"}]})
    legends = markup.page(rendered(form)).xpath("//fieldset[@data-row]/legend")
    assert [legend.text_content().strip() for legend in legends] == [
        "People sing",
        "People stay (no longer in the list)",
    ]


def test_without_rows_in_the_other_question_there_is_a_word_about_it():
    assert "nothing to fill in here yet" in rendered(section("T-13", answers={}))


# Files


def upload(name: str = "plan.pdf", content: bytes = b"%PDF-1.7") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_files_are_added_and_taken_away():
    data = sent(section("T-14"), **{"T-14.remove": ["11"]})
    form = section("T-14", data=data, files=MultiValueDict({"T-14.files": [upload(), upload("map.pdf")]}))
    assert form.is_valid()
    assert form.files_entries["T-14"].removed() == ["11"]
    assert [file.name for file in form.files_entries["T-14"].new_files()] == ["plan.pdf", "map.pdf"]
    form.store_uploads(lambda path, file: {"id": "33", "name": file.name, "size": file.size, "sha256": path})
    assert [file["name"] for file in form.answer("T-14")] == ["poster.pdf", "plan.pdf", "map.pdf"]


def test_where_one_file_is_asked_for_a_new_one_takes_the_place_of_the_old():
    form = section("T-19", data=sent(section("T-19")), files=MultiValueDict({"T-19.files": [upload()]}))
    assert form.is_valid()
    form.store_uploads(lambda path, file: {"id": "33", "name": file.name, "size": 8, "sha256": ""})
    assert [file["id"] for file in form.answer("T-19")] == ["33"]


def test_a_file_inside_a_group_is_stored_with_its_part():
    form = section("T-11", data=sent(section("T-11")), files=MultiValueDict({"T-11.proof.files": [upload()]}))
    assert form.is_valid()
    form.store_uploads(lambda path, file: {"id": path, "name": file.name, "size": 8, "sha256": ""})
    assert [file["id"] for file in form.answer("T-11")["proof"]] == ["11", "T-11.proof"]


def test_a_file_of_another_kind_is_refused_and_the_page_says_what_to_choose_again():
    form = section("T-14", data=sent(section("T-14")), files=MultiValueDict({"T-14.files": [upload("a.exe", b"MZ")]}))
    assert sentences(form) == ["What? “a.exe” must be one of these: pdf"]
    assert markup.takes_the_focus(rendered(form), form.error_summary()[0][1])
    assert "Choose again: a.exe" in rendered(form)


def test_nobody_can_take_away_a_file_that_is_not_theirs():
    form = section("T-14", data=sent(section("T-14"), **{"T-14.remove": ["999"]}))
    assert not form.is_valid()


# Hostile text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_stored_shown_and_posted_as_the_same_harmless_text(text):
    form = typed("T-02", {"T-02": text})
    assert form.is_valid()
    assert form.answer("T-02") == normalise(text)
    again = section("T-02", answers=form.answers())
    assert markup.posted(rendered(again))["T-02"] == normalise(text)
    assert markup.faults(rendered(again)) == []


def test_hostile_text_in_a_label_or_a_file_name_is_harmless():
    answers = {"T-12": [{"outcome": HOSTILE[5]}], "T-14": [LEAFLET | {"name": HOSTILE[4]}]}
    form = section("T-13", "T-14", answers=answers)
    assert markup.faults(rendered(form)) == []
    assert markup.posted(rendered(form))["T-13.0.for"] == HOSTILE[5]


NAMES = sorted({*section().fields, *(f"{name}-day" for name in section().fields), "T-12.count", "T-13.count", "rows"})


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=30)))
def test_whatever_is_posted_is_answered_and_shown_again(data):
    form = section(data={f"base_{question_id}": "" for question_id in CONTROLS} | data)
    if form.is_valid():
        json.dumps(form.answers())
    form.with_row_command()
    assert markup.faults(rendered(form)) == []


@given(st.text(st.characters(codec="utf-8"), max_size=100))
def test_any_text_survives_the_page(text):
    kept = typed("T-02", {"T-02": text})
    if kept.is_valid():
        again = section("T-02", answers=kept.answers())
        back = section("T-02", answers={}, data=markup.posted(rendered(again)))
        assert back.is_valid()
        assert back.answers() == kept.answers()


# The real question sets


SETS = sorted((Path(agreements.questions.__file__).parent / "data").glob("*.json"))
REAL = [parse(loaded) for loaded in (json.loads(path.read_text()) for path in SETS) if "sections" in loaded]


@pytest.mark.parametrize("published", REAL, ids=lambda published: published.kind)
def test_every_section_of_every_question_set_can_be_drawn(published):
    for each in published.sections:
        assert markup.faults(rendered(SectionForm(each.questions, {}, LOOKUP))) == []


def test_the_largest_section_is_built_and_drawn_quickly():
    largest = max((each for published in REAL for each in published.sections), key=lambda each: len(each.questions))
    rendered(SectionForm(largest.questions, {}, LOOKUP))
    started = time.perf_counter()
    form = SectionForm(largest.questions, {}, LOOKUP)
    built = time.perf_counter()
    rendered(form)
    assert (built - started < 0.05, time.perf_counter() - built < 0.25) == (True, True)
