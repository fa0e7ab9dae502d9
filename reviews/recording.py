"""Entering delivery figures: rows of numbers, with the same care for a second writer as answers."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from agreements.models import Version
from agreements.operations.answering import Conflict, Saved
from agreements.permissions import may_draft, side_of
from directory.models import Listing
from portal.foundation import audit, clock
from portal.foundation.models import User
from reviews import dates, form
from reviews.figures import Quarter, as_figures, people_reached, read_quarter
from reviews.models import DeliveryFigure
from reviews.permissions import EITHER
from reviews.reading import ReviewReading


def open_figures(quarter: Quarter, user: User) -> frozenset[str]:
    """The questions whose figures this person may enter: their side's, or both sides'."""
    agreement = quarter.version.agreement
    if not may_draft(user, agreement):
        return frozenset()
    sides = (side_of(user, agreement), EITHER)
    return frozenset(question.id for question in quarter.section.questions if question.side in sides)


@transaction.atomic
def save_figures(
    version: Version, first_day: dt.date, values: Mapping[str, Any], *, replacing: Mapping[str, str], by: User
) -> Saved:
    """Save the figures of a quarter. `replacing` names what the writer saw of each question, as for answers."""
    version = Version.objects.locked(version)
    quarter = read_quarter(version, first_day)
    if not set(values) <= open_figures(quarter, by):
        raise PermissionDenied
    saved = Saved()
    for question_id, value in values.items():
        _save_one(quarter, question_id, value, replacing.get(question_id, ""), by, saved)
    if saved.written:
        details = {"quarter": first_day.isoformat(), "questions": sorted(saved.written)}
        audit.record("enter figures", about=version.agreement.about, by=by, **details)
        told = {"people_reached": people_reached(version.agreement)}
        Listing.objects.filter(agreement_reference=version.agreement.reference).update(**told)
    return saved


def _save_one(quarter: Quarter, question_id: str, value: Any, replaces: str, by: User, saved: Saved) -> None:
    stored = quarter.rows.get(question_id)
    before, after = (sorted(as_figures({question_id: told})) for told in (stored and stored.value, value))
    if before == after:
        return
    if stored and str(stored.pk) != replaces:
        saved.conflicts.append(Conflict(question_id, stored, value))
        return
    of_question = {"agreement": quarter.version.agreement, "quarter": quarter.first_day, "question_id": question_id}
    DeliveryFigure.objects.filter(**of_question, replaced_at=None).update(replaced_at=clock.now())
    rows = [DeliveryFigure(**of_question, name=name, number=number, by=by, at=clock.now()) for _, name, number in after]
    written = DeliveryFigure.objects.bulk_create(rows)
    if written:
        saved.bases[question_id] = max(row.pk for row in written)
    saved.written.append(question_id)


def keep_counts_of(reading: ReviewReading, *, by: User) -> None:
    """The numbers of a review that was held become figures, so that they can be added up. Call it in its transaction.

    A second review whose period ends in the same quarter adds to them.
    """
    review = reading.review
    of_review = {"agreement": review.agreement, "quarter": dates.quarter_of(review.period_to)}
    before = DeliveryFigure.objects.current().filter(**of_review, question_id__in=COUNTED_IN_REVIEWS)
    numbers = before.sums()
    for question_id, names in COUNTED_IN_REVIEWS.items():
        answer = reading.answers.get(question_id) or {}
        for name in names & answer.keys():
            numbers[question_id, name] = numbers.get((question_id, name), 0) + answer[name]
    before.update(replaced_at=clock.now())
    DeliveryFigure.objects.bulk_create(
        DeliveryFigure(**of_review, question_id=question_id, name=name, number=number, by=by, at=clock.now())
        for (question_id, name), number in numbers.items()
    )


# The questions of a review that ask for numbers, and the parts that hold them.
COUNTED_IN_REVIEWS = {"RVW-09": {"number"}, form.CARDS: {"good", "mixed", "bad"}}
