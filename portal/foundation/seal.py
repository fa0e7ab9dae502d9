"""One tamper-evident seal on a finished PDF, and the check that anyone may ask for. The only file that knows pyHanko.

The check never parses a stranger's PDF. It finds the seal, verifies it over the bytes, and only opens a file that
has turned out to be our own work.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from itertools import islice
from pathlib import Path

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko_certvalidator.registry import SimpleCertificateStore

from portal.foundation import clock

FIELD_NAME = "Seal of the Partnership Agreements portal"
DEMO_SUBJECT = "Partnership Agreements portal (demonstration seal)"
LARGEST_FILE = 20 * 1024 * 1024
MOST_SEALS_READ = 8

SEALS_ONLY = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
# Print flag for PDF/A; outside the page, or PDF/UA would want the empty box in the reading order.
SEAL_FIELD = SigFieldSpec(
    FIELD_NAME,
    readable_field_name=FIELD_NAME,
    invis_sig_settings=InvisSigSettings(set_print_flag=True, box_out_of_bounds=True),
)

BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})\s*\]")
HELD_SEAL = re.compile(rb"<((?:[0-9A-F]{2}){64,65536})>")


class AlreadySealed(ValueError):
    """A second seal would break PDF/A, so there is one per file."""


class KeyUnreadable(ValueError):
    """The seal's key file or its passphrase is wrong."""


class Sealer(Signer):
    """A key and its certificates, ready to seal: load it once per process.

    pyHanko's own signer checks the key again at each use, which takes longer than a page of the document. Only RSA:
    a seal by an elliptic curve would call the file PDF 2.0, which PDF/A-3 doesn't know.
    """

    def __init__(self, bundle: pkcs12.PKCS12KeyAndCertificates):
        if not isinstance(bundle.key, rsa.RSAPrivateKey) or not bundle.cert:
            raise ValueError("There must be an RSA key and its certificate")
        chain = SimpleCertificateStore.from_certs(_as_asn1(held) for held in bundle.additional_certs)
        super().__init__(signing_cert=_as_asn1(bundle.cert), cert_registry=chain)
        self.key = bundle.key
        self.certificate = bundle.cert.certificate.public_bytes(Encoding.PEM)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def _as_asn1(held: pkcs12.PKCS12Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(held.certificate.public_bytes(Encoding.DER))


@dataclass(frozen=True)
class SealReport:
    """What the bytes say. A file is genuine only when all four answers are yes."""

    sealed: bool = False
    intact: bool = False
    ours: bool = False
    covers_whole_file: bool = False
    sealed_at: datetime | None = None
    certificate_fingerprint: str = ""

    @property
    def genuine(self) -> bool:
        return self.sealed and self.intact and self.ours and self.covers_whole_file


def make_demo_key(path: Path, *, passphrase: str) -> None:
    """Write a self-made key that lasts ten years, and its certificate beside it (.pem).

    An existing key is never replaced (FileExistsError).
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    certificate = _self_made_certificate(key)
    lock = BestAvailableEncryption(passphrase.encode())
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(pkcs12.serialize_key_and_certificates(FIELD_NAME.encode(), key, certificate, None, lock))
    path.with_suffix(".pem").write_bytes(certificate.public_bytes(Encoding.PEM))


def _self_made_certificate(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, DEMO_SUBJECT)])
    now = clock.now()
    return (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=3653))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(SEALS_ONLY, critical=True)
        .sign(key, hashes.SHA256())
    )


def load(path: Path, passphrase: str) -> Sealer:
    """Read a PKCS#12 file; what is wrong with it is said in a sentence (KeyUnreadable)."""
    try:
        return Sealer(pkcs12.load_pkcs12(path.read_bytes(), passphrase.encode()))
    except (OSError, ValueError) as error:
        raise KeyUnreadable(
            f"The seal's key {path} can't be read. Check that SEAL_KEY_FILE names a PKCS#12 file that this account can "
            "read, with an RSA key and its certificate inside, and that SEAL_KEY_PASSPHRASE is its passphrase."
        ) from error


def known_certificates(folder: Path) -> list[bytes]:
    """Every certificate (.pem) that this portal seals with or has sealed with: what `check` trusts."""
    return [_readable_certificate(path) for path in sorted(folder.glob("*.pem"))]


def _readable_certificate(path: Path) -> bytes:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(Encoding.PEM)
    except (OSError, ValueError) as error:
        advice = "Mend it, or take it out of the folder that SEAL_KNOWN_CERTIFICATES names."
        raise KeyUnreadable(f"{path} isn't a certificate in PEM. {advice}") from error


def fingerprint(sealer: Sealer) -> str:
    """SHA-256 of the certificate, as printed on the certificate page."""
    return _fingerprint_of_pem(sealer.certificate)


def seal(pdf: bytes, *, sealer: Sealer, reason: str, at: datetime) -> bytes:
    """Add one invisible PAdES B-B seal that allows no change after it; the pages and the metadata stay as they are."""
    writer = _Writer(BytesIO(pdf))
    if writer.prev.embedded_signatures:
        raise AlreadySealed("This PDF has a seal already.")
    meta = PdfSignatureMetadata(
        field_name=FIELD_NAME,
        reason=reason,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    signer = _DatedSigner(meta, sealer, new_field_spec=SEAL_FIELD)
    signer.at = at
    # pyHanko starts an event loop, which a thread that has one already refuses. A new thread has none.
    with ThreadPoolExecutor(max_workers=1) as alone:
        return alone.submit(signer.sign_pdf, writer).result().getvalue()


class _Writer(IncrementalPdfFileWriter):
    def _update_meta(self) -> None:
        """Leave the metadata alone: rewritten, it would lose what PDF/A and PDF/UA ask of it."""


class _DatedSigner(PdfSigner):
    """Dates the seal by the portal's clock instead of the machine's."""

    at: datetime

    def init_signing_session(self, pdf_out, existing_fields_only=False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.at
        return session


def check(pdf: bytes, *, trusted: Iterable[bytes]) -> SealReport:
    """Say what the seal of any file proves, and never raise. For `trusted` see `known_certificates`."""
    if len(pdf) > LARGEST_FILE:
        return SealReport()
    known = {_fingerprint_of_pem(pem) for pem in trusted}
    return max(_reports(pdf, known), key=_weight, default=SealReport())


def _weight(report: SealReport) -> tuple[bool, bool, bool]:
    return report.genuine, report.ours, report.intact


def _reports(pdf: bytes, known: set[str]) -> Iterator[SealReport]:
    """One per seal found. There may be several: words can look like a seal, or a stranger has added one."""
    for found in islice(BYTE_RANGE.finditer(pdf), MOST_SEALS_READ):
        # Strangers choose these bytes, and each decoder below has its own exceptions for bytes it doesn't like.
        with suppress(Exception):
            yield _report(pdf, [int(offset) for offset in found.groups()], known)


def _report(pdf: bytes, offsets: list[int], known: set[str]) -> SealReport:
    start, end, length = offsets
    signed = _signed_data(_held_seal(pdf, start, end))
    certificate = extract_certificate_info(signed).signer_cert
    digest = hashlib.sha256(pdf[:start] + pdf[end : end + length]).digest()
    intact = all(validate_sig_integrity(signed["signer_infos"][0], certificate, "data", digest))
    ours = _sha256(certificate.dump()) in known
    return SealReport(
        sealed=True,
        intact=intact,
        ours=ours,
        covers_whole_file=end + length == len(pdf),
        sealed_at=_sealed_at(pdf[: end + length]) if ours and intact else None,
        certificate_fingerprint=_sha256(certificate.dump()),
    )


def _held_seal(pdf: bytes, start: int, end: int) -> bytes:
    held = HELD_SEAL.fullmatch(pdf, start, end)
    if not held or not pdf[max(start - 20, 0) : start].rstrip().endswith(b"/Contents"):
        raise ValueError("Not the place of a seal")
    return bytes.fromhex(held[1].decode())


def _signed_data(held: bytes) -> cms.SignedData:
    """The seal can't cover its own bytes, so they must be those that its covered parts give: nothing hides here."""
    signed = cms.ContentInfo.load(held)["content"]
    if _written_again(signed).ljust(len(held), b"\0") != held:
        raise ValueError("Not written the way this portal writes a seal")
    return signed


def _written_again(signed: cms.SignedData) -> bytes:
    signer, certificate = signed["signer_infos"][0], extract_certificate_info(signed).signer_cert
    issued = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    digest_algorithm = {"algorithm": "sha256"}
    signer_info = {
        "version": "v1",
        "sid": cms.SignerIdentifier("issuer_and_serial_number", issued),
        "digest_algorithm": digest_algorithm,
        "signed_attrs": signer["signed_attrs"],
        "signature_algorithm": signer["signature_algorithm"],
        "signature": signer["signature"],
    }
    content = {
        "version": "v1",
        "digest_algorithms": [digest_algorithm],
        "encap_content_info": {"content_type": "data"},
        "certificates": signed["certificates"],
        "signer_infos": [signer_info],
    }
    return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(content)}).dump()


def _sealed_at(pdf: bytes) -> datetime | None:
    return PdfFileReader(BytesIO(pdf)).embedded_signatures[0].self_reported_timestamp


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _fingerprint_of_pem(pem: bytes) -> str:
    return x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256()).hex()
