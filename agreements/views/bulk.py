"""One thing done to many agreements: chosen on the list, looked at, asked for, undone or done."""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agreements.filters import narrowed_agreements
from agreements.forms.bulk import form_for, given_in
from agreements.models import Agreement, Bulk
from agreements.operations import bulk as operations
from agreements.operations.deeds import BY_DEED, Deed
from portal.foundation import typed
from portal.foundation.exceptions import NotReady

SALT = "previewed"
PREVIEW_HOLDS = 60 * 60
MOST_SHOWN = 50


def find_deed(request: HttpRequest) -> Deed:
    deed = BY_DEED.get(request.GET.get("deed", ""))
    if deed is None:
        raise Http404
    if not deed.offered(request.user):
        raise PermissionDenied
    return deed


def chosen(request: HttpRequest) -> list[Agreement]:
    """Those that were ticked, or all that the filter leaves."""
    found = narrowed_agreements(request.user, request.GET).qs
    if "all" not in request.GET:
        found = found.filter(reference__in=request.GET.getlist("agreement"))
    return list(found[: operations.MOST + 1])


def list_address(request: HttpRequest) -> str:
    query = request.GET.copy()
    for name in ("deed", "all", "agreement"):
        query.pop(name, None)
    return f"{reverse('agreement_list')}?{query.urlencode()}"


@require_http_methods(["GET", "HEAD", "POST"])
def bulk_new(request: HttpRequest) -> HttpResponse:
    """What it asks for; once that is filled in, what will happen to each agreement, and what can't, and why."""
    deed = find_deed(request)
    agreements = chosen(request)
    if not 0 < len(agreements) <= operations.MOST:
        messages.error(request, f"Choose between 1 and {operations.MOST} agreements first.")
        return redirect(list_address(request))
    given = request.POST if request.method == "POST" else typed.take_back(request)
    form = form_for(deed.name, given, user=request.user, agreements=agreements)
    context = {
        "deed": deed,
        "form": form,
        "number": len(agreements),
        "back_url": list_address(request),
        "typed_by": typed.token(request.user, request.path),
    }
    if form is None or (request.method == "POST" and form.is_valid()):
        context |= previewed(request, deed, agreements, given_in(form))
    return render(request, "agreements/bulk_new.html", context)


def previewed(request: HttpRequest, deed: Deed, agreements: list[Agreement], given: dict[str, Any]) -> dict[str, Any]:
    """The rows, and what the button carries: exactly what was looked at."""
    ids = [agreement.pk for agreement in agreements]
    prospects = operations.preview(deed, ids, given, request.user)
    possible = [seen for seen in prospects if not seen.reasons]
    seen = [request.user.pk, deed.name, [seen.version.agreement_id for seen in possible], given]
    return {
        "possible": possible,
        "impossible": [seen for seen in prospects if seen.reasons],
        "seen": signing.dumps(seen, salt=SALT, compress=True),
        "minutes": operations.CAN_BE_UNDONE_FOR.seconds // 60,
    }


@require_POST
def bulk_do(request: HttpRequest) -> HttpResponse:
    """Ask for what the preview showed."""
    try:
        told = signing.loads(request.POST.get("seen", ""), salt=SALT, max_age=PREVIEW_HOLDS)
        by, deed, ids, given = told
        if by != request.user.pk:
            raise PermissionDenied
        bulk = operations.ask_for_bulk(BY_DEED[deed], ids, given=given, by=request.user)
    except signing.BadSignature:
        reasons = ["Look at what will happen again, then go on from there."]
    except NotReady as not_ready:
        reasons = list(not_ready.reasons)
    else:
        return redirect(bulk)
    return render(request, "409.html", {"reasons": reasons, "back_url": reverse("agreement_list")}, status=409)


@require_safe
def bulk_list(request: HttpRequest) -> HttpResponse:
    """What this person has asked for, newest first."""
    found = Bulk.objects.visible_to(request.user)[:MOST_SHOWN]
    return render(request, "agreements/bulk_list.html", {"bulks": [(bulk, BY_DEED[bulk.deed]) for bulk in found]})


def find_bulk(request: HttpRequest, reference: str) -> Bulk:
    return get_object_or_404(Bulk.objects.visible_to(request.user), reference=reference)


@require_safe
def bulk_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """When it will be done, or what came of it."""
    bulk = find_bulk(request, reference)
    parties = ("agreement__organisation", "agreement__establishment", "agreement__service")
    visible = Agreement.objects.visible_to(request.user)
    rows = bulk.rows.filter(agreement__in=visible).select_related(*parties)
    return render(request, "agreements/bulk_detail.html", {"bulk": bulk, "deed": BY_DEED[bulk.deed], "rows": rows})


@require_POST
def bulk_undo(request: HttpRequest, reference: str) -> HttpResponse:
    bulk = find_bulk(request, reference)
    try:
        operations.undo(bulk, by=request.user)
        messages.success(request, "Undone. Nothing has been done to any agreement.")
    except NotReady as not_ready:
        messages.error(request, " ".join(not_ready.reasons))
    return redirect(bulk)
