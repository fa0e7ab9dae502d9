"""How an organisation asks to join, and how CJVSF answers."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from directory.finding import joining_request, joining_requests
from directory.forms.joining import DecideForm, JoinForm
from directory.models import JoiningRequest
from directory.operations import joining
from directory.views.answering import ask, given
from portal.foundation.exceptions import NotReady
from portal.foundation.networks import network_of

FIRST = 50


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """The same answer for everybody, whether we know the organisation or not."""
    form = JoinForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            joining.ask_to_join(network=network_of(request), **form.cleaned_data)
        except NotReady as refused:
            return render(request, "directory/join.html", {"form": form, "reasons": refused.reasons}, status=429)
        return redirect("join_done")
    return render(request, "directory/join.html", {"form": form})


@login_not_required
@require_safe
def join_done(request: HttpRequest) -> HttpResponse:
    return render(request, "directory/join_done.html")


@require_safe
def joining_list(request: HttpRequest) -> HttpResponse:
    waiting, decided = joining_requests(request.user)
    return render(request, "directory/joining_list.html", {"waiting": waiting[:FIRST], "decided": decided[:FIRST]})


@require_http_methods(["GET", "HEAD", "POST"])
def joining_detail(request: HttpRequest, request_id: int) -> HttpResponse:
    asked = joining_request(request.user, request_id)
    form = DecideForm(given(request))
    context: dict[str, Any] = {
        "asked": asked,
        "form": form,
        "lookalikes": joining.lookalikes(asked),
        "others": joining.asked_before(asked),
        "register": joining.on_the_register(asked),
    }
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, decide(request, asked, form))
        except NotReady as refused:
            return ask(request, "directory/joining_detail.html", reasons=refused.reasons, **context)
        return redirect("joining_list")
    return ask(request, "directory/joining_detail.html", **context)


def decide(request: HttpRequest, asked: JoiningRequest, form: DecideForm) -> str:
    if form.cleaned_data["decision"] == "accept":
        joining.accept_request(asked, by=request.user)
        return f"{asked.name} is in the directory. We have invited {asked.contact_email} as its administrator."
    joining.decline_request(asked, by=request.user, reason=form.cleaned_data["reason"])
    return f"{asked.name} is declined. We have written to {asked.contact_email}."
