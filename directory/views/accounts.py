"""One person's account, for CJVSF: the posts they hold and held, closing it and opening it again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from directory.finding import person
from directory.operations import accounts
from directory.seats import holdings_of
from portal.foundation.exceptions import NotReady


@require_safe
def person_detail(request: HttpRequest, person_id: int) -> HttpResponse:
    who = person(request.user, person_id)
    return render(request, "directory/person_detail.html", {"person": who, "holdings": holdings_of(who)})


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
