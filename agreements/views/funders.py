"""Who else may read about an agreement: funders until a day, and everybody when both sides say so."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from agreements.forms.funders import ShareForm
from agreements.models import Version
from agreements.operations import showing
from agreements.permissions import may, side_of
from agreements.views.finding import find_version
from portal.foundation.exceptions import NotReady


@require_http_methods(["GET", "HEAD", "POST"])
def agreement_readers(request: HttpRequest, reference: str) -> HttpResponse:
    """What is shared now; POST shares with one more funder."""
    version = find_version(request, reference)
    form = ShareForm(request.POST if request.method == "POST" else None)
    reasons: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("until_on", "grant_id")}
        try:
            showing.share_with_funder(version, funder=form.chosen, by=request.user, **told)
            messages.success(request, f"{form.chosen} can read about this agreement now.")
            return redirect("agreement_readers", reference)
        except NotReady as refused:
            reasons = refused.reasons
    return show(request, version, form, reasons)


def show(request: HttpRequest, version: Version, form: ShareForm, reasons: tuple[str, ...]) -> HttpResponse:
    agreement = version.agreement
    context = {
        "agreement": agreement,
        "version": version,
        "form": form,
        "reasons": reasons,
        "shares": agreement.shares.filter(ended_at=None).select_related("funder"),
        "shown_by": set(agreement.showings.values_list("side", flat=True)),
        "side": side_of(request.user, agreement),
        "may_share": may(request.user, "decide for the partner", version),
        "may_show": may(request.user, "decide for either side", version),
    }
    return render(request, "agreements/agreement_readers.html", context, status=409 if reasons else 200)


@require_POST
def share_end(request: HttpRequest, reference: str) -> HttpResponse:
    version = find_version(request, reference)
    number = request.POST.get("funder", "")
    funder_id = int(number) if number.isascii() and number.isdecimal() and len(number) < 18 else 0
    share = get_object_or_404(version.agreement.shares.filter(ended_at=None), funder=funder_id)
    showing.end_share(version, funder=share.funder, by=request.user)
    messages.success(request, f"{share.funder} can’t read about this agreement any more.")
    return redirect("agreement_readers", reference)


@require_POST
def agreement_show(request: HttpRequest, reference: str) -> HttpResponse:
    is_shown = request.POST.get("shown") == "yes"
    showing.set_showing(find_version(request, reference), is_shown=is_shown, by=request.user)
    said = "Your side agrees that anyone may read about it." if is_shown else "Your side shows it to nobody else now."
    messages.success(request, said)
    return redirect("agreement_readers", reference)
