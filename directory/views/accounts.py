"""One person's account, for CJVSF: the posts they hold and held, correcting it, closing it and opening it again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from directory.finding import person
from directory.forms.people import PersonForm
from directory.operations import accounts
from directory.seats import holdings_of
from directory.views.answering import ask, given
from portal.foundation.exceptions import NotReady


@require_safe
def person_detail(request: HttpRequest, person_id: int) -> HttpResponse:
    who = person(request.user, person_id)
    return render(request, "directory/person_detail.html", {"person": who, "holdings": holdings_of(who)})


@require_http_methods(["GET", "HEAD", "POST"])
def person_correct(request: HttpRequest, person_id: int) -> HttpResponse:
    who = person(request.user, person_id)
    form = PersonForm(given(request), initial={"name": who.name, "email": who.email})
    context: dict[str, Any] = {"form": form, "person": who}
    if request.method == "POST" and form.is_valid():
        try:
            changed = accounts.correct_person(who, by=request.user, **form.cleaned_data)
        except NotReady as refused:
            return ask(request, "directory/person_correct.html", reasons=refused.reasons, **context)
        messages.success(request, "Saved. They are told by email." if changed else "Nothing has changed.")
        return redirect("person_detail", who.pk)
    return ask(request, "directory/person_correct.html", **context)


@require_POST
def account_close(request: HttpRequest, person_id: int) -> HttpResponse:
    who = person(request.user, person_id)
    try:
        accounts.close_account(who, by=request.user)
        messages.success(request, f"The account of {who} is closed, and every session of it has ended.")
    except NotReady as refused:
        messages.error(request, " ".join(refused.reasons))
    return redirect("person_detail", who.pk)


@require_POST
def account_reopen(request: HttpRequest, person_id: int) -> HttpResponse:
    who = person(request.user, person_id)
    try:
        accounts.reopen_account(who, by=request.user)
        messages.success(request, f"{who} can sign in again, after choosing a new password. They hold no post.")
    except NotReady as refused:
        messages.error(request, " ".join(refused.reasons))
    return redirect("person_detail", who.pk)
