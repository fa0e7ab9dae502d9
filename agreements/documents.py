"""Frozen words with their SHA-256, and the whole pages that PDFs are printed from."""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from agreements.models import Document, Printing, Version
from agreements.questions.definition import Section
from agreements.reading import Reading, read
from agreements.statuses import facts
from portal.foundation import clock
from portal.foundation.models import User

# What the portal keeps itself changes after the words are frozen, so it is printed on the certificate page instead.
KEPT_OUTSIDE_THE_WORDS = {"derived", "signature"}


def sha256(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def words(reading: Reading) -> str:
    """The words of a version as HTML: what is approved, frozen and signed. Nothing in it depends on the moment."""
    version = reading.version
    annexes = {definition.kind: definition for definition in reading.definitions[1:]}
    context = {
        "version": version,
        "agreement": version.agreement,
        "sections": [_for_print(reading, section) for section in reading.definitions[0].sections],
        "actions": version.actions.select_related("post"),
        "sharing": [_for_print(reading, section) for section in _sections(annexes, "sharing")],
        "consent": [_for_print(reading, section) for section in _sections(annexes, "consent")],
    }
    return render_to_string("pdf/words.html", context)


def _sections(annexes: dict, kind: str) -> tuple[Section, ...]:
    return annexes[kind].sections if kind in annexes else ()


def _for_print(reading: Reading, section: Section) -> dict[str, Any]:
    """A section as the template wants it: the questions that are asked, each with its answer as shown."""
    questions = [] if section.home == "actions" else reading.asked_in(section)
    kept = [question for question in questions if question.type not in KEPT_OUTSIDE_THE_WORDS]
    return {"section": section, "questions": [(question, reading.shown(question)) for question in kept]}


def data(reading: Reading) -> dict[str, Any]:
    """The agreement as data: attached to the PDF, and exported."""
    version = reading.version
    agreement = version.agreement
    return {
        "reference": agreement.reference,
        "version": version.number,
        "organisation": {"name": agreement.organisation.name, "charity_number": agreement.organisation.charity_number},
        "establishment": {"name": agreement.establishment.name, "code": agreement.establishment.code},
        "service": {"name": agreement.service.name, "reference": agreement.service.reference},
        "question_sets": {row.kind: {"version": row.version, "sha256": row.sha256} for row in version.sets},
        "answers": reading.answers,
        "actions": [
            {
                "what": action.what,
                "owner": action.owner,
                "post": action.post_title,
                "before_first_session": action.before_first_session,
                "due_on": action.due_on.isoformat(),
            }
            for action in version.actions.all()
        ],
    }


def freeze(version: Version, *, by: User) -> Document:
    """Freeze the words of a version. Signatures point at what this returns, and it never changes."""
    reading = read(version)
    html = words(reading)
    document = Document(version=version, html=html, data=data(reading), sha256=sha256(html), frozen_by=by)
    document.save(force_insert=True)
    return document


def draft_page(reading: Reading) -> str:
    """The whole page of an unsealed copy, marked Under development."""
    version = reading.version
    return page(version, words(reading), code="", printed_as=facts(version.status).printed_as, dated=clock.today())


def page(version: Version, words_html: str, **context: Any) -> str:
    """The whole document around the words."""
    return render_to_string(
        "pdf/agreement.html",
        {"version": version, "agreement": version.agreement, "words": words_html, "operator": settings.OPERATOR_NAME}
        | context,
    )


def ask_for_final_pdf(document: Document) -> Printing:
    """Leave the final PDF to the worker."""
    printing, _ = Printing.objects.get_or_create(
        version=document.version, kind=Printing.Kind.FINAL, words_sha256=document.sha256, document=document
    )
    return printing


def ask_for_draft_pdf(version: Version) -> Printing:
    """Leave an unsealed copy of the words as they stand to the worker. The same words are printed once."""
    reading = read(version)
    page = draft_page(reading)
    printing, _ = Printing.objects.get_or_create(
        version=version,
        kind=Printing.Kind.DRAFT,
        words_sha256=sha256(page),
        defaults={"html": page, "data": data(reading)},
    )
    return printing


def ask_for_letter(version: Version, *, post: str) -> Printing:
    """Leave the letter of support to the worker. Of the answers it holds the needs and their evidence, and no others."""
    reading, agreement = read(version), version.agreement
    labels = {option.value: option.label for option in reading.lookup.get("vocabulary:needs", ())}
    context = {
        "version": version,
        "agreement": agreement,
        "operator": settings.OPERATOR_NAME,
        "post": post,
        "dated": clock.today(),
        "needs": [labels.get(slug, slug) for slug in reading.answers.get("S1-05") or []],
        "evidence": (reading.answers.get("S1-06") or "").splitlines(),
        "verify_url": f"{settings.SITE_URL}/verify/",
    }
    page = render_to_string("pdf/letter.html", context)
    told = {"reference": agreement.reference, "letter_of_support": clock.today().isoformat()}
    printing, _ = Printing.objects.get_or_create(
        version=version,
        kind=Printing.Kind.LETTER,
        words_sha256=sha256(page),
        defaults={"html": page, "data": told},
    )
    return printing


def as_bytes(told: dict[str, Any]) -> bytes:
    """Data as it is attached to a PDF: readable JSON, always spelled the same."""
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode()
