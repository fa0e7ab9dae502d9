"""The facts about an establishment, for CJVSF: who is held there, where it is, its public numbers, each with its source."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from directory.finding import find_establishment
from directory.forms.establishments import EstablishmentForm
from directory.models import Establishment
from directory.operations.establishments import change_establishment
from directory.parties import Party
from directory.views.answering import ask, given
from portal.foundation.exceptions import NotReady


@require_http_methods(["GET", "HEAD", "POST"])
def establishment_change(request: HttpRequest, establishment: str) -> HttpResponse:
    found = find_establishment(request.user, establishment)
    form = EstablishmentForm(given(request), establishment=found)
    context: dict[str, Any] = {"form": form, "party": Party(establishment=found), "sources": sources_of(found, form)}
    if request.method == "POST" and form.is_valid():
        try:
            changed = change_establishment(found, by=request.user, **form.told)
        except NotReady as refused:
            return ask(request, "directory/establishment_change.html", reasons=refused.reasons, **context)
        messages.success(request, "The facts are saved." if changed else "Nothing has changed.")
        return redirect("establishment_change", establishment)
    return ask(request, "directory/establishment_change.html", **context)


def sources_of(establishment: Establishment, form: EstablishmentForm) -> list[tuple[str, str, dt.date]]:
    """Of each fact that was changed here: its words, its source and the day, in the order of the form."""
    return [
        (str(field.label).removesuffix(" (optional)"), kept["source"], dt.date.fromisoformat(kept["on"]))
        for name, field in form.fields.items()
        if (kept := establishment.sources.get(name))
    ]
