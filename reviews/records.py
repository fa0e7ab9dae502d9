"""The record of a review as a page to print. The same words are printed once."""

import hashlib

from django.conf import settings
from django.template.loader import render_to_string

from reviews.figures import totals
from reviews.models import Review, ReviewRecord
from reviews.promises import promises
from reviews.reading import read


def page(review: Review) -> str:
    """The whole page. Nothing in it depends on the moment at which it is printed."""
    reading = read(review)
    context = {
        "review": review,
        "agreement": review.agreement,
        "promises": promises(reading),
        "totals": totals(review),
        "parts": reading.parts(),
        "confirmations": review.confirmations.items(),
        "operator": settings.OPERATOR_NAME,
    }
    return render_to_string("pdf/review.html", context)


def ask_for_record(review: Review) -> ReviewRecord:
    """Leave the record as it stands to the worker."""
    html = page(review)
    sha256 = hashlib.sha256(html.encode()).hexdigest()
    record, _ = ReviewRecord.objects.get_or_create(review=review, words_sha256=sha256, defaults={"html": html})
    return record
