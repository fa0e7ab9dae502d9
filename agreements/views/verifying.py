"""Anyone may ask whether a document is genuine."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from agreements import verification
from agreements.forms.verifying import VerifyForm
from portal.foundation import throttle
from portal.foundation.networks import network_of


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """GET asks for a file or its code, POST says what is known of it. Nothing is kept."""
    form = VerifyForm(request.POST, request.FILES) if request.method == "POST" else VerifyForm()
    finding = slowly(request, form) if form.is_bound and form.is_valid() else None
    return render(request, "agreements/verify.html", {"form": form, "finding": finding})


def slowly(request: HttpRequest, form: VerifyForm) -> verification.Finding | None:
    """Whoever guesses codes waits longer with each one that isn't known."""
    try:
        with throttle.guess(at="", network=f"verify:{network_of(request)}") as guess:
            finding = judge(form)
            guess.is_right = finding.document is not None
    except throttle.TooManyAtOnce:
        form.add_error("code", "Your network is checking many documents just now. Wait a few seconds and try again")
        return None
    return finding


def judge(form: VerifyForm) -> verification.Finding:
    if upload := form.cleaned_data["file"]:
        return verification.of_file(upload.read())
    return verification.of_code(form.cleaned_data["code"])
