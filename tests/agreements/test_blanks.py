"""Blank forms for anyone: every question, in every edition, printed once."""

from io import BytesIO

import page
import pytest
from django.core.files.storage import default_storage
from docx import Document
from docx.oxml.ns import qn

from agreements import blanks
from agreements.models import Kind, QuestionSet
from agreements.paper import Grid, paper
from agreements.questions.definition import Definition
from agreements.reading import options_for
from agreements.word import blank as word
from portal.foundation import pdf
from tests.agreements.questions.samples import parsed, question

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def quick_printing(monkeypatch):
    """Printing takes seconds, and most tests here aren't about print."""
    made = []

    def from_html(html, *, large_print=False):
        made.append(large_print)
        return b"%PDF-" + html.encode()

    def in_word(words, lookup):
        made.append("word")
        return words.title.encode()

    monkeypatch.setattr(pdf, "from_html", from_html)
    monkeypatch.setattr(blanks.word, "made", in_word)
    return made


@pytest.mark.parametrize("kind", blanks.KINDS)
@pytest.mark.parametrize("edition", [blanks.STANDARD, blanks.LARGE_PRINT])
def test_every_question_is_on_the_printed_form_with_its_id(kind, edition):
    blank = blanks.newest(kind, edition)
    form = blanks.page(blank)

    assert [question for question in blank.words.words.questions if f">{question}</span>" not in form] == []


@pytest.mark.parametrize("kind", blanks.KINDS)
def test_every_question_is_in_the_plain_text_and_no_line_is_too_long(kind):
    words = QuestionSet.objects.newest(kind)
    form = blanks.text(words)

    assert [question for question in words.words.questions if question not in form] == []
    assert max(len(line) for line in form.splitlines()) < 110
    assert "&#" not in form
    assert "<" not in form


def test_rows_about_agreed_actions_are_headed_so():
    form = blanks.page(blanks.newest("review", "standard"))
    assert (form.count(">Agreed action<"), form.count("For each answer to actions")) == (1, 0)


def test_help_and_options_are_on_the_form():
    form = blanks.page(blanks.newest("agreement", "standard"))
    question = QuestionSet.objects.newest(Kind.AGREEMENT).words.questions["S1-02"]

    assert question.help in form
    assert all(f"☐</span> {option.label}" in form for option in question.options)


def test_a_question_that_waits_for_another_says_so_on_paper():
    form = blanks.page(blanks.newest("agreement", "standard"))

    assert "Only if you answered ‘Something else’ to ‘What is it based on?’." in form


def in_print_and_in_word(words: Definition) -> list[dict[str, tuple]]:
    """By question that is a table of rows: its headings, and how many empty rows there are."""
    lookup = options_for(None)
    tables = {question.id: paper(question, lookup) for question in words.questions.values()}
    printed = {name: (grid.headings, len(grid.lines)) for name, grid in tables.items() if isinstance(grid, Grid)}
    form = Document(BytesIO(word.made(words, lookup)))
    captions = {table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")): table for table in form.tables}
    found = {name: captions[f"Answer to {name}"] for name in printed}
    headings = {name: tuple(cell.text for cell in table.rows[0].cells[1:]) for name, table in found.items()}
    return [printed, {name: (headings[name], len(table.rows) - 1) for name, table in found.items()}]


@pytest.mark.parametrize("kind", blanks.FILLED_IN)
def test_a_table_of_rows_is_the_same_in_print_and_in_word(kind):
    printed, in_word = in_print_and_in_word(QuestionSet.objects.newest(kind).words)
    assert len(printed) > 2
    assert printed == in_word


@pytest.mark.parametrize(("least", "most", "rows"), [(0, 20, 3), (2, 20, 3), (12, 20, 12), (1, 2, 2)])
def test_there_is_room_for_as_many_rows_as_must_be_filled_in(least, most, rows):
    words = parsed(question("S1-01", "rows", min_rows=least, max_rows=most))
    assert in_print_and_in_word(words) == [{"S1-01": (("Name",), rows)}] * 2


@pytest.mark.parametrize("kind", ["sharing", "consent"])
def test_a_printed_form_meets_both_standards(kind):
    made = pdf.from_html(blanks.page(blanks.newest(kind, "large-print")), large_print=True)

    for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
        assert [failure.message for failure in page.validate_pdf_bytes(made, profile=profile).failures] == []


def test_each_form_is_printed_once(quick_printing):
    assert blanks.make_next() is True
    assert blanks.make_all() == 9
    assert blanks.make_next() is False
    assert blanks.make_all() == 0
    assert sorted(quick_printing, key=str) == [False] * 4 + [True] * 4 + ["word"] * 2


def test_forms_are_printed_again_on_request_without_a_second_copy(quick_printing):
    blanks.make_all()

    assert blanks.make_all(again=True) == 10
    assert len(default_storage.listdir("blank-forms")[1]) == 10


def test_the_page_says_that_a_form_is_being_prepared(client):
    response = client.get("/forms/sharing/standard/")

    assert response.status_code == 503
    assert response["Retry-After"] == "10"
    assert "This form is being prepared" in response.content.decode()


def test_anyone_can_download_a_form(client, quick_printing):
    blanks.make_all()

    response = client.get("/forms/sharing/large-print/")

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="blank-sharing-form-2026.1-large-print.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response.getvalue().startswith(b"%PDF-")


def test_plain_text_needs_no_waiting(client):
    response = client.get("/forms/agreement/text/")

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "S1-01. In a few sentences" in response.content.decode()


@pytest.mark.parametrize("address", ["/forms/eligibility/standard/", "/forms/agreement/braille/", "/forms/x/text/"])
def test_what_is_not_offered_is_not_found(client, address):
    assert client.get(address).status_code == 404


def test_the_list_leads_to_every_edition(client, django_assert_num_queries):
    with django_assert_num_queries(4):
        response = client.get("/forms/")
    links = {f'href="/forms/{kind}/{edition}/"' for kind in blanks.KINDS for edition in blanks.editions(kind)}

    assert len(links) == 14
    assert [link for link in links if link not in response.content.decode()] == []
