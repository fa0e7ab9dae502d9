"""The open addresses: our own API, the Open Referral UK feed, their description, and a page about them in plain words."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from directory.feeds import openapi
from directory.feeds.answers import check_parameters, open_data, page_of
from directory.feeds.resources import OPEN_REFERRAL, OWN

PROFILE = "https://docs.openreferraluk.org/"


@login_not_required
@require_safe
def api_page(request: HttpRequest) -> HttpResponse:
    context = {"resources": OWN, "shapes": OPEN_REFERRAL, "site_url": settings.SITE_URL}
    return render(request, "directory/api.html", context)


@open_data
def api_document(request: HttpRequest) -> dict[str, Any]:
    return openapi.document()


@open_data
def api_list(request: HttpRequest, resource: str) -> dict[str, Any]:
    told = _known(OWN, resource)
    check_parameters(request, told.filters)
    page = page_of(request, told.rows(request.GET))
    return {
        "total": page.paginator.count,
        "page": page.number,
        "per_page": page.paginator.per_page,
        "pages": page.paginator.num_pages,
        "next": _address(request, page.next_page_number()) if page.has_next() else None,
        "previous": _address(request, page.previous_page_number()) if page.has_previous() else None,
        "items": told.tell(list(page.object_list)),
    }


@open_data
def api_item(request: HttpRequest, resource: str, reference: str) -> dict[str, Any]:
    told = _known(OWN, resource)
    check_parameters(request, ())
    return told.tell([told.find(reference)])[0]


@open_data
def api_missing(request: HttpRequest, path: str) -> None:
    raise Http404


@open_data
def hsds_about(request: HttpRequest) -> dict[str, Any]:
    document = settings.SITE_URL + reverse("api_document")
    return {"version": "3.0-uk", "profile": PROFILE, "openapi_url": document}


@open_data
def hsds_list(request: HttpRequest, resource: str) -> dict[str, Any]:
    shape = _known(OPEN_REFERRAL, resource)
    check_parameters(request, ())
    page = page_of(request, shape.rows())
    return _facts(page) | {"contents": shape.tell(list(page.object_list))}


@open_data
def hsds_item(request: HttpRequest, resource: str, identifier: str) -> dict[str, Any]:
    check_parameters(request, ())
    return _known(OPEN_REFERRAL, resource).find(identifier.lower())


def _known(table: Any, name: str) -> Any:
    if name not in table:
        raise Http404
    return table[name]


def _facts(page: Page) -> dict[str, Any]:
    """What Open Referral says about a page of a list."""
    return {
        "total_items": page.paginator.count,
        "total_pages": page.paginator.num_pages,
        "page_number": page.number,
        "size": len(page.object_list),
        "first_page": not page.has_previous(),
        "last_page": not page.has_next(),
        "empty": not page.paginator.count,
    }


def _address(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"{settings.SITE_URL}{request.path}?{query.urlencode()}"
