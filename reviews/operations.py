"""What people do with a review: write in it, confirm it for their side. With the second confirmation it has been held."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from agreements.models import Side
from agreements.operations.answering import Saved, write
from portal.foundation import audit, clock
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.models import User
from reviews import form, notices, outcomes
from reviews.models import Kind, Review, ReviewAnswer, State
from reviews.permissions import confirms_for, unlocked
from reviews.reading import ReviewReading, read
from reviews.recording import keep_counts_of
from reviews.rules import day, reasons_against

BETWEEN_TIMES = (Kind.INTERIM, Kind.TRIGGERED)


@transaction.atomic
def save_answers(review: Review, values: Mapping[str, Any], *, replacing: Mapping[str, str], by: User) -> Saved:
    """Save answers that this person may give now, as in an agreement. What was confirmed before has to be confirmed again.

    Raises PermissionDenied for a question that isn't open to this person.
    """
    review = Review.objects.locked(review)
    reading = read(review)
    if not set(values) <= unlocked(reading, by):
        raise PermissionDenied
    saved = write(reading.rows, values, replacing=replacing, by=by, new=partial(ReviewAnswer, review=review))
    if saved.written:
        audit.record(
            "answer review", about=review.agreement.about, by=by, review=review.number, questions=saved.written
        )
        _take_back_confirmations(review, by)
    return saved


def _take_back_confirmations(review: Review, by: User) -> None:
    """A confirmation is of the words as they stood. Whoever gave one is told that they have changed."""
    for side in review.confirmations:
        notices.tell_side(review, side, "review_changed", by, f"changed:{clock.now().isoformat()}")
        _set_confirmation(review, side, None)


def seen(reading: ReviewReading) -> str:
    """The fingerprint of what is written: a confirmation says which words it is of."""
    told = ",".join(f"{question_id}:{row.pk}" for question_id, row in sorted(reading.rows.items()))
    return hashlib.sha256(told.encode()).hexdigest()


@transaction.atomic
def confirm(review: Review, *, words_seen: str, by: User) -> Review:
    """Confirm a review for one's side. Raises PermissionDenied, NotReady, or Overtaken when other words stand by now."""
    review = Review.objects.locked(review)
    side = confirms_for(by, review)
    if side is None:
        raise PermissionDenied
    reading = read(review)
    _refuse_unless_ready(reading, side)
    if seen(reading) != words_seen:
        raise Overtaken("The review has changed since you opened this page. Read it again before you confirm it.")
    _set_confirmation(review, side, by)
    audit.record("confirm review", about=review.agreement.about, by=by, review=review.number, side=side)
    if set(review.confirmations) == set(Side):
        _hold(review, reading, by)
    else:
        other = next(other for other in Side if other != side)
        notices.tell_side(review, other, "review_to_confirm", by, f"confirm:{clock.now().isoformat()}")
    return review


def _refuse_unless_ready(reading: ReviewReading, side: Side) -> None:
    review = reading.review
    if not review.is_open:
        raise NotReady(f"This review isn’t open any more. It is now: {review.get_state_display().lower()}.")
    if side in review.confirmations:
        raise NotReady("Your side has confirmed this review already.")
    if against := reasons_against(reading):
        raise NotReady(*against)


def _set_confirmation(review: Review, side: Side, by: User | None) -> None:
    setattr(review, f"{side.value}_confirmed_by", by)
    setattr(review, f"{side.value}_confirmed_at", clock.now() if by else None)
    review.save(update_fields=[f"{side.value}_confirmed_by", f"{side.value}_confirmed_at"])


def _hold(review: Review, reading: ReviewReading, by: User) -> None:
    """Both sides have confirmed it: it is on the record, and its outcome happens."""
    period, dates = reading.answers[form.KIND], reading.answers[form.DATES]
    held_on = dt.date.fromisoformat(dates["held"])
    review.state, review.outcome, review.kind = State.HELD, reading.answers[form.OUTCOME], period["kind"]
    review.held_on, review.next_due_on = held_on, day(dates, "next_due")
    review.period_from = dt.date.fromisoformat(period["starts"])
    review.period_to = dt.date.fromisoformat(period["ends"])
    if review.kind in BETWEEN_TIMES:
        # It takes the place of the planned one, which the sweep plans again.
        review.due_on, review.next_due_on = held_on, None
    review.save()
    audit.record("hold review", about=review.agreement.about, by=by, review=review.number, outcome=review.outcome)
    keep_counts_of(reading, by=by)
    outcomes.carry_out(reading, by=by)
    for side in Side:
        notices.tell_side(review, side, "review_held", by, "held")
