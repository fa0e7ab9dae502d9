"""One seal per file: it says that nothing was changed, and the standards still hold under it."""

import stat
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from random import Random

import page
import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec

from portal.foundation import pdf, seal

HERE = Path(__file__).parent
PASSPHRASE = "a passphrase for tests"
SEALED_AT = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
REASON = "Signed by Example Charity and Example Prison (both sides)"
WORDS = '<!doctype html><html lang="en-GB"><head><title>{title}</title></head><body><h1>Agreement</h1></body></html>'


@pytest.fixture(scope="module")
def sealer(tmp_path_factory) -> seal.Sealer:
    return _new_sealer(tmp_path_factory.mktemp("key") / "seal.p12")


@pytest.fixture(scope="module")
def another_sealer(tmp_path_factory) -> seal.Sealer:
    return _new_sealer(tmp_path_factory.mktemp("key") / "seal.p12")


def _new_sealer(path: Path) -> seal.Sealer:
    seal.make_demo_key(path, passphrase=PASSPHRASE)
    return seal.load(path, PASSPHRASE)


@pytest.fixture(scope="module")
def unsealed() -> bytes:
    html = (HERE / "representative.html").read_text()
    return pdf.from_html(html, attachments={"agreement.json": b"{}"})


@pytest.fixture(scope="module")
def sealed(unsealed, sealer) -> bytes:
    return seal.seal(unsealed, sealer=sealer, reason=REASON, at=SEALED_AT)


def failures_of(content: bytes, profile: page.ValidationProfile) -> list[str]:
    return [failure.message for failure in page.validate_pdf_bytes(content, profile=profile).failures]


# A genuine file


def test_a_sealed_file_is_genuine_and_says_when_and_by_which_certificate(sealed, sealer):
    assert seal.check(sealed, trusted=[sealer.certificate]) == seal.SealReport(
        sealed=True,
        intact=True,
        ours=True,
        covers_whole_file=True,
        sealed_at=SEALED_AT,
        certificate_fingerprint=seal.fingerprint(sealer),
    )
    assert seal.check(sealed, trusted=[sealer.certificate]).genuine


def test_a_file_sealed_by_an_earlier_release_is_still_genuine():
    certificate = (HERE / "sealed_in_2026.pem").read_bytes()

    assert seal.check((HERE / "sealed_in_2026.pdf").read_bytes(), trusted=[certificate]).genuine


def test_a_file_without_a_seal_is_not_genuine(unsealed, sealer):
    assert seal.check(unsealed, trusted=[sealer.certificate]) == seal.SealReport()


def test_a_seal_by_another_key_is_intact_but_not_ours(sealed, another_sealer):
    report = seal.check(sealed, trusted=[another_sealer.certificate])

    assert (report.sealed, report.intact, report.ours, report.genuine) == (True, True, False, False)


def test_an_old_file_stays_genuine_after_the_key_is_replaced(sealed, sealer, another_sealer, tmp_path):
    (tmp_path / "until-2026.pem").write_bytes(sealer.certificate)
    (tmp_path / "seal.pem").write_bytes(another_sealer.certificate)

    assert seal.check(sealed, trusted=seal.known_certificates(tmp_path)).genuine


def test_words_that_look_like_a_seal_do_not_hide_the_seal(sealer):
    printed = pdf.from_html(WORDS.format(title="/Contents &lt;00&gt; /ByteRange [0 10 20 30]"))
    assert b"/ByteRange" in printed

    content = seal.seal(printed, sealer=sealer, reason="/ByteRange [0 1 2 3]", at=SEALED_AT)
    assert seal.check(content, trusted=[sealer.certificate]).genuine


# The file under the seal


@pytest.mark.parametrize("profile", [page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1])
def test_a_sealed_file_still_meets_both_standards_with_no_failure(sealed, profile):
    assert failures_of(sealed, profile) == []


def test_sealing_only_adds_to_the_file(unsealed, sealed):
    assert sealed.startswith(unsealed)
    assert sealed[len(unsealed) :].count(b"/Metadata") == 1
    assert b"/Version" not in sealed[len(unsealed) :]
    with pikepdf.open(BytesIO(unsealed)) as before, pikepdf.open(BytesIO(sealed)) as after:
        assert after.Root.Metadata.read_bytes() == before.Root.Metadata.read_bytes()
        assert dict(after.docinfo) == dict(before.docinfo)


def test_the_seal_is_an_invisible_field_with_a_readable_name_that_prints(sealed):
    with pikepdf.open(BytesIO(sealed)) as document:
        [field] = document.Root.AcroForm.Fields

        assert (str(field.T), str(field.TU)) == (seal.FIELD_NAME, seal.FIELD_NAME)
        assert field.F & 0b100111 == 0b100
        assert field.Rect[0] == field.Rect[2] < 0
        assert {str(sheet.Tabs) for sheet in document.pages} == {"/S"}


def test_the_seal_is_pades_dated_reasoned_and_forbids_every_change(sealed):
    with pikepdf.open(BytesIO(sealed)) as document:
        signature = document.Root.Perms.DocMDP

        assert signature.SubFilter == "/ETSI.CAdES.detached"
        assert signature.M == "D:20261121104200Z"
        assert signature.Reason == REASON
        assert signature.Reference[0].TransformParams.P == 1


def test_a_second_seal_is_refused(sealed, another_sealer):
    with pytest.raises(seal.AlreadySealed):
        seal.seal(sealed, sealer=another_sealer, reason=REASON, at=SEALED_AT)


def test_twin_without_the_print_flag_the_seal_would_break_pdf_a(unsealed, sealer, monkeypatch):
    hidden = SigFieldSpec(seal.FIELD_NAME, invis_sig_settings=InvisSigSettings(set_print_flag=False))
    monkeypatch.setattr(seal, "SEAL_FIELD", hidden)

    content = seal.seal(unsealed, sealer=sealer, reason=REASON, at=SEALED_AT)
    assert failures_of(content, page.ValidationProfile.PDF_A_3A) != []


def test_twin_inside_the_page_and_without_a_name_the_seal_would_break_pdf_ua(unsealed, sealer, monkeypatch):
    monkeypatch.setattr(seal, "SEAL_FIELD", SigFieldSpec(seal.FIELD_NAME))

    content = seal.seal(unsealed, sealer=sealer, reason=REASON, at=SEALED_AT)
    assert failures_of(content, page.ValidationProfile.PDF_UA_1) != []


def test_twin_pyhanko_left_to_itself_would_rewrite_the_metadata(unsealed, sealer, monkeypatch):
    monkeypatch.setattr(seal, "_Writer", IncrementalPdfFileWriter)

    content = seal.seal(unsealed, sealer=sealer, reason=REASON, at=SEALED_AT)
    with pikepdf.open(BytesIO(unsealed)) as before, pikepdf.open(BytesIO(content)) as after:
        assert after.Root.Metadata.read_bytes() != before.Root.Metadata.read_bytes()


# A changed file


def _flipped(content: bytes, position: int) -> bytes:
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]


def test_one_flipped_byte_anywhere_in_the_file_is_noticed(sealed, sealer):
    positions = Random(2026).sample(range(len(sealed)), 200)
    unnoticed = [at for at in positions if seal.check(_flipped(sealed, at), trusted=[sealer.certificate]).genuine]

    assert unnoticed == []


def test_one_flipped_byte_in_the_seal_itself_is_noticed(sealed, sealer):
    start = sealed.rindex(b"/Contents <") + 10
    positions = range(start, sealed.index(b">", start) + 1, 7)
    unnoticed = [at for at in positions if seal.check(_flipped(sealed, at), trusted=[sealer.certificate]).genuine]

    assert len(positions) > 500
    assert unnoticed == []


def test_the_report_of_a_flipped_byte_says_that_the_seal_is_ours_and_broken(sealed, sealer):
    report = seal.check(_flipped(sealed, 2000), trusted=[sealer.certificate])

    assert (report.sealed, report.ours, report.intact, report.sealed_at) == (True, True, False, None)


def test_a_change_added_after_the_seal_is_not_covered_by_it(sealed, sealer):
    writer = IncrementalPdfFileWriter(BytesIO(sealed))
    writer.root["/Lang"] = generic.pdf_string("fr")
    writer.update_root()
    changed = BytesIO()
    writer.write(changed)
    report = seal.check(changed.getvalue(), trusted=[sealer.certificate])

    assert (report.sealed, report.ours, report.covers_whole_file, report.genuine) == (True, True, False, False)


@pytest.mark.parametrize("added", [b"\n", b"\0", b"%%EOF\n"])
def test_a_single_byte_added_at_the_end_is_noticed(sealed, sealer, added):
    assert not seal.check(sealed + added, trusted=[sealer.certificate]).genuine


def test_a_byte_taken_from_the_end_is_noticed(sealed, sealer):
    assert not seal.check(sealed[:-1], trusted=[sealer.certificate]).genuine


def test_words_hidden_in_the_room_kept_for_the_seal_are_noticed(sealed, sealer):
    end = sealed.index(b"0>", sealed.rindex(b"/Contents <"))
    hidden = b"48494444454e"

    assert not seal.check(sealed[: end - 12] + hidden + sealed[end:], trusted=[sealer.certificate]).genuine


# Hostile files


def _locked(content: bytes) -> bytes:
    locked = BytesIO()
    with pikepdf.open(BytesIO(content)) as document:
        document.save(locked, encryption=pikepdf.Encryption(owner="owner", user="user"))
    return locked.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7",
        b"not a PDF at all",
        b"PK\x03\x04" * 100,
        b"/ByteRange [0 1 2 3]",
        b"/ByteRange [0 999999999 999999999 999999999]",
        b"/ByteRange [0 5 1 9]",
        b"/ByteRange[0 0 0 0]" * 200_000,
        b"/Contents <" + b"30" * 100 + b">/ByteRange [0 10 212 30]",
        b"/Contents <" + b"3080" * 5000 + b">/ByteRange [0 10 20012 30]",
        b"/Contents <" + b"A0841FFFFFFF" * 900 + b">/ByteRange [0 10 10812 30]",
        b"[" * 100_000,
    ],
    ids=lambda content: repr(content[:24]),
)
def test_rubbish_has_no_seal_and_raises_nothing(content, sealer):
    assert seal.check(content, trusted=[sealer.certificate]) == seal.SealReport()


def test_a_sealed_file_cut_anywhere_raises_nothing_and_is_not_genuine(sealed, sealer):
    cuts = Random(2026).sample(range(len(sealed)), 60)

    assert not any(seal.check(sealed[:cut], trusted=[sealer.certificate]).genuine for cut in cuts)
    assert not any(seal.check(sealed[cut:], trusted=[sealer.certificate]).genuine for cut in cuts if cut)


def test_a_locked_file_raises_nothing_and_is_not_genuine(sealed, unsealed, sealer):
    assert not seal.check(_locked(sealed), trusted=[sealer.certificate]).genuine
    assert seal.check(_locked(unsealed), trusted=[sealer.certificate]) == seal.SealReport()


def test_a_file_larger_than_the_limit_is_not_even_looked_at(sealed, sealer):
    padded = sealed + b"\0" * (seal.LARGEST_FILE - len(sealed))
    assert seal.check(padded, trusted=[sealer.certificate]).ours

    assert seal.check(padded + b"\0", trusted=[sealer.certificate]) == seal.SealReport()


def test_a_strangers_file_is_never_parsed_as_a_pdf(sealed, another_sealer, monkeypatch):
    monkeypatch.setattr(seal, "PdfFileReader", lambda *args: pytest.fail("parsed"))

    assert seal.check(sealed, trusted=[another_sealer.certificate]).sealed


# Keys


def test_the_demonstration_key_can_be_read_by_its_owner_only(tmp_path):
    key = tmp_path / "seal.p12"
    seal.make_demo_key(key, passphrase=PASSPHRASE)

    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert seal.known_certificates(tmp_path) == [seal.load(key, PASSPHRASE).certificate]


def test_the_demonstration_certificate_says_what_it_is_and_lasts_ten_years(sealer):
    certificate = sealer.signing_cert

    assert certificate.subject.native == {"common_name": "Partnership Agreements portal (demonstration seal)"}
    assert 3652 <= (certificate.not_valid_after - certificate.not_valid_before).days <= 3653
    assert certificate.key_usage_value.native == {"digital_signature", "non_repudiation"}


def test_a_key_that_is_there_already_is_never_replaced(tmp_path):
    key = tmp_path / "seal.p12"
    key.write_bytes(b"a key in use")

    with pytest.raises(FileExistsError):
        seal.make_demo_key(key, passphrase=PASSPHRASE)
    assert key.read_bytes() == b"a key in use"


def test_a_wrong_passphrase_or_file_is_explained_by_the_settings_to_look_at(tmp_path):
    seal.make_demo_key(tmp_path / "seal.p12", passphrase=PASSPHRASE)

    for name, passphrase in (("seal.p12", "wrong"), ("missing.p12", PASSPHRASE), ("seal.pem", PASSPHRASE)):
        with pytest.raises(seal.KeyUnreadable, match=r"SEAL_KEY_FILE .* SEAL_KEY_PASSPHRASE"):
            seal.load(tmp_path / name, passphrase)


def test_a_key_that_would_take_the_file_out_of_pdf_a_is_refused(tmp_path):
    key = tmp_path / "curve.p12"
    lock = BestAvailableEncryption(PASSPHRASE.encode())
    curve = ec.generate_private_key(ec.SECP256R1())
    certificate = seal._self_made_certificate(curve)
    key.write_bytes(pkcs12.serialize_key_and_certificates(b"curve", curve, certificate, None, lock))

    with pytest.raises(seal.KeyUnreadable, match="RSA"):
        seal.load(key, PASSPHRASE)


def test_a_file_that_is_no_certificate_among_the_known_ones_is_named(tmp_path):
    (tmp_path / "notes.pem").write_text("not a certificate")

    with pytest.raises(seal.KeyUnreadable, match=r"notes\.pem"):
        seal.known_certificates(tmp_path)
