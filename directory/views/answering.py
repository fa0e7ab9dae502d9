"""What the pages about people share: a form with what was typed before, and a refusal told in its place."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.foundation import typed

KEPT = "We kept what you were typing when your session ended. It isn’t saved yet."


def given(request: HttpRequest) -> Any:
    """What was posted, or what was typed when the session ended."""
    if request.method == "POST":
        return request.POST
    kept = typed.take_back(request)
    if kept:
        messages.info(request, KEPT)
    return kept


def ask(request: HttpRequest, template: str, *, reasons: Sequence[str] = (), **context: Any) -> HttpResponse:
    """A page with a form: as it was, or with the reasons why it was refused."""
    context |= {"reasons": reasons, "typed_by": typed.token(request.user, request.path)}
    return render(request, template, context, status=409 if reasons else 200)
