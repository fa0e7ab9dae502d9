"""Delivery figures: the quarters of an agreement, and one short page for each."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Min
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from agreements.models import LIVE, Status, Version
from agreements.operations.answering import Saved
from agreements.views.answering import AnswersPage
from portal.foundation import clock
from reviews import dates
from reviews.figures import Quarter, counts_by_quarter, read_quarter
from reviews.recording import open_figures, save_figures
from reviews.views.finding import SignedIn

DELIVERED = (*LIVE, Status.ENDED)


def find_delivered(request: SignedIn, reference: str) -> Version:
    """The version that is in force, or was when the agreement ended; or 404."""
    visible = Version.objects.visible_to(request.user).with_parties()
    found = visible.filter(agreement__reference=reference, status__in=DELIVERED, starts_on__isnull=False)
    version = found.order_by("-number").first()
    if version is None:
        raise Http404
    return version


@require_safe
def figure_list(request: SignedIn, reference: str) -> HttpResponse:
    """The quarters since the agreement began, newest first, each with what has been entered."""
    version = find_delivered(request, reference)
    entered = counts_by_quarter(version)
    quarters = [
        {"name": dates.quarter_name(quarter), "first_day": quarter, "counts": entered.get(quarter)}
        for quarter in reversed(quarters_of(version))
    ]
    context = {"version": version, "agreement": version.agreement, "quarters": quarters}
    return render(request, "reviews/figure_list.html", context)


def quarters_of(version: Version) -> list[dt.date]:
    """The quarters that figures can be entered for: from the first day of the agreement until today, or its last day."""
    first = version.agreement.versions.aggregate(first=Min("starts_on"))["first"]
    last = min(clock.today(), version.ends_on or clock.today())
    return dates.quarters_between(first, last) if first and first <= last else []


@require_http_methods(["GET", "HEAD", "POST"])
def figure_edit(request: SignedIn, reference: str, quarter: str) -> HttpResponse:
    """The figures of one quarter."""
    version = find_delivered(request, reference)
    first_day = dates.read_quarter(quarter)
    if first_day is None or first_day not in quarters_of(version):
        raise Http404
    page = FiguresPage(request, read_quarter(version, first_day))
    return page.answer(
        lambda form: save_figures(version, first_day, form.answers(), replacing=form.bases(), by=request.user)
    )


class FiguresPage(AnswersPage):
    """One request to the figures of one quarter. Writes nothing."""

    edit_template = "reviews/figure_edit.html"
    conflict_template = "agreements/section_conflict.html"
    locked_template = "agreements/section_locked.html"

    def __init__(self, request: SignedIn, reading: Quarter):
        self.version = reading.version
        agreement = self.version.agreement
        super().__init__(request, agreement, reading, reading.section, open_figures(reading, request.user))

    def read_again(self) -> Quarter:
        return read_quarter(self.version, self.reading.first_day)

    def surroundings(self) -> dict[str, Any]:
        return {
            "quarter": dates.quarter_name(self.reading.first_day),
            "back_url": reverse("figure_list", args=[self.agreement.reference]),
            "back_label": "Delivery figures",
            "moved_on": "Somebody on your side can enter these figures.",
        }

    def saved(self, saved: Saved) -> HttpResponse:
        if self.is_autosave:
            return JsonResponse({"saved": clock.say_time(clock.now()), "base": saved.bases})
        messages.success(self.request, f"The figures of {dates.quarter_name(self.reading.first_day)} are saved.")
        return redirect("figure_list", self.agreement.reference)
