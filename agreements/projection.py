"""What dashboards and the directory filter on, as columns and relations: written when an answer is saved, read by every list."""

import datetime as dt
from typing import Any

from agreements.models import Version
from agreements.reading import read
from directory.models import Listing, Term

# Question id -> the vocabulary that its terms are from.
TERMS = {"S1-03": "activities", "S1-05": "needs", "S1-08": "populations", "S1-10": "protected_characteristics"}
PROJECTED = frozenset({*TERMS, "S1-11", "S1-13", "S4-05"})


def project(version: Version) -> None:
    """Bring the version's columns and terms into line with its answers."""
    answers = read(version).answers
    proposed, agreed = answers.get("S1-13") or {}, answers.get("S4-05") or {}
    version.starts_on = _day(agreed.get("start") or proposed.get("start"))
    version.ends_on = _day(agreed.get("end") or proposed.get("end"))
    version.first_review_on = _day(agreed.get("first_review"))
    version.places = (answers.get("S1-11") or {}).get("at_once")
    version.save(update_fields=["starts_on", "ends_on", "first_review_on", "places"])
    version.terms.set(_terms(answers))


def _day(iso: str | None) -> dt.date | None:
    return dt.date.fromisoformat(iso) if iso else None


def _terms(answers: dict[str, Any]) -> list[Term]:
    wanted = {(key, slug) for question_id, key in TERMS.items() for slug in answers.get(question_id) or []}
    slugs = {slug for _, slug in wanted}
    terms = Term.objects.filter(vocabulary__establishment=None, vocabulary__key__in=TERMS.values(), slug__in=slugs)
    return [term for term in terms.select_related("vocabulary") if (term.vocabulary.key, term.slug) in wanted]


def write_listing(version: Version) -> None:
    """Write what the directory says of an agreement in force: the directory never reads agreements."""
    agreement = version.agreement
    listing, _ = Listing.objects.update_or_create(
        agreement_reference=agreement.reference,
        defaults={
            "service": agreement.service,
            "establishment": agreement.establishment,
            "summary": read(version).answers.get("S1-01", ""),
            "starts_on": version.starts_on,
            "ends_on": version.ends_on,
            "is_live": True,
        },
    )
    listing.terms.set(version.terms.all())


def hide_listing(version: Version) -> None:
    Listing.objects.filter(agreement_reference=version.agreement.reference).update(is_live=False)
