"""Areas of release: what reaches people who return there, and whom to turn to. Public, but for the form of CJVSF."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from directory.areas import Area, consulted, contacts_in, every_area, find_area, services_reaching
from directory.editions import Public, entries
from directory.finding import only_for_cjvsf
from directory.forms.needs import AreaContactForm
from directory.operations.areas import set_contact
from directory.standing import standing
from directory.views.answering import ask, given
from portal.foundation.paging import paged
from portal.foundation.spreadsheets import csv_file


@login_not_required
@require_safe
def area_list(request: HttpRequest) -> HttpResponse:
    councils, partnerships = every_area()
    return render(request, "needs/area_list.html", {"councils": councils, "partnerships": partnerships})


@login_not_required
@require_safe
def area_detail(request: HttpRequest, kind: str, area: str) -> HttpResponse:
    found = _found(kind, area)
    services = services_reaching(found)
    pages = paged(request, services)
    context = pages | {
        "area": found,
        "services": entries(pages["page"], Public),
        "contacts": contacts_in(found),
        "consulted": consulted(services),
        "is_cjvsf": standing(request.user).is_cjvsf,
    }
    return render(request, "needs/area_detail.html", context)


@login_not_required
@require_safe
def area_csv(request: HttpRequest, kind: str, area: str) -> HttpResponse:
    """What a partnership can put into its outcomes improvement plan."""
    found = _found(kind, area)
    headings = ("Service", "Organisation", "Prison", "Needs", "People it is for", "Release areas", "Starts", "Ends")
    rows = [
        (
            row.service,
            row.organisation,
            row.prison,
            ", ".join(row.needs),
            ", ".join(row.populations),
            ", ".join(row.release_areas),
            row.starts_on or "",
            row.ends_on or "",
        )
        for row in entries(services_reaching(found), Public)
    ]
    return csv_file(f"services-{found.kind}-{found.slug}", headings, rows)


def _found(kind: str, slug: str) -> Area:
    area = find_area(kind, slug)
    if area is None:
        raise Http404
    return area


@require_http_methods(["GET", "HEAD", "POST"])
def area_contact(request: HttpRequest, kind: str, area: str, contact: str) -> HttpResponse:
    """CJVSF fills in a role mailbox of an area."""
    only_for_cjvsf(request.user)
    found = _found(kind, area)
    places = {f"{own_kind}-{slug}": (label, own_kind, slug, row) for label, own_kind, slug, row in contacts_in(found)}
    if contact not in places:
        raise Http404
    label, own_kind, slug, row = places[contact]
    initial = {"name": row.name, "mailbox": row.mailbox} if row else {}
    form = AreaContactForm(given(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        set_contact(by=request.user, kind=own_kind, area=slug, **form.cleaned_data)
        messages.success(request, "The contact is saved.")
        return redirect(found)
    context: dict[str, Any] = {"form": form, "area": found, "label": label}
    return ask(request, "needs/area_contact.html", **context)
