"""Blank forms for anyone: printed once by the worker, kept under the fingerprint of the published words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.template.loader import render_to_string

from agreements.models import Kind, QuestionSet, Version
from agreements.paper import as_text, paper
from agreements.questions.shown import shown
from agreements.reading import options_for
from agreements.word import blank as word
from portal.foundation import pdf

KINDS = (Kind.AGREEMENT, Kind.REVIEW, Kind.SHARING, Kind.CONSENT)
STANDARD, LARGE_PRINT, WORD, TEXT = "standard", "large-print", "word", "text"
PRINTED = (STANDARD, LARGE_PRINT, WORD)
EDITIONS = {
    STANDARD: "standard print (PDF)",
    LARGE_PRINT: "large print (PDF)",
    WORD: "to fill in off-line (Word)",
    TEXT: "plain text",
}
ENDINGS = {TEXT: "txt", WORD: "docx"}
# What can be taken back into a draft when it was filled in.
FILLED_IN = (Kind.AGREEMENT, Kind.SHARING)


@dataclass(frozen=True)
class Blank:
    """One form in one edition."""

    words: QuestionSet
    edition: str

    @property
    def label(self) -> str:
        return EDITIONS[self.edition]

    @property
    def path(self) -> str:
        return f"blank-forms/{self.words.sha256}-{self.edition}.{self.ending}"

    @property
    def ending(self) -> str:
        return ENDINGS.get(self.edition, "pdf")

    @property
    def file_name(self) -> str:
        return f"blank-{self.words.kind}-form-{self.words.version}-{self.edition}.{self.ending}"

    @property
    def is_ready(self) -> bool:
        return self.edition == TEXT or default_storage.exists(self.path)


def newest(kind: str, edition: str) -> Blank | None:
    """The form of the newest published words, or None for one that isn't offered."""
    if kind not in KINDS or edition not in editions(kind):
        return None
    return Blank(QuestionSet.objects.newest(kind), edition)


def editions(kind: str) -> tuple[str, ...]:
    return tuple(edition for edition in EDITIONS if edition != WORD or kind in FILLED_IN)


def all_blanks() -> list[Blank]:
    sets = [QuestionSet.objects.defer("definition").newest(kind) for kind in KINDS]
    return [Blank(words, edition) for words in sets for edition in editions(words.kind)]


def make_all(*, again: bool = False) -> int:
    """Print every blank form that isn't there yet, or all of them again. How many were made."""
    return sum(make(blank) for blank in _printed() if again or not blank.is_ready)


def make_next() -> bool:
    """Print one blank form that isn't there yet: a worker goes back to its mail between two of them."""
    missing = next((blank for blank in _printed() if not blank.is_ready), None)
    return missing is not None and make(missing)


def _printed() -> Iterator["Blank"]:
    return (blank for blank in all_blanks() if blank.edition in PRINTED)


def make(blank: Blank) -> bool:
    """Storage never overwrites, so the old file goes first. Two workers at once: the second file is dropped."""
    made = _made(blank)
    default_storage.delete(blank.path)
    kept = default_storage.save(blank.path, ContentFile(made))
    if kept != blank.path:
        default_storage.delete(kept)
    return kept == blank.path


def printed_lines(version: Version) -> set[str]:
    """What the Word forms for this version print, of any edition of its questions: people fill in older forms too."""
    kinds = {row.kind for row in version.sets}
    return set().union(*(word.printed(row.words) for row in QuestionSet.objects.published().filter(kind__in=kinds)))


def _made(blank: Blank) -> bytes:
    if blank.edition == WORD:
        return word.made(blank.words.words, options_for(None))
    return pdf.from_html(page(blank), large_print=blank.edition == LARGE_PRINT)


def page(blank: Blank) -> str:
    """The whole page of a blank form. The consent form is the one that people who take part read and sign."""
    words = blank.words
    if words.kind == Kind.CONSENT:
        return render_to_string("pdf/consent_form.html", consent(words))
    context = {"set": words, "definition": words.words, "sections": list(_sections(words))}
    return render_to_string("pdf/blank_form.html", context | {"stacked": blank.edition == LARGE_PRINT})


def consent(words: QuestionSet) -> dict[str, Any]:
    """What the templates of the consent form ask for, with nothing filled in."""
    sections = words.words.sections
    return {
        "set": words,
        "consent": [
            {"section": section, "questions": [(question, shown(question, None, {})) for question in section.questions]}
            for section in sections
        ],
    }


def text(words: QuestionSet) -> str:
    if words.kind == Kind.CONSENT:
        return render_to_string("pdf/consent_form.txt", consent(words))
    return as_text(words.words, options_for(None))


def _sections(words: QuestionSet) -> Iterator[dict[str, Any]]:
    lookup = options_for(None)
    for section in words.words.sections:
        questions = [(question, paper(question, lookup)) for question in section.questions]
        yield {"section": section, "questions": questions}
