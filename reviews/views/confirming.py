"""Confirming a review for one's side: the whole of it to read, and what its outcome will do."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from portal.foundation.exceptions import NotReady, Overtaken
from reviews import form, operations
from reviews.models import Outcome, Review, State
from reviews.permissions import confirms_for
from reviews.promises import promises
from reviews.reading import ReviewReading, read
from reviews.rules import reasons_against
from reviews.views.finding import SignedIn, find_review

# What happens when both sides have confirmed it.
WILL = {
    Outcome.CONTINUE: "The agreement goes on as it is.",
    Outcome.CHANGES: "The next version of the agreement is opened, with everything that this one says. "
    "This one holds until the next one is signed.",
    Outcome.EXTEND: "The next version of the agreement is opened, with the new last day. "
    "This one holds until the next one is signed.",
    Outcome.PAUSE: "The agreement is paused, and is taken off the directory.",
    Outcome.END: "The agreement ends on the last day that the review names.",
}


@require_http_methods(["GET", "HEAD", "POST"])
def review_confirm(request: SignedIn, reference: str, number: int) -> HttpResponse:
    review = find_review(request, reference, number)
    if confirms_for(request.user, review) is None:
        raise PermissionDenied
    reading = read(review)
    if request.method != "POST":
        return ask(request, reading, reasons_against(reading))
    try:
        review = operations.confirm(review, words_seen=request.POST.get("seen", ""), by=request.user)
    except NotReady as not_ready:
        return ask(request, reading, list(not_ready.reasons), status=409)
    except Overtaken as changed:
        back = {"reasons": [changed.message], "back_url": request.path}
        return render(request, "409.html", back, status=409)
    messages.success(request, done(review))
    return redirect(review.get_absolute_url())


def ask(request: SignedIn, reading: ReviewReading, reasons: list[str], status: int = 200) -> HttpResponse:
    review = reading.review
    outcome = reading.answers.get(form.OUTCOME)
    context = {
        "review": review,
        "agreement": review.agreement,
        "parts": reading.parts(),
        "promises": promises(reading),
        "reasons": reasons,
        "will": WILL[Outcome(outcome)] if outcome in Outcome.values else "",
        "seen": operations.seen(reading),
    }
    return render(request, "reviews/review_confirm.html", context, status=status)


def done(review: Review) -> str:
    if review.state == State.HELD:
        return "Both sides have confirmed the review. It is on the record."
    return "Your side has confirmed the review. The other side is asked to."
