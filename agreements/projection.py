"""What dashboards and the directory filter on, as columns and relations: written when an answer is saved, read by every list."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from agreements.models import Version
from agreements.reading import read
from directory.editions import EVERYBODYS, EVERYBODYS_COLUMNS
from directory.index import index
from directory.models import Listing, Term
from portal.foundation import clock

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


# Column of a listing -> the question it comes from, and the way to the part of its answer.
COLUMNS: dict[str, tuple[str, ...]] = {
    "summary": ("S1-01",),
    "sessions_per_week": ("S1-12", "sessions_per_week"),
    "minutes": ("S1-12", "minutes"),
    "weeks": ("S1-12", "weeks"),
    "intake": ("S1-12", "intake"),
    "places": ("S1-11", "at_once"),
    "contact_post": ("S1-18", "main", "post"),
    "contact_mailbox": ("S1-18", "main", "email"),
    "contact_phone": ("S1-18", "main", "phone"),
    "checked_by": ("S3-11", "checker"),
    "checked_against": ("S3-11", "against"),
    "decided_within_days": ("S3-11", "days"),
}
NUMBERS = frozenset({"sessions_per_week", "minutes", "weeks", "places", "decided_within_days"})
# What a listing is found by besides the terms of the version: question id -> vocabulary.
LISTED = {"S1-02": "settings", "S3-10": "routes", "S3-01": "days"}
# Whoever works inside and goes on in the community is there through the gate.
THROUGH_THE_GATE = {"inside", "community"}


def write_listing(version: Version) -> None:
    """Write what the directory says of an agreement in force: the directory never reads agreements.

    What people in custody read comes only from questions that are marked as public.
    """
    agreement = version.agreement
    told = _public_answers(version) | {"starts_on": version.starts_on, "ends_on": version.ends_on, "is_live": True}
    told |= {"service": agreement.service, "establishment": agreement.establishment, "confirmed_on": clock.today()}
    listing, _ = Listing.objects.update_or_create(
        agreement_reference=agreement.reference, defaults=told | {"asked_after_months": 0, "review_missed_on": None}
    )
    listing.terms.set(_listed_terms(version))
    index(Listing.objects.filter(pk=listing.pk))


def _public_answers(version: Version) -> dict[str, Any]:
    answers, public = read(version).answers, _public(version)
    told = {}
    for column, (question_id, *way) in COLUMNS.items():
        value = answers.get(question_id) if question_id in public or column not in EVERYBODYS_COLUMNS else None
        for part in way:
            value = (value or {}).get(part)
        told[column] = value or (None if column in NUMBERS else "")
    return told


def _public(version: Version) -> set[str]:
    return {question_id for question_id, question in version.question_set.words.questions.items() if question.public}


def _listed_terms(version: Version) -> list[Term]:
    """Those of the version, where it takes place, how people get a place, and for staff the days of the week."""
    answers, public = read(version).answers, _public(version)
    shown = {key for question_id, key in (TERMS | LISTED).items() if question_id in public or key not in EVERYBODYS}
    places = set(answers.get("S1-02") or [])
    slugs = {
        "settings": places | ({"through-the-gate"} if places >= THROUGH_THE_GATE else set()),
        "routes": set(answers.get("S3-10") or []),
        "days": {row["day"] for row in answers.get("S3-01") or [] if row.get("day")},
    }
    chosen = Q(versions=version)
    for key, listed in slugs.items():
        chosen |= Q(vocabulary__key=key, vocabulary__establishment=None, slug__in=listed)
    return list(Term.objects.filter(chosen, vocabulary__key__in=shown).distinct())


def hide_listing(version: Version) -> None:
    _listing_of(version).update(is_live=False)


def show_listing(version: Version) -> None:
    """As it was before it was hidden, small corrections included."""
    if not _listing_of(version).update(is_live=True):
        write_listing(version)


def end_listing_on(version: Version) -> None:
    """Notice is given: the directory says until when."""
    _listing_of(version).update(ends_on=version.ends_on)


def _listing_of(version: Version) -> QuerySet[Listing]:
    return Listing.objects.filter(agreement_reference=version.agreement.reference)
