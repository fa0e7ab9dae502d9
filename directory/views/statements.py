"""A prison's yearly needs statement: the draft, what partners say to it, and what was published."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from directory import needs_map
from directory.forms.needs import PartnerViewForm, StatementForm
from directory.models import Establishment, NeedsStatement
from directory.operations import needs as operations
from directory.seen import find_prison, statements_seen_by, views_seen_by
from directory.statements import weighed
from directory.views.answering import ask, given
from portal.foundation import clock
from portal.foundation.exceptions import NotReady, Overtaken


@require_safe
def statement_detail(request: HttpRequest, establishment: str, year: int) -> HttpResponse:
    prison = find_prison(request.user, establishment)
    statement = statements_seen_by(request.user).filter(establishment=prison, year=year).first()
    if statement is None:
        raise Http404
    heard = views_seen_by(request.user).filter(establishment=prison, year=year)
    is_open = not operations.why_closed(prison, year)
    context = {
        "prison": prison,
        "statement": statement,
        "views": heard,
        "writes": is_open and operations.says_what_is_needed(request.user, prison),
        "this_year": clock.today().year,
        **weighed(statement),
    }
    return render(request, "needs/statement_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def statement_edit(request: HttpRequest, establishment: str) -> HttpResponse:
    """This year's draft."""
    prison = find_prison(request.user, establishment)
    if not operations.says_what_is_needed(request.user, prison):
        raise PermissionDenied
    draft = _to_go_on_with(request, prison)
    if draft and draft.published_at:
        return redirect("statement_detail", establishment, draft.year)
    form = StatementForm(given(request), terms=needs_map.terms(), statement=draft)
    if request.method == "POST" and form.is_valid():
        try:
            operations.save_statement(prison, by=request.user, revision=_posted(request, "revision"), **form.values())
        except NotReady as refused:
            return _show(request, prison, form, _to_go_on_with(request, prison), reasons=refused.reasons)
        messages.success(request, "The draft is saved. Until it is published only the prison and CJVSF see it.")
        if "look" in request.POST:
            return redirect("statement_detail", establishment, clock.today().year)
        return redirect("statement_edit", establishment)
    return _show(request, prison, form, draft)


def _to_go_on_with(request: HttpRequest, prison: Establishment) -> NeedsStatement | None:
    """This year's statement; until it is begun, the draft that an earlier year left unpublished."""
    newest = statements_seen_by(request.user).filter(establishment=prison).first()
    is_done = newest and newest.published_at and newest.year < clock.today().year
    return None if is_done else newest


def _posted(request: HttpRequest, name: str) -> int:
    """A number that the page carries along: which year's draft it showed, and which save of it."""
    number = request.POST.get(name, "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0


@require_POST
def statement_publish(request: HttpRequest, establishment: str) -> HttpResponse:
    """From the page that shows the draft as everybody will read it."""
    prison = find_prison(request.user, establishment)
    seen = {name: _posted(request, name) for name in ("year", "revision")}
    try:
        statement = operations.publish_statement(prison, by=request.user, **seen)
    except Overtaken as overtaken:
        back_url = reverse("statement_detail", args=[establishment, seen["year"]])
        return render(request, "409.html", {"reasons": [overtaken.message], "back_url": back_url}, status=409)
    except NotReady as refused:
        messages.error(request, " ".join(refused.reasons))
        return redirect("statement_edit", establishment)
    messages.success(request, f"The statement for {statement.year} is published. It counts on the map from now on.")
    return redirect("statement_detail", establishment, statement.year)


def _show(
    request: HttpRequest, prison: Establishment, form: StatementForm, draft: NeedsStatement | None, **more: Any
) -> HttpResponse:
    year = clock.today().year
    begun_in = draft.year if draft else year
    context = {
        "prison": prison,
        "form": form,
        "revision": draft.revision if draft and begun_in == year else 0,
        "year": year,
        "begun_in": begun_in,
        "views": views_seen_by(request.user).filter(establishment=prison, year__gte=begun_in),
    }
    return ask(request, "needs/statement_edit.html", **context, **more)


@require_http_methods(["GET", "HEAD", "POST"])
def partner_view_give(request: HttpRequest, establishment: str) -> HttpResponse:
    """A partner tells the prison what it sees, for this year's statement."""
    prison = find_prison(request.user, establishment)
    organisations = operations.organisations_of(request.user)
    if not organisations:
        raise PermissionDenied
    form = PartnerViewForm(given(request), organisations=organisations)
    own = views_seen_by(request.user).filter(establishment=prison, year=clock.today().year)
    context: dict[str, Any] = {"prison": prison, "form": form, "views": own}
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        try:
            operations.tell_prison(prison, form.chosen_organisation, by=request.user, text=text)
        except NotReady as refused:
            return ask(request, "needs/partner_view_give.html", reasons=refused.reasons, **context)
        messages.success(request, f"{prison} can read it now.")
        return redirect("need_prison", establishment)
    return ask(request, "needs/partner_view_give.html", **context)
