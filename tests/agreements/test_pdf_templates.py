"""What comes out on paper: every answer, in order, in a file for archives and for screen readers."""

import datetime as dt
import itertools
import re
from html.parser import HTMLParser
from io import BytesIO

import page
import pypdf
import pytest
from django.template.loader import render_to_string

from agreements import certificate, documents
from agreements.models import Document, Signature, Version
from agreements.questions.shown import Items, Nothing, Pairs, Shown, Table, Words
from agreements.reading import read
from portal.foundation import clock, pdf
from portal.foundation.models import Notification
from tests import factories
from tests.agreements import full

pytestmark = pytest.mark.django_db


class Text(HTMLParser):
    """The text of a page, and its elements."""

    def __init__(self, markup: str):
        super().__init__()
        self.said: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        given = dict(attrs)
        if "id" in given:
            self.ids.append(given["id"])
        if given.get("href", "").startswith("#"):
            self.links.append(given["href"].removeprefix("#"))

    def handle_data(self, data):
        self.said.append(data)

    @property
    def text(self) -> str:
        return squeezed("".join(self.said))


def squeezed(text: str) -> str:
    """Without any space, because paper breaks lines where it must."""
    return "".join(text.split())


def pieces(shown: Shown) -> list[str]:
    match shown:
        case Words(paragraphs):
            return list(paragraphs)
        case Items(items):
            return list(items)
        case Pairs(pairs):
            return [piece for label, inner in pairs for piece in (label, *pieces(inner))]
        case Table(headings, rows):
            return [*headings, *(cell for row in rows for cell in row)]
        case Nothing():
            return []


@pytest.fixture
def version() -> Version:
    return full.version()


@pytest.fixture
def document(version) -> Document:
    return full.document(version)


def printed_questions(version: Version) -> list[tuple[str, str, Shown]]:
    """Every question that is printed with its answer, in the order of the form, but for the participants' form."""
    reading = read(version)
    return [
        (question.id, question.text, reading.shown(question))
        for definition in reading.definitions[:2]
        for section in definition.sections
        if section.home == "answers"
        for question in reading.asked_in(section)
        if question.type not in documents.KEPT_OUTSIDE_THE_WORDS
    ]


def test_every_answer_is_in_the_words_in_the_order_of_the_questions(version):
    words = Text(documents.words(read(version))).text
    questions = printed_questions(version)

    at = 0
    for question_id, text, shown in questions:
        for piece in (question_id, text, *pieces(shown)):
            found = words.find(squeezed(piece), at)
            assert found >= 0, f"{question_id}: {piece!r} is missing, or not in its place"
            at = found
    assert len(questions) > 100


def test_the_blank_consent_form_has_every_answer_that_it_is_made_of(version):
    reading = read(version)
    words = Text(documents.words(reading)).text
    form = words[words.rindex("AnnexB:Consentform") :]

    for question in reading.definitions[2].questions.values():
        assert f"{question.id}" in form
        shown = reading.shown(question)
        # A list of rows is printed without its column heading: the part of the form has a heading of its own.
        for piece in [cell for row in shown.rows for cell in row] if isinstance(shown, Table) else pieces(shown):
            assert squeezed(piece) in form


def test_every_agreed_action_is_a_row_with_its_headings(version):
    words = documents.words(read(version))
    table = words[words.index("What has been agreed, whose") :]

    assert table[: table.index("</table>")].count('<th scope="row"') == 2
    assert squeezed(f"Action 2 {full.HOSTILE}") in Text(table).text


def test_hostile_text_stays_text(document):
    markup = certificate.final_page(document, seal_fingerprint="0" * 64)
    parsed = Text(markup)

    assert "script" not in parsed.tags
    assert "b" not in parsed.tags
    assert squeezed(full.HOSTILE) in parsed.text


def test_headings_go_down_one_level_at_a_time(document):
    tags = Text(certificate.final_page(document, seal_fingerprint="0" * 64)).tags
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]

    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))


def test_every_link_of_the_contents_leads_somewhere_and_no_id_is_used_twice(document):
    parsed = Text(certificate.final_page(document, seal_fingerprint="0" * 64))

    assert set(parsed.links) <= set(parsed.ids)
    assert len(parsed.ids) == len(set(parsed.ids))
    assert {"section-S1", "section-ACT", "annex-a", "annex-b", "certificate"} <= set(parsed.links)


def test_the_final_pdf_meets_both_standards_and_is_read_in_the_order_of_the_questions(document):
    attached = {"agreement.json": documents.as_bytes(certificate.final_data(document))}
    made = pdf.from_html(certificate.final_page(document, seal_fingerprint="0" * 64), attachments=attached)

    for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
        assert [failure.message for failure in page.validate_pdf_bytes(made, profile=profile).failures] == []
    text = squeezed(" ".join(sheet.extract_text() for sheet in pypdf.PdfReader(BytesIO(made)).pages))

    at = text.index("Whoagreeswhat")
    for question_id, _, _ in printed_questions(document.version):
        at = text.find(question_id, at)
        assert at >= 0, f"{question_id} is missing, or not in its place"


def test_the_same_words_are_the_same_to_the_byte_on_another_day(version):
    first = documents.words(read(version))

    with clock.set_to(clock.now() + dt.timedelta(days=40)):
        assert documents.words(read(factories.fresh(version))) == first


def test_the_words_depend_on_no_status(version):
    first = documents.words(read(version))
    Version.objects.filter(pk=version.pk).update(status="paused")

    assert documents.words(read(factories.fresh(version))) == first


def test_a_draft_says_that_it_is_under_development_and_proves_nothing(version):
    text = Text(documents.draft_page(read(version))).text

    assert "Underdevelopment" in text
    assert f"Version1,{squeezed(clock.say_day(clock.today()))}" in text
    assert "itprovesnothing" in text
    assert "Certificate" not in text
    assert "Finalagreedversion" not in text


PROVED = dt.datetime(2026, 2, 3, 9, 0, tzinfo=dt.UTC)


def test_the_certificate_names_who_when_how_and_which_words(version):
    document = full.document(version, email_verified_at=PROVED)
    markup = certificate.final_page(document, seal_fingerprint="0" * 64)
    text = Text(markup[markup.index('id="certificate"') :]).text
    partner, prison = document.signatures.order_by("side")
    expected = [
        document.sha256,
        document.code,
        f"Signatureof{squeezed(partner.name)},ChiefExecutive",
        f"Signatureof{squeezed(prison.name)}forHeadofOffenderOutcomes",
        "passwordandone-timecode",
        "127.0.0.1",
        partner.email,
        f"{PROVED:%H:%M:%S}UTC(09:00inLondon)Byalinkthatwassenttoit",
        f"Browser{squeezed(full.HOSTILE)}",
        "Isignthisagreement.",
        f"{partner.at:%H:%M:%S}UTC",
        "simpleelectronicsignaturewithatamper-evidentseal",
        "Itdoesn’tshowwhotheoperatoris",
        "/verify/",
    ]

    assert [piece for piece in expected if piece not in text] == []


EVIDENCE = {
    "name": "Somebody Else",
    "email": "else@example.org",
    "email_verified_at": PROVED,
    "post_title": "Another post",
    "party_name": "Another party",
    "side": "both",
    "as_deputy": True,
    "statement": "I sign something else.",
    "words_sha256": "e" * 64,
    "proved_by": "password and passkey",
    "signed_in_at": PROVED,
    "opened_at": PROVED,
    "at": PROVED,
    "network_address": "192.0.2.7",
    "browser": "Another browser",
}


@pytest.mark.parametrize("field", EVIDENCE)
def test_each_thing_that_is_kept_of_a_signature_is_printed(document, field):
    """So none can be changed in the database without contradicting the sealed file."""
    signature = document.signatures.first()
    before = certified(signature)
    setattr(signature, field, EVIDENCE[field])
    assert certified(signature) != before


def certified(signature: Signature) -> str:
    return render_to_string("pdf/_certificate.html", {"certificate": {"signatures": [signature]}})


def test_nothing_else_is_kept_of_a_signature():
    kept = {field.name for field in Signature._meta.concrete_fields}
    assert kept - set(EVIDENCE) == {"id", "document", "post", "by"}


def test_the_certificate_tells_every_step_and_how_many_people_its_mail_reached():
    cast = factories.Cast()
    found = factories.bring_to("for signature", cast)
    sent = found.changes.get(step="send-for-approval")
    mail = {"template": "your_turn", "sent_at": clock.now()}
    for number, more in enumerate(({}, {}, {"bounced_at": clock.now()}), start=1):
        key = f"step:{sent.pk}:establishment:1>user:{number}"
        Notification.objects.create(dedupe_key=key, addressee=f"user:{number}", **mail, **more)
    Notification.objects.filter(dedupe_key=f"step:{sent.pk}:establishment:{cast.prison.pk}").update(
        closed_at=clock.now()
    )
    told = [(label, party, mail) for _, label, party, mail in certificate.steps(found)]
    assert told[-2:] == [
        ("Send it for approval", cast.charity.name, "2 sent, 1 came back"),
        ("Approve", cast.prison.name, "2 waiting"),
    ]
    assert len(told) == found.changes.count()


def test_an_approval_by_a_deputy_says_for_whom(document):
    approval = document.version.approvals.get()

    text = Text(certificate.final_page(document, seal_fingerprint="0" * 64)).text

    assert f"Approvalby{squeezed(approval.by.name)}forHeadofOffenderOutcomes" in text


def test_the_form_is_named_after_what_the_consent_is_for(version):
    version.answers.filter(question_id="S3-29").update(value="participation")

    assert "Annex B: Agreement to take part" in documents.words(read(factories.fresh(version)))


def test_what_is_recorded_during_delivery_is_not_called_unanswered(version):
    version.answers.filter(question_id="S5-05").update(value=None)

    words = documents.words(read(factories.fresh(version)))

    assert "Recorded while the service runs" in words


def test_without_shared_information_there_are_no_annexes(version):
    version.answers.filter(question_id="S3-27").update(value="no")

    words = documents.words(read(factories.fresh(version)))

    assert "Annex" not in words
