"""The pages on which CJVSF edits, previews, compares and publishes questions, and a draft agreement moves to newer ones."""

import html
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.forms.question_sets import RewordForm
from agreements.models import Answer, Kind, QuestionSet
from agreements.operations import question_sets as operations
from agreements.operations.drafting import save_answers
from agreements.questions import editing
from agreements.questions.definition import fingerprint
from agreements.reading import options_for
from portal.foundation import typed
from portal.foundation.models import TypedText
from tests import factories, markup

pytestmark = pytest.mark.django_db

# Each would be taken for something else by a template language, a format string or a browser.
WORDINGS = ["Is {{7*7}} so?", "{%debug%}", "100%s sure %(label)s?", "{0.__class__} {name}", "<script>alert(1)</script>"]


@pytest.fixture
def cast():
    return factories.Cast()


@pytest.fixture
def pages(client, cast):
    """Opens and posts the pages of the agreement's (or another) set as CJVSF."""
    client.force_login(cast.cjvsf)
    return Pages(client)


class Pages:
    def __init__(self, client):
        self.client = client

    def url(self, name: str, *args: str, kind: str = "agreement") -> str:
        return reverse(name, args=[kind, *args])

    def get(self, name: str, *args: str, kind: str = "agreement", **query):
        return self.client.get(self.url(name, *args, kind=kind), query)

    def post(self, name: str, *args: str, kind: str = "agreement", **data):
        return self.client.post(self.url(name, *args, kind=kind), data)

    def form(self, name: str, *args: str, kind: str = "agreement") -> dict:
        """What a browser would post from this page if nothing were changed."""
        form = self.get(name, *args, kind=kind).context["form"]
        values = {field.html_name: field.value() for field in form}
        return {name: value for name, value in values.items() if value not in (None, False)}


def draft(cast, kind: str = Kind.AGREEMENT) -> QuestionSet:
    return operations.begin_draft(kind, by=cast.cjvsf)


def seen(row: QuestionSet) -> str:
    row.refresh_from_db()
    return fingerprint(row.definition)


def reword(row: QuestionSet, cast, question_id: str, **words) -> None:
    as_it_was = next(
        question
        for section in row.definition["sections"]
        for question in section["questions"]
        if question["id"] == question_id
    )
    change = {key: as_it_was.get(key) for key in ("text", "help", "required", "asked_when")} | words
    operations.edit_draft(row, editing.reword, by=cast.cjvsf, seen=seen(row), question_id=question_id, **change)
    row.refresh_from_db()


def text_of(response) -> str:
    """What a reader sees, on one line."""
    return " ".join(" ".join(markup.html.document_fromstring(response.content.decode()).itertext()).split())


PAGES = [
    ("question_set_detail", ()),
    ("question_edit", ("S1-01",)),
    ("question_add", ("S1",)),
    ("question_retire", ("S1-09",)),
    ("question_set_preview", ()),
    ("question_set_compare", ()),
    ("question_set_publish", ()),
    ("question_set_discard", ()),
]


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
    reword(draft(cast), cast, "S1-01", text="Changed")
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


NEW = {"text": "Anything else?", "help": "In short.", "side": "both", "due": "outline", "required": "on"}


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
    reword(row, cast, "S1-01", text="The first editor was here")
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


def test_the_preview_shows_the_real_controls_of_one_side(cast, pages):
    draft(cast)
    for side, control, other in [("partner", "S1-01", "S2-01"), ("prison", "S2-01", "S1-01")]:
        own = pages.get("question_set_preview", side=side, section=control[:2]).content.decode()
        others = pages.get("question_set_preview", side=side, section=other[:2]).content.decode()
        assert f'name="{control}' in own
        assert f'name="{other}' not in others
        assert other in others


def test_every_section_of_every_set_can_be_previewed_from_both_sides(pages):
    for kind in Kind:
        for section in operations.published_set(kind).words.sections:
            for side in ("partner", "prison"):
                response = pages.get("question_set_preview", kind=kind, side=side, section=section.id)
                assert f"Preview as the {side}: {section.title}" in text_of(response)


def test_the_preview_adds_a_row_and_saves_nothing(cast, pages):
    address = pages.url("question_set_preview") + "?side=partner&section=S1"
    root = markup.html.document_fromstring(pages.client.get(address).content.decode())
    posted = dict(root.forms[-1].form_values())
    response = pages.client.post(address, posted | {"S1-04.0.outcome": "Less reoffending", "rows": "add S1-04"})
    assert response.status_code == 200
    assert 'name="S1-04.count" value="2"' in response.content.decode()
    assert "Less reoffending" in response.content.decode()
    assert not Answer.objects.exists()


def test_the_comparison_names_what_was_added_removed_reworded_and_moved(cast, pages):
    row = draft(cast)
    pages.post("question_add", "S1", **pages.form("question_add", "S1") | NEW | {"type": "date"})
    pages.post("question_retire", "S1-09", seen=seen(row))
    pages.post("question_move", "S2-02", direction="up", seen=seen(row))
    row.refresh_from_db()
    reword(row, cast, "S1-07", text="Where does it happen?", required=False)
    text = text_of(pages.get("question_set_compare"))
    assert "Added S1-20 Anything else? (must be answered)" in text
    assert "Removed S1-09" in text
    assert "[added:" in text
    assert "[removed:" in text
    assert "Must be answered" in text
    assert "Moved S2-0" in text


def test_a_draft_with_faults_still_opens_and_names_every_one(cast, pages):
    row = draft(cast)
    pages.post("question_retire", "S1-02", seen=seen(row))
    reword(row, cast, "S1-06", asked_when={"question": "S5-01", "answered": True})
    operations.edit_draft(row, editing.retire, by=cast.cjvsf, seen=seen(row), question_id="S3-15")
    for name in ("question_set_detail", "question_set_preview", "question_set_compare", "question_set_publish"):
        text = text_of(pages.get(name))
        assert "S1-06: its condition looks at S5-01, which comes later" in text
        assert "S3-16: its condition looks at “S3-15”, which was retired" in text
    response = pages.post("question_set_publish", seen=seen(row))
    assert response.status_code == 422
    assert "S3-16: its condition looks at “S3-15”, which was retired" in text_of(response)
    assert operations.open_draft(Kind.AGREEMENT) == row


def test_publishing_asks_first_and_then_new_agreements_begin_under_it(cast, pages):
    row = draft(cast)
    reword(row, cast, "S1-01", text="What will you do?")
    assert f"Publish version {row.version}?" in text_of(pages.get("question_set_publish"))
    assert pages.post("question_set_publish", seen=seen(row)).status_code == 302
    assert operations.open_draft(Kind.AGREEMENT) is None
    assert cast.start().question_set == row


def test_discarding_asks_first_and_leaves_the_published_words(cast, pages):
    row = draft(cast)
    reword(row, cast, "S1-01", text="A bad idea")
    assert "Discard this draft?" in text_of(pages.get("question_set_discard"))
    pages.post("question_set_discard", seen=seen(row))
    assert not QuestionSet.objects.filter(pk=row.pk).exists()
    assert operations.published_set(Kind.AGREEMENT).version == "2026.1"


READERS = ("question_set_detail", "question_edit", "question_add", "question_set_preview")


@pytest.mark.parametrize("wording", WORDINGS)
def test_wording_is_data_on_every_page(cast, pages, client, wording):
    version = cast.start()
    row = draft(cast)
    words = pages.form("question_edit", "S1-01") | {"text": wording, "help": wording}
    assert pages.post("question_edit", "S1-01", **words).status_code == 302
    new = {"type": "choice", "text": wording, "options": f"{wording}\nAnother"}
    assert pages.post("question_add", "S1", **pages.form("question_add", "S1") | NEW | new).status_code == 302
    for name, args in [*((name, args) for name, args in PAGES if name in READERS), ("question_retire", ("S1-20",))]:
        query = {"section": "S1"} if name == "question_set_preview" else {}
        content = pages.get(name, *args, **query).content.decode()
        assert wording in html.unescape(content), name
        assert "<script>alert" not in content, name
    assert f"S1-20 {wording}" in text_of(pages.get("question_set_compare"))
    assert f"S1-20 {wording}" in text_of(pages.get("question_set_publish"))
    operations.publish(QuestionSet.objects.get(pk=row.pk), by=cast.cjvsf)
    client.force_login(cast.contributor)
    shown = text_of(client.get(reverse("newer_questions", args=[version.agreement.reference])))
    assert f"S1-20 {wording}" in shown


@pytest.fixture
def newer(cast):
    """A draft agreement with answers, and newer questions: S1-01 reworded, S1-09 retired."""
    version = cast.start()
    answers = {"S1-01": "We teach drumming.", "S1-09": "It was asked for in the forum."}
    save_answers(version, answers, replacing={}, by=cast.contributor)
    row = draft(cast)
    reword(row, cast, "S1-01", text="What will you do there?")
    operations.edit_draft(row, editing.retire, by=cast.cjvsf, seen=seen(row), question_id="S1-09")
    return version, operations.publish(row, by=cast.cjvsf)


def test_before_moving_a_person_sees_what_changes_and_which_answers_drop_out(cast, client, newer):
    version, _ = newer
    client.force_login(cast.contributor)
    response = client.get(reverse("newer_questions", args=[version.agreement.reference]))
    text = text_of(response)
    assert "Removed S1-09" in text
    assert "[added:" in text
    assert "It was asked for in the forum." in text
    assert "We teach drumming." not in text
    assert version.question_set == factories.fresh(version).question_set


def test_moving_by_the_button_keeps_every_answer(cast, client, newer):
    version, row = newer
    client.force_login(cast.contributor)
    address = reverse("newer_questions", args=[version.agreement.reference])
    assert client.post(address, {"seen": [row.sha256]}).status_code == 302
    assert factories.fresh(version).question_set == row
    kept = Answer.objects.filter(version=version, replaced_at=None).values_list("question_id", flat=True)
    assert sorted(kept) == ["S1-01", "S1-09"]
    assert "There is nothing to move to" in text_of(client.get(address))


def test_moving_to_what_was_not_shown_is_refused(cast, client, newer):
    version, _ = newer
    client.force_login(cast.contributor)
    address = reverse("newer_questions", args=[version.agreement.reference])
    assert client.post(address, {"seen": ["an older set"]}).status_code == 409
    assert factories.fresh(version).question_set == version.question_set


def test_strangers_find_no_newer_questions_and_cjvsf_may_only_look(cast, client, newer):
    version, row = newer
    address = reverse("newer_questions", args=[version.agreement.reference])
    client.force_login(cast.stranger)
    assert client.get(address).status_code == 404
    assert client.post(address, {"seen": [row.sha256]}).status_code == 404
    client.force_login(cast.cjvsf)
    assert b"Stay with the present questions" not in client.get(address).content
    assert client.post(address, {"seen": [row.sha256]}).status_code == 403
