"""The directory for anybody: search, services, organisations, prisons. And the same for people in custody, at addresses of
its own, whose pages get entries of the custody edition and nothing else."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from directory import facets, listed, map, searching
from directory.contacts import contact_of
from directory.editions import Custody, Staff, edition_for, entries
from directory.keeping import keeps_any, keeps_listings_of
from portal.foundation.paging import paged

RESULTS = 20
INSIDE = {"frame": "directory/inside.html", "inside": True}
OUTSIDE = {"frame": "base.html", "inside": False}


@login_not_required
@require_safe
def directory_search(request: HttpRequest) -> HttpResponse:
    offers = searching.offered(searching.asked(request.GET).words)
    context = OUTSIDE | {"offers": offers, "keeps": keeps_any(request.user)}
    return render(request, "directory/search.html", context | search(request))


@login_not_required
@require_safe
def inside_search(request: HttpRequest) -> HttpResponse:
    return render(request, "directory/search.html", INSIDE | search(request))


def search(request: HttpRequest) -> dict[str, Any]:
    """What both search pages show."""
    what = searching.asked(request.GET)
    found = searching.find(what)
    pages = paged(request, found.narrowed.pks, RESULTS)
    labels = searching.labels()
    shown = facets.shown(labels, found.narrowed.counts, what.chosen)
    number = len(found.narrowed.pks)
    context = {"asked": what, "is_near": found.is_near, "facets": shown, "number": number}
    context["has_facets"] = any(each.options for each in shown)
    return context | {"entries": listed.results(pages.pop("page").object_list, dict(labels["need"]))} | pages


@login_not_required
@require_safe
def service_page(request: HttpRequest, reference: str) -> HttpResponse:
    service = listed.listed_service(reference)
    found = entries(listed.listings_of_service(service), edition_for(request.user))
    keeps = keeps_listings_of(request.user, service.organisation_id)
    context = OUTSIDE | {"entries": found, "first": found[0], "keeps": keeps, "service": service}
    return render(request, "directory/service_page.html", context)


@login_not_required
@require_safe
def inside_service(request: HttpRequest, reference: str) -> HttpResponse:
    found = entries(listed.listings_of_service(listed.listed_service(reference)), Custody)
    return render(request, "directory/service_page.html", INSIDE | {"entries": found, "first": found[0]})


@login_not_required
@require_safe
def organisation_list(request: HttpRequest) -> HttpResponse:
    return render(request, "directory/organisation_list.html", paged(request, listed.listed_organisations()))


@login_not_required
@require_safe
def organisation_page(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = listed.listed_organisation(slug)
    pages = paged(request, listed.listings_of_organisation(organisation))
    found = entries(pages["page"].object_list, edition_for(request.user))
    keeps = keeps_listings_of(request.user, organisation.pk)
    context = {"organisation": organisation, "entries": found, "keeps": keeps, "inside": False}
    return render(request, "directory/organisation_page.html", pages | context)


@login_not_required
@require_safe
def prison_list(request: HttpRequest) -> HttpResponse:
    estate = listed.estate()
    return render(request, "directory/prison_list.html", OUTSIDE | {"estate": estate, "map": map.draw(estate)})


@login_not_required
@require_safe
def inside_prison_list(request: HttpRequest) -> HttpResponse:
    return render(request, "directory/inside_prison_list.html", INSIDE | {"estate": listed.places()})


@login_not_required
@require_safe
def prison_page(request: HttpRequest, slug: str) -> HttpResponse:
    prison = listed.establishment(slug)
    pages = paged(request, listed.listings_at(prison), RESULTS)
    edition = edition_for(request.user)
    found = entries(pages["page"].object_list, edition)
    context = OUTSIDE | {"prison": prison, "entries": found, "contact": contact_of(prison)}
    context["for_staff"] = edition is Staff
    return render(request, "directory/prison_page.html", pages | context)


@login_not_required
@require_safe
def inside_prison(request: HttpRequest, slug: str) -> HttpResponse:
    prison = listed.establishment(slug)
    pages = paged(request, listed.listings_at(prison), RESULTS)
    context = INSIDE | {"name": str(prison), "entries": entries(pages.pop("page").object_list, Custody)}
    return render(request, "directory/inside_prison.html", pages | context)
