"""Reviews as a list, and one as a page."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from agreements.models import DRAFTED
from agreements.questions.progress import section_state
from agreements.views.task_list import COLOURS
from portal.foundation.models import User
from portal.foundation.paging import paged
from reviews.figures import totals
from reviews.filters import narrowed_reviews
from reviews.models import Review
from reviews.permissions import confirms_for, unlocked
from reviews.promises import promises
from reviews.reading import ReviewReading, read
from reviews.rules import reasons_against
from reviews.views.finding import SignedIn, find_review


@require_safe
def review_list(request: SignedIn) -> HttpResponse:
    """What is due, late and held, of the agreements that this person may see."""
    narrowed = narrowed_reviews(request.user, request.GET)
    context = {"filter": narrowed, "late": Review.objects.visible_to(request.user).overdue().count()}
    return render(request, "reviews/review_list.html", context | paged(request, narrowed.qs))


@require_safe
def review_detail(request: SignedIn, reference: str, number: int) -> HttpResponse:
    """Where a review stands: what is written, what is missing, who has confirmed it."""
    review = find_review(request, reference, number)
    reading = read(review)
    context = {
        "review": review,
        "agreement": review.agreement,
        "promises": promises(reading),
        "totals": totals(review),
        "confirmations": review.confirmations.items(),
        "records": review.records.defer("html", "data")[:3],
    }
    return render(
        request, "reviews/review_detail.html", context | (todo if review.is_open else record)(request, reading)
    )


def todo(request: SignedIn, reading: ReviewReading) -> dict[str, Any]:
    """What is still to be written, and whether this person may confirm it."""
    side = confirms_for(request.user, reading.review)
    return {
        "tasks": tasks(reading, request.user),
        "reasons": reasons_against(reading),
        "may_confirm": side is not None and side not in reading.review.confirmations,
    }


def record(request: SignedIn, reading: ReviewReading) -> dict[str, Any]:
    """What was written in a review that isn't open any more, and the version that it has opened."""
    drafts = reading.review.agreement.versions.filter(status__in=DRAFTED, number__gt=reading.review.version.number)
    return {"parts": reading.parts(), "opened": drafts.first()}


def tasks(reading: ReviewReading, user: User) -> list[dict]:
    """The four parts with their states, for components/task_list.html."""
    open_now = unlocked(reading, user)
    review = reading.review
    found = []
    for section in reading.sections:
        state = section_state(section, reading.written, reading.lookup, reading.definition)
        is_open = any(question.id in open_now for question in section.questions)
        found.append(
            {
                "label": section.title,
                "url": reverse("review_section", args=[review.agreement.reference, review.number, section.id]),
                "hint": "You can answer this now" if is_open and state != "complete" else "Both sides answer",
                "status": state.capitalize(),
                "colour": COLOURS[state],
            }
        )
    return found
