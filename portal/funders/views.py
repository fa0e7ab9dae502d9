"""A funder's portfolio, and the public page of an agreement."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agreements.models import Version
from directory.standing import standing
from portal.foundation.paging import paged
from portal.funders import telling


@require_safe
def portfolio(request: HttpRequest) -> HttpResponse:
    """Every agreement that is shared with this funder today."""
    if not standing(request.user).funder_ids:
        raise Http404
    pages = paged(request, telling.portfolio(request.user))
    rows = [telling.row(share) for share in pages["page"].object_list]
    return render(request, "funders/portfolio.html", {"rows": rows} | pages)


@require_safe
def shared_agreement(request: HttpRequest, reference: str) -> HttpResponse:
    version = telling.shared(request.user, reference)
    if version is None:
        raise Http404
    return _tell(request, version, telling.shared_grants(request.user, version), is_public=False)


@login_not_required
@require_safe
def public_agreement(request: HttpRequest, reference: str) -> HttpResponse:
    """For anyone, while both sides agree to it."""
    version = telling.shown_to_all(reference)
    if version is None:
        raise Http404
    return _tell(request, version, telling.shown_grants(version), is_public=True)


def _tell(request: HttpRequest, version: Version, grants: list[str], *, is_public: bool) -> HttpResponse:
    context = {
        "version": version,
        "agreement": version.agreement,
        "rows": telling.told(version, grants),
        "is_public": is_public,
    }
    return render(request, "funders/agreement.html", context)
