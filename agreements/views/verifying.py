"""Anyone may ask whether a document is genuine."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from agreements import verification
from agreements.forms.verifying import VerifyForm


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """GET asks for a file or its code, POST says what is known of it. Nothing is kept."""
    form = VerifyForm(request.POST, request.FILES) if request.method == "POST" else VerifyForm()
    finding = judge(form) if form.is_bound and form.is_valid() else None
    return render(request, "agreements/verify.html", {"form": form, "finding": finding})


def judge(form: VerifyForm) -> verification.Finding:
    if upload := form.cleaned_data["file"]:
        return verification.of_file(upload.read())
    return verification.of_code(form.cleaned_data["code"])
