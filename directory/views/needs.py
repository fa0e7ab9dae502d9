"""The map of need: which prison has services for which need, what is missing, what is there twice, who isn't reached."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from directory import needs_map
from directory.contacts import contact_of, contacts_of
from directory.editions import Staff, entries
from directory.models import EstablishmentStatus
from directory.needs_map import CHARACTERISTICS, GROUPS, NEEDS, WOMEN
from directory.operations.needs import organisations_of, says_what_is_needed
from directory.seen import (
    find_need,
    find_prison,
    ideas_seen_by,
    only_for_post_holders,
    statements_seen_by,
)
from directory.standing import standing
from portal.foundation import clock
from portal.foundation.paging import paged

# What the cells of the matrix can say.
SERVICES = "services"
SHOWN = {SERVICES: "Services", "places": "Places", "people": "People reached", "days": "Days of the week"}


@require_safe
def need_map(request: HttpRequest) -> HttpResponse:
    """The matrix: prisons down, needs across, and in the cells what the address asks for."""
    only_for_post_holders(request.user)
    found = needs_map.read()
    asked = request.GET.get("show", "")
    show = asked if asked in SHOWN else SERVICES
    context = {
        "needs": found.needs.values(),
        "rows": [(prison, found.cells(prison)) for prison in found.prisons],
        "show": show,
        "shown": SHOWN,
        "caption": f"{SHOWN[show]} by prison and need",
    }
    return render(request, "needs/need_map.html", context)


@require_safe
def gap_list(request: HttpRequest) -> HttpResponse:
    """What prisons say they need and nobody provides, the heaviest first; of one prison, if the address names it."""
    only_for_post_holders(request.user)
    prison = find_prison(request.user, request.GET["prison"]) if request.GET.get("prison") else None
    found = needs_map.read(needs_map.prisons_of_today().filter(pk=prison.pk) if prison else None)
    context = paged(request, found.named_gaps(NEEDS)) | {
        "prison": prison,
        "group_gaps": found.named_gaps(GROUPS),
        "silent": [prison for prison in found.prisons if prison.pk not in found.statements],
        "may_put": bool(organisations_of(request.user)),
    }
    return render(request, "needs/gap_list.html", context)


@require_safe
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """Where two services at a prison address the same need for the same people."""
    only_for_post_holders(request.user)
    found = needs_map.read()
    page = paged(request, found.duplicates)
    context = {"duplicates": found.named(page["page"])} | page
    return render(request, "needs/duplicate_list.html", context)


@require_safe
def reach_table(request: HttpRequest) -> HttpResponse:
    """Who isn't reached, by protected characteristic."""
    only_for_post_holders(request.user)
    found = needs_map.read()
    context = {"characteristics": found.terms[CHARACTERISTICS].values(), "rows": found.reach()}
    return render(request, "needs/reach_table.html", context)


@require_safe
def womens_estate(request: HttpRequest) -> HttpResponse:
    """The prisons that hold women, and only the services there that name women."""
    only_for_post_holders(request.user)
    found = needs_map.read(needs_map.womens_estate(), group=WOMEN)
    context = {
        "needs": found.needs.values(),
        "rows": [(prison, found.cells(prison)) for prison in found.prisons],
        "characteristics": found.terms[CHARACTERISTICS].values(),
        "reach": found.reach(),
    }
    return render(request, "needs/womens_estate.html", context)


@require_safe
def contact_list(request: HttpRequest) -> HttpResponse:
    """The single point of contact of every prison: who, since when, and where nobody is."""
    only_for_post_holders(request.user)
    contacts = contacts_of(needs_map.prisons_of_today().filter(status=EstablishmentStatus.OPEN))
    vacant = sum(contact.is_vacant for contact in contacts)
    return render(request, "needs/contact_list.html", {"contacts": contacts, "vacant": vacant})


@require_safe
def need_prison(request: HttpRequest, establishment: str) -> HttpResponse:
    """One prison: its statement, its row of the matrix, what is missing and what is there twice."""
    prison = find_prison(request.user, establishment)
    found = needs_map.read(needs_map.prisons_of_today().filter(pk=prison.pk))
    statements = statements_seen_by(request.user).filter(establishment=prison)
    pages = paged(request, found.duplicates)
    context = pages | {
        "prison": prison,
        "contact": contact_of(prison),
        "cells": found.cells(prison),
        "gaps": [cell for cell in found.cells(prison) if cell.is_gap],
        "group_gaps": found.named_gaps(GROUPS),
        "duplicates": found.named(pages["page"]),
        "statements": statements,
        "year": clock.today().year,
        "writes": says_what_is_needed(request.user, prison),
        "may_put": bool(organisations_of(request.user)),
        "ideas": ideas_seen_by(request.user).filter(establishment=prison)[:10],
        "is_cjvsf": standing(request.user).is_cjvsf,
    }
    return render(request, "needs/need_prison.html", context)


@require_safe
def need_services(request: HttpRequest, establishment: str, need: str) -> HttpResponse:
    """What a cell of the matrix counts."""
    prison, term = find_prison(request.user, establishment), find_need(need)
    pages = paged(request, needs_map.services_for(prison, term))
    rows = list(pages["page"])
    total = rows[0].together if rows else 0
    context = {"prison": prison, "need": term, "services": entries(rows, Staff), "total": total}
    return render(request, "needs/need_services.html", context | pages)
