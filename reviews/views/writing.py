"""Writing in a review: one part a page."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from agreements.operations.answering import Saved
from agreements.questions.definition import Section
from agreements.views.answering import AnswersPage
from portal.foundation import clock
from reviews.figures import totals
from reviews.operations import save_answers
from reviews.permissions import unlocked
from reviews.promises import promises
from reviews.reading import ReviewReading, read
from reviews.views.finding import SignedIn, find_review


@require_http_methods(["GET", "HEAD", "POST"])
def review_section(request: SignedIn, reference: str, number: int, section_id: str) -> HttpResponse:
    """One part: what is open to this person is a form, the rest is there to read."""
    review = find_review(request, reference, number)
    reading = read(review)
    section = reading.section(section_id)
    if section is None:
        raise Http404
    page = ReviewPage(request, reading, section)
    return page.answer(lambda form: save_answers(review, form.answers(), replacing=form.bases(), by=request.user))


class ReviewPage(AnswersPage):
    """One request to one part of a review. Writes nothing."""

    edit_template = "reviews/review_section.html"
    conflict_template = "agreements/section_conflict.html"
    locked_template = "agreements/section_locked.html"

    def __init__(self, request: SignedIn, reading: ReviewReading, section: Section):
        self.review = reading.review
        super().__init__(request, self.review.agreement, reading, section, unlocked(reading, request.user))

    def read_again(self) -> ReviewReading:
        return read(self.review)

    def surroundings(self) -> dict[str, Any]:
        return {
            "review": self.review,
            "back_url": self.review.get_absolute_url(),
            "back_label": f"Review {self.review.number}",
            "moved_on": f"The review is now: {self.review.get_state_display().lower()}.",
            "promises": promises(self.reading) if self.section.id == "promised" else (),
            "totals": totals(self.review) if self.section.id == "review" else (),
        }

    def saved(self, saved: Saved) -> HttpResponse:
        now = read(self.review)
        opened = [question.id for question in now.asked_in(self.section) if question not in self.asked]
        if self.is_autosave:
            return JsonResponse({"saved": clock.say_time(clock.now()), "base": saved.bases})
        if opened:
            messages.info(self.request, "Your answer opens more questions. They are below.")
            return redirect(f"{self.request.path}#question-{opened[0]}")
        messages.success(self.request, f"“{self.section.title}” is saved.")
        following = self._next_section(now) if "continue" in self.request.POST else None
        if following is None:
            return redirect(self.review.get_absolute_url())
        where = [self.agreement.reference, self.review.number, following.id]
        return redirect(reverse("review_section", args=where))

    def _next_section(self, reading: ReviewReading) -> Section | None:
        ids = [section.id for section in reading.sections]
        return next(iter(reading.sections[ids.index(self.section.id) + 1 :]), None)
