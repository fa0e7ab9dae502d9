"""Corrections: anybody says what is wrong, staff key in slips, the owner decides."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from directory import keeping, listed
from directory.correcting import CORRECTABLE
from directory.editions import Custody, entry
from directory.forms.corrections import CorrectionForm, DecideForm, SlipForm
from directory.models import Correction, Listing
from directory.operations import corrections
from directory.views.answering import ask, given
from portal.foundation.exceptions import NotReady
from portal.foundation.networks import network_of
from portal.foundation.paging import paged


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def correction_suggest(request: HttpRequest, reference: str) -> HttpResponse:
    listing = listed.listing(reference)
    is_staff = keeping.works_at(request.user, listing.establishment_id)
    form = (SlipForm if is_staff else CorrectionForm)(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "entry": entry(listing, Custody), "is_staff": is_staff}
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, suggest(request, listing, form))
        except NotReady as refused:
            return render(
                request, "directory/correction_suggest.html", context | {"reasons": refused.reasons}, status=429
            )
        return redirect("service_page", listing.service.reference)
    return render(request, "directory/correction_suggest.html", context)


def suggest(request: HttpRequest, listing: Listing, form: CorrectionForm) -> str:
    by = request.user if request.user.is_authenticated else None
    correction = corrections.suggest_correction(listing, by=by, network=network_of(request), **form.cleaned_data)
    lives = correction.decision == Correction.Decision.LIVE
    return "The directory says so from now on." if lives else "Thank you. Its owner decides, and the directory follows."


@require_safe
def correction_list(request: HttpRequest) -> HttpResponse:
    keeping.only_for_keepers(request.user)
    pages = paged(request, keeping.corrections(request.user))
    rows = [(row, CORRECTABLE[row.field].label) for row in pages["page"].object_list]
    return render(request, "directory/correction_list.html", pages | {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def correction_decide(request: HttpRequest, correction_id: int) -> HttpResponse:
    correction = keeping.correction(request.user, correction_id)
    form = DecideForm(given(request))
    label = CORRECTABLE[correction.field].label
    context: dict[str, Any] = {"form": form, "correction": correction, "label": label}
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, decide(request, correction, form))
        except NotReady as refused:
            return ask(request, "directory/correction_decide.html", reasons=refused.reasons, **context)
        return redirect("correction_list")
    return ask(request, "directory/correction_decide.html", **context)


def decide(request: HttpRequest, correction: Correction, form: DecideForm) -> str:
    if form.cleaned_data["decision"] == "accept":
        corrections.accept_correction(correction, by=request.user)
        return "The correction is accepted."
    corrections.decline_correction(correction, by=request.user, reason=form.cleaned_data["reason"])
    return "The correction is declined."
