"""What anyone may learn from a document or its code: whether it is genuine, who signed it, and whether it still holds.

Whoever asks holds the document, so the answer says nothing that isn't printed in it, but for what became of it since.
"""

import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from agreements.models import DRAFTED, LIVE, Document, Printing, Showing, Signature, SignedPaper, Status, Version
from portal.foundation import clock, references, seal

PREFIX = "PD"

CHANGED = "This file has been changed since it was sealed"
ADDED_TO = "Something has been added to this file since it was sealed"
NOT_OURS = "This isn’t a document that this portal has sealed"
ON_PAPER = "This is the scan of an agreement that was signed on paper"
UNKNOWN_CODE = "No signed document has this code"


@dataclass(frozen=True)
class Finding:
    """`headline` is the answer, `words` explain it. `document` is there only when the file or its code is known."""

    headline: str
    words: tuple[str, ...] = ()
    is_good: bool = False
    document: Document | None = None
    signatures: tuple[Signature, ...] = ()
    standing: str = ""
    sha256: str = ""
    sealed_at: str = ""
    is_public: bool = False


def of_file(content: bytes) -> Finding:
    """Judge a file by its bytes: those of our own printings are known, and a seal shows what was changed."""
    sha256 = hashlib.sha256(content).hexdigest()
    report = seal.check(content, trusted=seal.known_certificates(settings.SEAL_KNOWN_CERTIFICATES))
    printing = Printing.objects.filter(sha256=sha256).select_related("document", "version__agreement").first()
    if printing and printing.kind == Printing.Kind.DRAFT:
        return _draft(printing)
    if paper := SignedPaper.objects.filter(scan__sha256=sha256).select_related("version__agreement").first():
        return _on_paper(paper, sha256)
    if not report.genuine:
        return _not_genuine(content, report)
    sealed_at = clock.say_moment(report.sealed_at) if report.sealed_at else ""
    if printing and printing.kind == Printing.Kind.LETTER:
        return _letter(printing, sealed_at)
    if printing is None:
        words = (
            "The seal is this portal’s and is intact, but the portal no longer holds the document. Ask the operator.",
        )
        return Finding("The seal is intact, but the document isn’t known", words, sha256=sha256, sealed_at=sealed_at)
    return _known("This document is genuine", printing.document, sha256=sha256, sealed_at=sealed_at)


def of_code(typed: str) -> Finding:
    """Find a signed document by its code. A code that can't be one, and one that nobody has, get the same answer."""
    code = references.read(_letters(typed), PREFIX)
    final = Document.objects.filter(printings__kind=Printing.Kind.FINAL, code=code)
    document = final.select_related("version__agreement").first() if code else None
    if document is None:
        return Finding(
            UNKNOWN_CODE, ("Check the code against the cover of the document. A copy under development has none.",)
        )
    advice = "Compare the names below with your copy. Only a check of the file shows that nothing in it was changed."
    return _known("There is a signed document with this code", document, advice)


def _letters(typed: str) -> str:
    """The code without what people add to it: case, spaces, dashes of any kind, and its first two letters or not."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    return letters.removeprefix(PREFIX) if len(letters) == len(PREFIX) + references.LENGTH + 1 else letters


def _known(headline: str, document: Document, *words: str, **found: str) -> Finding:
    signatures = tuple(document.signatures.all())
    standing = standing_of(document.version)
    is_public = Showing.objects.agreements().filter(pk=document.version.agreement_id).exists()
    return Finding(headline, words, True, document, signatures, standing, is_public=is_public, **found)


def _draft(printing: Printing) -> Finding:
    version, made = printing.version, clock.say_moment(printing.asked_at)
    words = (
        f"It is a copy of {version.agreement.reference}, version {version.number}, asked for on {made}.",
        "It isn’t sealed and nobody has signed it, so it proves nothing.",
    )
    headline = "This is a copy of an agreement under development"
    return Finding(headline, words, standing=standing_of(version), sha256=printing.sha256)


def _letter(printing: Printing, sealed_at: str) -> Finding:
    """A letter of support says what was so on its day; the answer says whether it still is."""
    version = printing.version
    supports = version.status == Status.SUPPORTED
    standing = "The prison still supports the outline." if supports else standing_of(version)
    words = (f"It is about {version.agreement.reference}. It isn’t an agreement.",)
    return Finding("This letter of support is genuine", words, True, None, (), standing, printing.sha256, sealed_at)


def _on_paper(paper: SignedPaper, sha256: str) -> Finding:
    """The same file that CJVSF took in: the portal can say no more of the signatures on it."""
    words = (
        f"It is the scan of {paper.version.agreement.reference} that was taken in on {clock.say_day(paper.at)}.",
        f"It was signed on paper on {clock.say_day(paper.signed_on)}. The portal hasn’t sealed it, and vouches for no "
        "signature on it.",
    )
    return Finding(ON_PAPER, words, standing=standing_of(paper.version), sha256=sha256)


def _not_genuine(content: bytes, report: seal.SealReport) -> Finding:
    if report.ours and report.intact:
        return Finding(ADDED_TO, ("Don’t rely on it. Ask whoever signed it for the file as it was sealed.",))
    if report.ours:
        return Finding(CHANGED, ("Don’t rely on it. Ask whoever signed it for the file as it was sealed.",))
    if report.sealed:
        return Finding(NOT_OURS, ("It bears a seal, but not one of this portal’s.",))
    if not content.startswith(b"%PDF-"):
        return Finding(NOT_OURS, ("It isn’t a PDF. Choose the PDF of the signed agreement.",))
    words = "It bears no seal that can be read. If it was given to you as a signed agreement, it has been changed."
    return Finding(NOT_OURS, (words,))


def standing_of(version: Version) -> str:
    """What became of a version, in a sentence."""
    since = clock.say_day(timezone.localdate(version.status_since))
    if version.status in DRAFTED:
        return "The agreement is still under development."
    if version.status == Status.PAUSED:
        return f"It is in force, but has been paused since {since}."
    if version.status in LIVE:
        return f"It has been in force since {since}."
    if version.status == Status.OVERTAKEN:
        return f"It was overtaken by version {_next_number(version)} on {since}."
    return f"It {ENDINGS[Status(version.status)]} on {since}."


ENDINGS = {
    Status.ENDED: "ended",
    Status.DECLINED: "was declined",
    Status.WITHDRAWN: "was withdrawn",
    Status.LAPSED: "lapsed",
}


def _next_number(version: Version) -> int:
    """The version that took its place; only one that came into force can have."""
    later = version.agreement.versions.filter(number__gt=version.number, documents__printings__kind=Printing.Kind.FINAL)
    return later.order_by("number").values_list("number", flat=True).first() or version.number + 1
