"""Anyone with a file or its code learns whether it is genuine and still in force, and nothing more."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from agreements import documents, tasks, verification
from agreements.models import Document, Printing, Status, Version
from portal.foundation import clock, pdf, references, seal
from tests import factories
from tests.agreements import full

pytestmark = pytest.mark.django_db
SMALL_PAGE = '<!doctype html><html lang="en-GB"><head><title>Words</title></head><body><h1>Words</h1></body></html>'


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    path = tmp_path_factory.mktemp("seal") / "seal.p12"
    seal.make_demo_key(path, passphrase="of a test")
    return path


@pytest.fixture(autouse=True)
def sealed_here(settings, key, tmp_path):
    settings.SEAL_KEY_FILE, settings.SEAL_KEY_PASSPHRASE = key, "of a test"
    settings.SEAL_KNOWN_CERTIFICATES, settings.MEDIA_ROOT = key.parent, tmp_path


@pytest.fixture
def document() -> Document:
    """Signed by both sides, in force, its final PDF small so that it is printed at once."""
    cast = factories.Cast()
    version = cast.start()
    Version.objects.filter(pk=version.pk).update(status=Status.IN_FORCE)
    return full.document(factories.fresh(version))


@pytest.fixture
def sealed(document) -> bytes:
    printing = documents.ask_for_final_pdf(document)
    Printing.objects.filter(pk=printing.pk).update(html=SMALL_PAGE)
    assert tasks.print_documents() == 1
    return Printing.objects.get(pk=printing.pk).file.read()


def sent(client, content: bytes, name: str = "agreement.pdf") -> str:
    return client.post("/verify/", {"file": SimpleUploadedFile(name, content), "code": ""}).content.decode()


def typed(client, code: str) -> str:
    return client.post("/verify/", {"code": code}).content.decode()


def test_a_genuine_file_is_said_to_be_genuine_signed_by_whom_and_in_force(client, sealed, document):
    page = sent(client, sealed)

    assert "This document is genuine" in page
    assert "It has been in force since" in page
    assert hashlib.sha256(sealed).hexdigest() in page
    for signature in document.signatures.all():
        assert signature.post_title in page
        assert signature.party_name in page
    assert "Signatory" in page
    assert "Deputy for the Head of Offender Outcomes" in page


def test_the_page_is_public_and_asks_before_it_answers(client):
    response = client.get("/verify/")

    assert response.status_code == 200
    assert "Please note" not in response.content.decode()


def test_one_flipped_byte_anywhere_is_noticed(sealed):
    for place in [*range(20, len(sealed), len(sealed) // 60), len(sealed) - 3]:
        changed = bytearray(sealed)
        changed[place] ^= 1
        finding = verification.of_file(bytes(changed))
        assert not finding.is_good, place
        assert finding.headline in (verification.CHANGED, verification.NOT_OURS), place
        assert finding.document is None


def test_a_flipped_byte_of_the_words_is_called_a_change(client, sealed):
    changed = bytearray(sealed)
    changed[len(sealed) // 10] ^= 1

    assert verification.CHANGED in sent(client, bytes(changed))


def test_what_is_appended_after_the_seal_is_noticed(client, sealed):
    assert verification.ADDED_TO in sent(client, sealed + b"\n%% one more line\n%%EOF\n")


def test_a_pdf_of_somebody_else_is_not_ours(client, sealed):
    page = sent(client, pdf.from_html(SMALL_PAGE))

    assert "This isn’t a document that this portal has sealed" in page
    assert "Signed by" not in page


def test_a_pdf_with_somebody_elses_seal_is_not_ours(client, tmp_path):
    seal.make_demo_key(tmp_path / "other.p12", passphrase="x")
    sealer = seal.load(tmp_path / "other.p12", "x")
    foreign = seal.seal(pdf.from_html(SMALL_PAGE), sealer=sealer, reason="Mine", at=clock.now())

    assert "It bears a seal, but not one of this portal’s" in sent(client, foreign)


@pytest.mark.parametrize("content", [b"x", b"\x00" * 1000, b"%PDF-1.7\n/ByteRange [0 1 2 3]", b"PK\x03\x04", b""])
def test_garbage_gets_a_sentence(client, content):
    page = sent(client, content)

    assert verification.NOT_OURS in page


def test_a_file_that_is_too_large_gets_a_sentence(client, monkeypatch):
    monkeypatch.setattr("agreements.forms.verifying.LARGEST_FILE", 10)

    assert "larger than 20 MB" in sent(client, b"x" * 11)


def test_nothing_given_gets_a_sentence(client):
    assert "Choose a PDF, or enter its code" in typed(client, "")


def test_a_sealed_file_that_the_portal_no_longer_holds_is_not_called_genuine(client, sealed):
    Printing.objects.update(sha256="0" * 64)

    page = sent(client, sealed)

    assert "the document isn’t known" in page
    assert "This document is genuine" not in page


def test_a_copy_under_development_is_known_but_proves_nothing(client, document):
    printing = documents.ask_for_draft_pdf(document.version)
    Printing.objects.filter(pk=printing.pk).update(html=SMALL_PAGE)
    tasks.print_documents()

    page = sent(client, Printing.objects.get(pk=printing.pk).file.read())

    assert "This is a copy of an agreement under development" in page
    assert "it proves nothing" in page
    assert "Signed by" not in page


def test_a_code_is_found_however_it_is_typed(client, sealed, document):
    code = document.code
    for spelled in (code, code.lower(), f" {code[:5]} {code[5:]} ", code[3:].lower(), code.replace("-", "–")):
        page = typed(client, spelled)
        assert "There is a signed document with this code" in page, spelled
        assert document.version.agreement.reference in page, spelled


def test_a_code_that_nobody_has_and_one_that_cannot_be_get_the_same_answer(client, sealed):
    free = references.new("PD")

    assert verification.of_code(free) == verification.of_code("PD-123") == verification.of_code("<script>")
    assert verification.UNKNOWN_CODE in typed(client, free)


def test_the_code_of_words_that_are_not_signed_yet_is_unknown(client, document):
    assert verification.UNKNOWN_CODE in typed(client, document.code)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (Status.IN_FORCE, "It has been in force since"),
        (Status.PAUSED, "It is in force, but has been paused since"),
        (Status.OVERTAKEN, "It was overtaken by version 2 on"),
        (Status.ENDED, "It ended on"),
        (Status.DECLINED, "It was declined on"),
        (Status.WITHDRAWN, "It was withdrawn on"),
        (Status.LAPSED, "It lapsed on"),
        (Status.FOR_SIGNATURE, "The agreement is still under development."),
    ],
)
def test_what_became_of_it_is_said(client, sealed, document, status, sentence):
    Version.objects.filter(pk=document.version_id).update(status=status)

    assert sentence in sent(client, sealed)
