"""The record of a review as a page to print. The same words are printed once."""

import hashlib
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.template.loader import render_to_string

from agreements.questions.definition import Question
from agreements.questions.shown import Shown
from reviews import form
from reviews.figures import totals
from reviews.models import Review, ReviewRecord
from reviews.promises import promises
from reviews.reading import read

TOLD_AS_PROMISES = (form.OUTCOMES, form.ACTIONS, form.FIGURES)


def page(review: Review) -> str:
    """The whole page. Nothing in it depends on the moment at which it is printed."""
    reading = read(review)
    context = {
        "review": review,
        "agreement": review.agreement,
        "promises": promises(reading),
        "totals": totals(review),
        "parts": [(section, list(_not_told(questions))) for section, questions in reading.parts()],
        "confirmations": review.confirmations.items(),
        "operator": settings.OPERATOR_NAME,
    }
    return render_to_string("pdf/review.html", context)


def _not_told(questions: Iterable[tuple[Question, Shown]]) -> Iterator[tuple[Question, Shown]]:
    return (pair for pair in questions if pair[0].id not in TOLD_AS_PROMISES)


def ask_for_record(review: Review) -> ReviewRecord:
    """Leave the record as it stands to the worker."""
    html = page(review)
    sha256 = hashlib.sha256(html.encode()).hexdigest()
    record, _ = ReviewRecord.objects.get_or_create(review=review, words_sha256=sha256, defaults={"html": html})
    return record
