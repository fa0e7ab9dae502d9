"""The public pages that an operator owes, and the complaints that come in through one of them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.foundation import typed
from portal.foundation.exceptions import NotReady
from portal.foundation.networks import network_of
from portal.home.shelf import operations
from portal.home.shelf.forms import AnswerForm, ComplaintForm

FIRST = 50


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "shelf/privacy.html")


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "shelf/accessibility.html")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def complaints(request: HttpRequest) -> HttpResponse:
    """How to complain about the handling of one's data, and the form for it."""
    form = ComplaintForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            complaint = operations.complain(network=network_of(request), **form.cleaned_data)
        except NotReady as refused:
            return render(request, "shelf/complaints.html", {"form": form, "reasons": refused.reasons}, status=429)
        return render(request, "shelf/complaint_made.html", {"complaint": complaint})
    return render(request, "shelf/complaints.html", {"form": form})


@require_safe
def complaint_list(request: HttpRequest) -> HttpResponse:
    found = operations.complaints_for(request.user)
    context = {
        "open": found.filter(answered_at=None)[:FIRST],
        "answered": found.exclude(answered_at=None).order_by("-answered_at")[:FIRST],
    }
    return render(request, "shelf/complaint_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def complaint_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """One complaint; POST answers it."""
    complaint = operations.find_complaint(request.user, reference)
    given = request.POST if request.method == "POST" else typed.take_back(request)
    form = AnswerForm(given)
    reasons: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            operations.answer(complaint, by=request.user, outcome=form.cleaned_data["outcome"])
        except NotReady as refused:
            reasons = refused.reasons
        else:
            messages.success(request, f"{reference} is answered. We have written to {complaint.email}.")
            return redirect("complaint_list")
    context = {"complaint": complaint, "form": form, "reasons": reasons}
    context["typed_by"] = typed.token(request.user, request.path)
    return render(request, "shelf/complaint_detail.html", context, status=409 if reasons else 200)


@require_POST
def complaint_acknowledge(request: HttpRequest, reference: str) -> HttpResponse:
    complaint = operations.find_complaint(request.user, reference)
    try:
        operations.acknowledge(complaint, by=request.user)
        messages.success(request, f"{reference} is acknowledged. We have written to {complaint.email}.")
    except NotReady as refused:
        messages.error(request, " ".join(refused.reasons))
    return redirect("complaint_detail", reference)
