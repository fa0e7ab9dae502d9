"""The pages on which CJVSF edits a draft: who may, what comes back, what a second editor is told."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.forms.question_sets import RewordForm
from agreements.models import Kind, QuestionSet
from agreements.operations import question_sets as operations
from agreements.reading import options_for
from portal.foundation import typed
from portal.foundation.models import TypedText
from tests import factories, markup
from tests.agreements.draft_sets import NEW, PAGES, Pages, draft, reword, seen, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return factories.Cast()


@pytest.fixture
def pages(client, cast):
    """Opens and posts the pages of the agreement's (or another) set as CJVSF."""
    client.force_login(cast.cjvsf)
    return Pages(client)


@pytest.mark.parametrize("who", ["contributor", "hoo", "stranger"])
def test_for_others_than_cjvsf_there_is_no_such_page(client, cast, who):
    draft(cast)
    client.force_login(getattr(cast, who))
    assert client.get(reverse("question_set_list")).status_code == 404
    assert client.post(reverse("question_move", args=["agreement", "S1-02"])).status_code == 404
    for name, args in PAGES:
        address = reverse(name, args=["agreement", *args])
        assert client.get(address).status_code == 404, name
        assert client.post(address).status_code in (404, 405), name


def test_nobody_comes_here_without_signing_in(client):
    response = client.get(reverse("question_set_list"))
    assert response.status_code == 302
    assert "login" in response.url


def test_each_page_has_one_heading_and_nothing_that_trips_a_reader(cast, pages):
    reword(draft(cast), "S1-01", cast.cjvsf, text="Changed")
    for name, args in PAGES:
        root = markup.html.document_fromstring(pages.get(name, *args).content.decode())
        main = markup.html.tostring(root.get_element_by_id("main-content"), encoding="unicode")
        assert (name, len(root.xpath("//h1")), markup.faults(main)) == (name, 1, [])


def test_an_unknown_kind_or_question_is_not_found(cast, pages):
    draft(cast)
    assert pages.get("question_set_detail", kind="recipes").status_code == 404
    assert pages.get("question_edit", "S1-99").status_code == 404
    assert pages.get("question_add", "S9").status_code == 404


def test_the_list_tells_version_fingerprint_draft_and_documentation(cast, pages):
    row = draft(cast, Kind.REVIEW)
    questions = operations.published_set(Kind.AGREEMENT).words.questions.values()
    counts = Counter(question.status for question in questions)
    documentation = " ".join(str(counts[status]) for status in ("documented", "documented (topic)", "inferred"))
    text = text_of(pages.client.get(reverse("question_set_list")))
    assert operations.published_set(Kind.AGREEMENT).sha256 in text
    assert f"Version {row.version}, changed" in text
    assert f"Partnership Agreement {documentation}" in text


def test_the_list_costs_the_same_however_many_versions_there_are(cast, pages):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            pages.client.get(reverse("question_set_list"))
        return len(captured)

    queries()
    before = queries()
    for _ in range(3):
        operations.publish(draft(cast, Kind.REVIEW), by=cast.cjvsf)
    assert queries() == before


def test_a_draft_is_begun_by_a_button(cast, pages):
    assert "Begin a draft" in text_of(pages.get("question_set_detail"))
    assert pages.post("question_set_detail").status_code == 302
    text = text_of(pages.get("question_set_detail"))
    assert "Draft" in text
    assert "Begin a draft" not in text


def test_a_question_is_reworded_and_its_condition_chosen_from_a_list(cast, pages):
    row = draft(cast)
    data = pages.form("question_edit", "S1-06") | {"text": "How often?", "asked_when": "S1-02 includes community"}
    response = pages.post("question_edit", "S1-06", **data)
    assert response.url.endswith("#question-S1-06")
    row.refresh_from_db()
    question = row.words.questions["S1-06"]
    assert question.text == "How often?"
    assert question.asked_when == {"question": "S1-02", "includes": "community"}
    assert "Asked when S1-02 includes “" in text_of(pages.get("question_set_detail"))


@pytest.mark.parametrize("kind", Kind)
def test_saving_without_a_change_changes_nothing(kind):
    """Also not a condition of several tests, which can't be chosen from the list."""
    definition, lookup = operations.published_set(kind).definition, options_for(None)
    for section in definition["sections"]:
        for question in section["questions"]:
            words = {"draft": definition, "section_id": section["id"], "question": question, "lookup": lookup}
            shown = {field.html_name: field.value() for field in RewordForm(**words)}
            form = RewordForm({name: value for name, value in shown.items() if value}, **words)
            assert form.is_valid(), form.errors
            as_it_is = {name: question[name] for name in ("text", "help", "required", "asked_when")}
            assert form.change() == as_it_is, question["id"]


def test_a_condition_may_not_look_at_a_later_question(cast, pages):
    draft(cast)
    data = pages.form("question_edit", "S1-06") | {"asked_when": "S3-27 is yes"}
    response = pages.post("question_edit", "S1-06", **data)
    assert response.status_code == 200
    assert "asked_when" in response.context["form"].errors


def test_a_condition_of_several_tests_is_told_in_words_and_can_be_replaced(cast, pages):
    row = draft(cast, Kind.ELIGIBILITY)
    response = pages.get("question_edit", "ELG-07", kind="eligibility")
    assert "Now it is asked when ELG-05 is “No” or ELG-06 is “Yes”." in text_of(response)
    assert "As now: ELG-05 is “No” or ELG-06 is “Yes”" in text_of(response)
    data = pages.form("question_edit", "ELG-07", kind="eligibility") | {"asked_when": "always"}
    pages.post("question_edit", "ELG-07", kind="eligibility", **data)
    row.refresh_from_db()
    assert row.words.questions["ELG-07"].asked_when is None


def test_empty_words_get_a_sentence_and_what_was_typed_comes_back(cast, pages):
    draft(cast)
    data = pages.form("question_edit", "S1-06") | {"text": " ", "help": "My own help"}
    response = pages.post("question_edit", "S1-06", **data)
    assert "Enter question" in text_of(response)
    assert "My own help" in text_of(response)


@pytest.mark.parametrize(
    ("type_", "typed_keys", "own_keys"),
    [
        ("short_text", {}, {}),
        ("yes_no", {"options": "left over"}, {}),
        ("money", {}, {}),
        ("terms", {"vocabulary": "needs"}, {"vocabulary": "needs"}),
        ("file", {}, {"multiple": True, "accept": ["pdf", "docx", "odt", "png", "jpg"]}),
        (
            "choices",
            {"options": "Every week\n\n A+ \nA \n???"},
            {
                "options": [
                    {"value": "every-week", "label": "Every week", "hint": ""},
                    {"value": "a", "label": "A+", "hint": ""},
                    {"value": "a-2", "label": "A", "hint": ""},
                    {"value": "option", "label": "???", "hint": ""},
                ]
            },
        ),
    ],
)
def test_a_question_of_each_simple_kind_is_added_and_can_be_published(cast, pages, type_, typed_keys, own_keys):
    row = draft(cast)
    data = pages.form("question_add", "S1") | NEW | {"type": type_, "after": "S1-03"} | typed_keys
    assert pages.post("question_add", "S1", **data).status_code == 302
    row.refresh_from_db()
    questions = row.definition["sections"][1]["questions"]
    question = questions[3]
    assert [each["id"] for each in questions[2:5]] == ["S1-03", "S1-20", "S1-04"]
    assert (question["text"], question["side"], question["required"]) == ("Anything else?", "both", True)
    assert {
        key: question[key] for key in ("options", "vocabulary", "multiple", "accept") if key in question
    } == own_keys
    operations.publish(row, by=cast.cjvsf)


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"type": "choice", "options": "Only one"}, "Write at least two choices, one on each line"),
        ({"type": "choice", "options": "Same\nSame"}, "“Same” is there twice. Write each choice once"),
        ({"type": "terms"}, "Select the vocabulary that the terms come from"),
        ({"type": ""}, "Select type of answer"),
        ({"type": "signature"}, "Choose from the list"),
    ],
)
def test_a_question_that_lacks_something_is_refused_with_a_sentence(cast, pages, keys, sentence):
    row = draft(cast)
    response = pages.post("question_add", "S1", **pages.form("question_add", "S1") | NEW | keys)
    assert response.status_code == 200
    assert sentence in text_of(response)
    assert "S1-20" not in QuestionSet.objects.get(pk=row.pk).words.questions


def test_nothing_is_added_to_the_columns_of_the_list_of_actions(cast, pages):
    draft(cast)
    assert pages.get("question_add", "ACT").status_code == 404


def test_a_question_is_moved_up_and_down(cast, pages):
    row = draft(cast)
    pages.post("question_move", "S1-02", direction="up", seen=seen(row))
    pages.post("question_move", "S1-03", direction="down", seen=seen(row))
    row.refresh_from_db()
    assert [question["id"] for question in row.definition["sections"][1]["questions"][:4]] == [
        "S1-02",
        "S1-01",
        "S1-04",
        "S1-03",
    ]


def test_a_question_is_retired_after_a_confirmation(cast, pages):
    row = draft(cast)
    assert "Retire S1-09?" in text_of(pages.get("question_retire", "S1-09"))
    pages.post("question_retire", "S1-09", seen=seen(row))
    row.refresh_from_db()
    assert "S1-09" not in row.words.questions
    assert row.definition["retired"] == ["S1-09"]


def test_a_question_that_the_portal_works_with_offers_no_retiring(cast, pages):
    row = draft(cast)
    assert pages.url("question_retire", "S3-27") not in pages.get("question_set_detail").content.decode()
    assert pages.post("question_retire", "S3-27", seen=seen(row)).status_code == 404


@pytest.mark.parametrize("name", ["question_edit", "question_retire", "question_move", "question_set_publish"])
def test_the_second_of_two_editors_gets_a_page_that_says_so(cast, pages, name):
    row = draft(cast)
    args = () if name == "question_set_publish" else ("S1-09",)
    data = pages.form(name, *args) if name == "question_edit" else {"seen": seen(row)}
    reword(row, "S1-01", cast.cjvsf, text="The first editor was here")
    response = pages.post(name, *args, **data | {"text": "What the second one wrote"})
    assert response.status_code == 409
    text = text_of(response)
    assert "Somebody else has just changed this draft" in text
    assert "What the second one wrote" in text
    assert "The first editor was here" in str(QuestionSet.objects.get(pk=row.pk).definition)


def test_an_edit_after_the_draft_has_gone_is_told_too(cast, pages):
    row = draft(cast)
    data = pages.form("question_edit", "S1-01")
    operations.publish(row, by=cast.cjvsf)
    response = pages.post("question_edit", "S1-01", **data)
    assert response.status_code == 409
    assert "There is no draft of this set now" in text_of(response)


def test_what_was_typed_when_the_session_ended_comes_back_once(cast, pages, client):
    draft(cast)
    address = pages.url("question_edit", "S1-06")
    data = pages.form("question_edit", "S1-06") | {
        "text": "Half a thought",
        "typed_by": typed.token(cast.cjvsf, address),
    }
    client.logout()
    client.post(address, data)
    client.force_login(cast.cjvsf)
    response = client.get(address)
    assert "Half a thought" in text_of(response)
    assert "We kept what you were typing" in text_of(response)
    assert not TypedText.objects.exists()
    assert "Half a thought" not in text_of(client.get(address))
