"""How an open address answers: to anybody, on any site, in JSON, in pages; and a problem in the words of RFC 9457."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response

PER_PAGE, MOST_PER_PAGE = 50, 100
KEPT_SECONDS = 300
METHODS = "GET, HEAD, OPTIONS"
PAGING = ("page", "per_page")
TITLES = {400: "A parameter is wrong", 404: "There is nothing at this address", 405: "This can only be read"}


class BadParameter(Exception):
    """What was asked makes no sense. Its words say why, to whoever writes the program that asked."""


def open_data(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """A view that returns what is to be told in JSON. Everybody may ask, from the page of any site."""

    @login_not_required
    @wraps(view)
    def answer(request: HttpRequest, **named: Any) -> HttpResponse:
        response = _answer(view, request, named)
        response["Access-Control-Allow-Origin"] = "*"
        return response

    answer.is_open_data = True  # type: ignore[attr-defined]
    return answer


def is_open_data(request: HttpRequest) -> bool:
    return request.resolver_match is not None and hasattr(request.resolver_match.func, "is_open_data")


def only_read(request: HttpRequest) -> HttpResponse:
    """What a post gets, with our token or without it."""
    response = problem(405, f"{request.method} isn’t answered here. Use GET, HEAD or OPTIONS.", Allow=METHODS)
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _answer(view: Callable[..., Any], request: HttpRequest, named: dict[str, Any]) -> HttpResponse:
    if request.method == "OPTIONS":
        asked = {"Access-Control-Allow-Methods": METHODS, "Access-Control-Allow-Headers": "If-None-Match"}
        return HttpResponse(status=204, headers={"Allow": METHODS, "Access-Control-Max-Age": "86400"} | asked)
    if request.method not in ("GET", "HEAD"):
        return only_read(request)
    try:
        return _told(request, view(request, **named))
    except Http404:
        return problem(404, f"Nothing that is public is called {request.path}.")
    except BadParameter as error:
        return problem(400, str(error))


def _told(request: HttpRequest, told: Any) -> HttpResponse:
    response = JsonResponse(told, json_dumps_params={"ensure_ascii": False})
    # What a signed-in person gets bears their session's cookie, so no cache on the way may keep it.
    if not request.user.is_authenticated:
        response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    found = get_conditional_response(request, etag=response["ETag"], response=response)
    return found or response


def problem(status: int, detail: str, **headers: str) -> HttpResponse:
    told = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": detail}
    dumps = {"ensure_ascii": False}
    return JsonResponse(
        told, status=status, content_type="application/problem+json", headers=headers, json_dumps_params=dumps
    )


def check_parameters(request: HttpRequest, known: Iterable[str]) -> None:
    """A parameter that would be overlooked is refused: whoever asked would believe the answer."""
    names = (*known, *PAGING)
    for name in request.GET:
        if name not in names:
            raise BadParameter(f"There is no parameter “{name}” here. There are: {', '.join(names)}.")


def page_of(request: HttpRequest, rows: QuerySet | Sequence) -> Page:
    size = _number(request, "per_page", PER_PAGE, MOST_PER_PAGE)
    pages = Paginator(rows, size)
    number = _number(request, "page", 1, pages.num_pages)
    return pages.page(number)


def _number(request: HttpRequest, name: str, default: int, most: int) -> int:
    text = request.GET.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise BadParameter(f"“{name}” must be a whole number from 1 to {most}.")
    return int(text)
