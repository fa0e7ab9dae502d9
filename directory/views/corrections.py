"""Corrections: anybody says what is wrong, staff key in slips, the owner decides."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from directory import keeping, listed
from directory.correcting import CORRECTABLE, fingerprint, now
from directory.editions import Custody, entry
from directory.forms.corrections import CorrectionForm, DecideForm, SlipForm
from directory.models import Correction, Listing
from directory.operations import corrections
from directory.views.answering import ask, given
from portal.foundation.exceptions import NotReady, Overtaken
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
    reasons: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, decide(request, correction, form))
            return redirect("correction_list")
        except NotReady as refused:
            reasons = refused.reasons
        except Overtaken as overtaken:
            reasons = (overtaken.message,)
            correction = keeping.correction(request.user, correction_id)
    context = {"form": form, "reasons": reasons, **_beside(correction)}
    return ask(request, "directory/correction_decide.html", **context)


def _beside(correction: Correction) -> dict[str, Any]:
    """A correction, and what the directory says today in that place."""
    field, says = correction.field, now(correction.listing, correction.field)
    said = correction.before if correction.before != says else ""
    seen = fingerprint(correction.listing, field)
    return {"correction": correction, "label": CORRECTABLE[field].label, "says": says, "said": said, "seen": seen}


def decide(request: HttpRequest, correction: Correction, form: DecideForm) -> str:
    if form.cleaned_data["decision"] == "accept":
        corrections.accept_correction(correction, by=request.user, seen=request.POST.get("seen", ""))
        return "The correction is accepted."
    corrections.decline_correction(correction, by=request.user, reason=form.cleaned_data["reason"])
    return "The correction is declined."
