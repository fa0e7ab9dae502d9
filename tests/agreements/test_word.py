"""A blank form as a Word file, filled in off-line, and taken into a draft by question id."""

import io
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from docx import Document
from docx.oxml.ns import qn

from agreements import blanks
from agreements.models import Answer, QuestionSet, WordImport
from agreements.operations.question_sets import move_to_newer_sets
from agreements.questions.values import options
from agreements.reading import options_for, read
from agreements.views import importing
from agreements.word import blank, filled
from directory.models import Term
from tests import factories, markup
from tests.agreements.draft_sets import published, retire
from tests.agreements.filling import CONTENT, part, saved, with_part, without_controls
from tests.agreements.filling import filled as fill

pytestmark = pytest.mark.django_db

WRITTEN = {
    "S1-01": "A weekly class in joinery.\nIt ends with a certificate.",
    "S1-04.1": ["Confidence", "A short survey"],
    "S1-04.3": ["Skills", "Units passed"],
    "S1-12.minutes": "90",
    "S1-13.start": "10 January 2027",
    "S1-13.end": "9/1/2028",
    "S1-14.1": ["A trust", "£12,000", "1 January 2027", "2028-03-31", "Secured"],
    "S1-02": "☒Inside the prison;In the community, on release",
}


@pytest.fixture(scope="session")
def forms(django_db_setup, django_db_blocker):
    """Making one takes seconds, and none is changed here."""
    with django_db_blocker.unblock():
        lookup = options_for(None)
        return {kind: blank.made(QuestionSet.objects.newest(kind).words, lookup) for kind in ("agreement", "sharing")}


@pytest.fixture
def cast():
    return factories.Cast()


@pytest.fixture
def version(cast):
    return cast.start()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def send(cast, version, content, name="form.docx"):
    address = reverse("word_import", args=[version.agreement.reference])
    return signed_in(cast.contributor).post(address, {"file": SimpleUploadedFile(name, content)})


def take(cast, version, **more):
    kept = WordImport.objects.get(version=version)
    address = reverse("word_take", args=[version.agreement.reference])
    return signed_in(cast.contributor).post(address, {"questions": list(kept.answers)} | more)


# The form


@pytest.mark.parametrize("kind", ["agreement", "sharing"])
def test_every_question_is_a_heading_and_every_place_has_a_labelled_control(forms, kind):
    words = QuestionSet.objects.newest(kind).words
    form = Document(io.BytesIO(forms[kind]))
    headings = [row.text for row in form.paragraphs if row.style.name == "Heading 2"]
    assert headings == [f"{question.id}. {question.text}" for question in words.questions.values()]
    controls = list(form.element.body.iter(qn("w:sdt")))
    assert all(control.find(f".//{qn('w:alias')}").get(qn("w:val")) for control in controls)
    tags = [control.find(f".//{qn('w:tag')}").get(qn("w:val")) for control in controls]
    assert len(tags) == len(set(tags))
    assert {tag.partition(".")[0].partition("=")[0] for tag in tags} == {
        question.id for question in words.questions.values() if question.is_stored and question.type != "file"
    }


def test_it_has_a_language_a_title_header_rows_and_no_paragraph_for_space(forms):
    form = Document(io.BytesIO(forms["agreement"]))
    words = QuestionSet.objects.newest("agreement").words
    assert form.core_properties.title == f"{words.title}: blank form, version {words.version}"
    assert form.styles.element.find(f".//{qn('w:lang')}").get(qn("w:val")) == "en-GB"
    assert [row.text for row in form.paragraphs if not row.text.strip()] == []
    assert {table.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is None for table in form.tables} == {False}


def test_choices_are_a_list_to_choose_from_or_boxes_to_tick(forms):
    form = Document(io.BytesIO(forms["agreement"]))
    controls = {row.find(f".//{qn('w:tag')}").get(qn("w:val")): row for row in form.element.body.iter(qn("w:sdt"))}
    status = [row.get(qn("w:value")) for row in controls["S1-14.1.status"].iter(qn("w:listItem"))]
    question = QuestionSet.objects.newest("agreement").words.questions["S1-14"].part("status")
    assert status == [option.value for option in question.options]
    settings = [tag for tag in controls if tag.startswith("S1-02=")]
    assert settings == [f"S1-02={option.value}" for option in options(_question("S1-02"), {})]


def _question(question_id):
    return QuestionSet.objects.newest("agreement").words.questions[question_id]


def test_a_blank_form_holds_no_answer_and_nothing_that_we_did_not_print(forms):
    for kind, content in forms.items():
        found = filled.read(content)
        said = [line for cells in found.places.values() for lines in cells for line in lines]
        written = {line.text for line in said if line.is_ticked is None}
        assert written == set()
        assert not any(line.is_ticked for line in said)
        assert set(found.loose) - blank.printed(QuestionSet.objects.newest(kind).words) == set()


def test_anyone_can_download_it_once_the_worker_has_made_it(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    assert client.get("/forms/sharing/word/").status_code == 503
    blanks.make(blanks.newest("sharing", "word"))
    response = client.get("/forms/sharing/word/")
    assert response["Content-Disposition"] == 'attachment; filename="blank-sharing-form-2026.1-word.docx"'
    assert "application/vnd.openxmlformats" in response["Content-Type"]
    assert client.get("/forms/consent/word/").status_code == 404


# Taking it in


@pytest.mark.parametrize("programme", [lambda content: content, without_controls], ids=["keeps controls", "drops them"])
def test_what_was_filled_in_becomes_answers(cast, version, forms, programme):
    assert send(cast, version, programme(fill(forms["agreement"], WRITTEN))).status_code == 302
    assert Answer.objects.filter(version=version).count() == 0
    assert WordImport.objects.get().left == []
    take(cast, version)
    answers = read(factories.fresh(version)).answers
    assert answers == {
        "S1-01": "A weekly class in joinery.\nIt ends with a certificate.",
        "S1-02": ["inside", "community"],
        "S1-04": [
            {"outcome": "Confidence", "measure": "A short survey"},
            {"outcome": "Skills", "measure": "Units passed"},
        ],
        "S1-12": {"minutes": 90},
        "S1-13": {"start": "2027-01-10", "end": "2028-01-09"},
        "S1-14": [
            {
                "funder": "A trust",
                "amount": "12000.00",
                "starts": "2027-01-01",
                "ends": "2028-03-31",
                "status": "secured",
            }
        ],
    }


def test_needs_are_ticked_by_their_words(cast, version, forms):
    needs = list(Term.objects.filter(vocabulary__key="needs", vocabulary__establishment=None).order_by("position"))[:2]
    send(cast, version, fill(forms["agreement"], {"S1-05": "☒" + ";".join(need.label for need in needs)}))
    assert WordImport.objects.get().answers == {"S1-05": [need.slug for need in needs]}


def test_every_answer_without_a_place_is_listed_and_stays_until_it_is_dealt_with(cast, version, forms):
    form = Document(io.BytesIO(fill(forms["agreement"], {"S1-12.minutes": "an hour", "S2-01": "We would like this."})))
    form.add_paragraph("We also need a kiln.")
    form.tables[-1].add_row().cells[0].text = "X9-99"
    form.tables[-1].rows[-1].cells[1].text = "An old answer"
    send(cast, version, saved(form))
    kept = WordImport.objects.get()
    assert kept.answers == {}
    assert [(row["place"], row["text"]) for row in kept.left] == [
        ("S2-01", "We would like this."),
        ("X9-99", "An old answer"),
        ("S1-12.minutes", "an hour"),
        ("", "We also need a kiln."),
    ]
    page = signed_in(cast.contributor).get(reverse("word_import", args=[version.agreement.reference])).content.decode()
    assert [row["text"] in page for row in kept.left] == [True] * 4
    signed_in(cast.contributor).post(reverse("word_settle", args=[version.agreement.reference]))
    assert WordImport.objects.count() == 0


def test_a_file_without_answers_is_told_apart_from_one_whose_answers_are_all_in_the_draft(cast, version, forms):
    address = reverse("word_import", args=[version.agreement.reference])
    other = Document()
    other.add_paragraph("Our plan")
    send(cast, version, saved(other))
    page = signed_in(cast.contributor).get(address).content.decode()
    assert ("There is no answer in it" in page, "The draft says everything" in page) == (True, False)
    signed_in(cast.contributor).post(reverse("word_settle", args=[version.agreement.reference]))
    send(cast, version, fill(forms["agreement"], {"S1-01": "Words"}))
    take(cast, version)
    page = signed_in(cast.contributor).get(address).content.decode()
    assert ("There is no answer in it" in page, "The draft says everything" in page) == (False, True)


AS_WRITTEN = [
    "Choose one afternoon that suits the hall.",
    "Write here what you need",
    "What the hall may Choose one",
    "[ ] Room booked by the hall manager",
    "☐ Two volunteers\n☒ A kiln",
]


@pytest.mark.parametrize("programme", [lambda content: content, without_controls], ids=["keeps controls", "drops them"])
@pytest.mark.parametrize("text", AS_WRITTEN)
def test_a_text_stays_as_it_was_written_whatever_it_looks_like(cast, version, forms, programme, text):
    first = text.partition("\n")[0]
    send(cast, version, programme(fill(forms["agreement"], {"S1-01": text, "S1-04.1": [first, "A survey"]})))
    kept = WordImport.objects.get()
    assert kept.answers == {"S1-01": text, "S1-04": [{"outcome": first, "measure": "A survey"}]}
    assert kept.left == []


def test_a_box_in_a_text_without_a_place_is_told_with_it(cast, version, forms):
    form = Document(io.BytesIO(fill(forms["agreement"], {"S2-08": "☐ Two volunteers", "S1-02": "☒Inside the prison"})))
    row = form.tables[-1].add_row()
    row.cells[0].text, row.cells[1].text = "X9-99", "We need:\n[ ] a room"
    send(cast, version, saved(form))
    kept = WordImport.objects.get()
    assert kept.answers == {"S1-02": ["inside"]}
    assert [(row["place"], row["text"]) for row in kept.left] == [
        ("S2-08", "☐ Two volunteers"),
        ("X9-99", "We need:\n[ ] a room"),
    ]


def test_of_an_unknown_question_boxes_that_nobody_ticked_are_no_text(cast, version, forms):
    form = Document(io.BytesIO(forms["agreement"]))
    row = form.tables[-1].add_row()
    row.cells[0].text, row.cells[1].text = "X9-99", "☐ Yes\n☐ No"
    send(cast, version, saved(form))
    assert WordImport.objects.get().left == []


def test_a_number_that_may_be_a_prisoners_is_not_taken(cast, version, forms):
    send(cast, version, fill(forms["agreement"], {"S1-01": "Ask for prisoner number 123456."}))
    kept = WordImport.objects.get()
    assert (kept.answers, [row["place"] for row in kept.left]) == ({}, ["S1-01"])


def test_an_answer_that_somebody_changed_meanwhile_stays(cast, version, forms):
    send(cast, version, fill(forms["agreement"], {"S1-01": "From the file"}))
    factories.drafting.save_answers(version, {"S1-01": "By hand"}, replacing={}, by=cast.signatory)
    take(cast, version)
    assert read(factories.fresh(version)).answers == {"S1-01": "By hand"}
    stored = Answer.objects.get(version=version)
    take(cast, version, **{"base_S1-01": str(stored.pk)})
    assert read(factories.fresh(version)).answers == {"S1-01": "From the file"}


def test_what_locked_meanwhile_is_not_taken_and_not_lost(cast, version, forms):
    send(cast, version, fill(forms["agreement"], {"S1-01": "From the file"}))
    factories.take("submit", version, cast)
    take(cast, version)
    assert read(factories.fresh(version)).answers["S1-01"] != "From the file"
    assert WordImport.objects.get().answers == {"S1-01": "From the file"}


def test_an_answer_to_a_question_that_newer_questions_leave_out_is_told_as_left_over(cast, version, forms):
    send(cast, version, fill(forms["agreement"], {"S1-01": "From the file", "S1-09": "Anyone who can come."}))
    newer = published("agreement", cast.cjvsf, lambda draft: retire(draft, "S1-09", cast.cjvsf))
    move_to_newer_sets(factories.fresh(version), by=cast.contributor, seen=[newer.sha256])
    address = reverse("word_import", args=[version.agreement.reference])
    response = signed_in(cast.contributor).get(address)
    assert [offer.question.id for offer in response.context["offers"]] == ["S1-01"]
    page = response.content.decode().partition("What has no place yet")[2]
    assert [words in page for words in ("S1-09", "Anyone who can come.", importing.LEFT_OUT)] == [True] * 3
    assert markup.faults(response.content.decode().split("<main")[1]) == []
    assert take(cast, version).context["take_form"].errors.keys() == {"questions"}
    take(cast, version, questions=["S1-01"])
    assert read(factories.fresh(version)).answers == {"S1-01": "From the file"}
    signed_in(cast.contributor).post(reverse("word_settle", args=[version.agreement.reference]))
    assert WordImport.objects.count() == 0


def test_strangers_find_nothing_and_readers_are_refused(cast, forms):
    version = factories.bring_to("with prison", cast)
    reader = factories.hold(factories.post(factories.Role.READER, cast.prison))
    send(cast, version, fill(forms["agreement"], {"S1-01": "Ours alone"}))
    address = reverse("word_import", args=[version.agreement.reference])
    assert signed_in(cast.stranger).get(address).status_code == 404
    assert signed_in(reader).get(address).status_code == 403
    hoo = signed_in(cast.hoo)
    assert "Ours alone" not in hoo.get(address).content.decode()
    assert hoo.post(reverse("word_take", args=[version.agreement.reference])).status_code == 404


# Files that can't be read, or shouldn't be


def entity(content: bytes) -> bytes:
    text = part(content).replace(
        b"<w:document", b'<!DOCTYPE w:document [<!ENTITY x SYSTEM "file:///etc/hostname">]><w:document', 1
    )
    return with_part(content, CONTENT, text)


REFUSED = {
    "locked": lambda content: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
    "no archive": lambda content: b"Just some text",
    "cut short": lambda content: content[: len(content) // 2],
    "broken inside": lambda content: with_part(content, CONTENT, part(content)[:-200]),
    "a bomb": lambda content: with_part(content, "word/media/image1.png", bytes(60 * 1024 * 1024)),
    "an entity": entity,
    "macros": lambda content: with_part(content, "word/vbaProject.bin", b"Sub Auto()"),
    "a path": lambda content: with_part(content, "../../outside.txt", b"Words"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_not_read_gets_a_sentence_and_changes_nothing(cast, version, forms, name):
    content = REFUSED[name](fill(forms["agreement"], {"S1-01": "Words"}))
    response = send(cast, version, content)
    assert response.status_code == 200
    assert len(response.context["form"].errors["file"]) == 1
    assert (WordImport.objects.count(), Answer.objects.count()) == (0, 0)


def test_without_the_guards_a_hostile_file_is_read(cast, version, forms):
    """The twin: what the tests above refuse is let in once the guard is gone."""
    written = fill(forms["agreement"], {"S1-01": "Words"})
    with mock.patch.object(filled, "_refuse_strange_names"):
        assert send(cast, version, REFUSED["a path"](written)).status_code == 302
    WordImport.objects.all().delete()
    with mock.patch.object(filled, "_refuse_a_document_type"):
        assert send(cast, version, REFUSED["an entity"](written)).status_code == 302
    WordImport.objects.all().delete()
    with mock.patch("portal.foundation.uploads.check"):
        assert send(cast, version, REFUSED["macros"](written)).status_code == 302
    WordImport.objects.all().delete()
    with mock.patch("portal.foundation.uploads.check"):
        assert send(cast, version, REFUSED["a bomb"](written)).status_code == 302


def test_a_file_with_a_password_is_told_apart_from_a_damaged_one(cast, version, monkeypatch):
    locked = REFUSED["locked"](b"")
    assert send(cast, version, locked).context["form"].errors["file"] == [filled.LOCKED]
    monkeypatch.setattr(filled, "LEGACY", b"something else")
    assert send(cast, version, locked).context["form"].errors["file"] != [filled.LOCKED]


def test_an_entity_is_never_followed_even_without_the_guard(cast, version, forms):
    text = part(entity(forms["agreement"])).replace(b"Write here", b"&x;", 1)
    with mock.patch.object(filled, "_refuse_a_document_type"):
        send(cast, version, with_part(forms["agreement"], CONTENT, text))
    assert (WordImport.objects.get().answers, WordImport.objects.get().left) == ({}, [])


def test_no_more_is_unpacked_than_a_form_can_hold(cast, version, forms, monkeypatch):
    monkeypatch.setattr(filled, "LARGEST_PART", 1000)
    response = send(cast, version, forms["agreement"])
    assert response.context["form"].errors["file"] == [filled.TOO_LONG]
