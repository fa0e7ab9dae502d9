"""Organisations themselves, for CJVSF: another name, one instead of two, and leaving."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from directory.finding import find_merge, find_organisation, merges_of, only_for_cjvsf
from directory.forms.organisations import ListForm, MergeForm, OrganisationForm
from directory.operations import listing, organisations
from directory.parties import Party
from directory.register_list import COLUMNS
from directory.views.answering import ask, given
from portal.foundation.exceptions import NotReady

WHAT_A_MERGE_DOES = (
    "Its posts, services and agreements then belong to the other one. Signed documents stay as they are. "
    "You can undo it for 30 days."
)


@require_http_methods(["GET", "HEAD", "POST"])
def organisation_change(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = find_organisation(request.user, slug)
    form = OrganisationForm(given(request), organisation=organisation)
    context: dict[str, Any] = {"form": form, "organisation": organisation, "party": Party(organisation=organisation)}
    context["merges"] = merges_of(organisation)
    if request.method == "POST" and form.is_valid():
        try:
            organisations.rename(organisation, by=request.user, **form.cleaned_data)
        except NotReady as refused:
            return ask(request, "directory/organisation_change.html", reasons=refused.reasons, **context)
        messages.success(request, "The organisation is changed. What was signed keeps the name it was signed with.")
        return redirect("organisation_change", slug)
    return ask(request, "directory/organisation_change.html", **context)


@require_http_methods(["GET", "HEAD", "POST"])
def organisation_merge(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = find_organisation(request.user, slug)
    form = MergeForm(request.POST if request.method == "POST" else None, organisation=organisation)
    party = Party(organisation=organisation)
    context: dict[str, Any] = {
        "form": form,
        "party": party,
        "title": f"Merge {organisation} into another",
        "is_grave": True,
    }
    context |= {"button": "Merge", "role": WHAT_A_MERGE_DOES}
    if request.method == "POST" and form.is_valid():
        try:
            organisations.merge(organisation, into=form.chosen, by=request.user)
        except NotReady as refused:
            return ask(request, "directory/people_form.html", reasons=refused.reasons, **context)
        messages.success(request, f"{organisation} is merged into {form.chosen}. You can undo it for 30 days.")
        return redirect("organisation_change", form.chosen.slug)
    return ask(request, "directory/people_form.html", **context)


@require_POST
def merge_undo(request: HttpRequest, merge_id: int) -> HttpResponse:
    row = find_merge(request.user, merge_id)
    return try_it(
        request, row.merged.slug, lambda: organisations.undo_merge(row, by=request.user), "The merge is undone."
    )


@require_POST
def organisation_leave(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = find_organisation(request.user, slug)
    said = f"{organisation} has left. Nobody there can open anything more."
    return try_it(request, slug, lambda: organisations.leave(organisation, by=request.user), said)


@require_POST
def organisation_come_back(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = find_organisation(request.user, slug)
    said = f"{organisation} takes part again. Nobody holds its posts yet."
    return try_it(request, slug, lambda: organisations.come_back(organisation, by=request.user), said)


def try_it(request: HttpRequest, slug: str, deed: Callable[[], None], said: str) -> HttpResponse:
    try:
        deed()
        messages.success(request, said)
    except NotReady as refused:
        messages.error(request, " ".join(refused.reasons))
    return redirect("organisation_change", slug)


@require_http_methods(["GET", "HEAD", "POST"])
def organisations_add(request: HttpRequest) -> HttpResponse:
    """A list as CSV: looked at row by row first, then added as a whole or not at all."""
    only_for_cjvsf(request.user)
    template, context = "directory/organisations_add.html", {"form": ListForm(), "columns": COLUMNS}
    if request.method == "POST" and "add" in request.POST:
        try:
            added = listing.add_organisations(request.POST.get("list", ""), by=request.user)
        except NotReady as refused:
            return ask(request, template, reasons=refused.reasons, **context)
        except ValidationError as refused:
            return ask(request, template, reasons=refused.messages, **context)
        messages.success(request, f"{len(added)} organisation{'s are' if len(added) > 1 else ' is'} added.")
        return redirect("people")
    if request.method == "POST":
        context["form"] = form = ListForm(request.POST, request.FILES)
        if form.is_valid():
            faults = any(row.faults for row in form.rows)
            context |= {"rows": form.rows, "has_faults": faults, "text": form.cleaned_data["file"]}
    return ask(request, template, **context)
