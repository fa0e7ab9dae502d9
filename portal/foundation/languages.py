"""English everywhere, and Scottish Gaelic on the public pages for whoever chose it there.

The choice is a cookie. What a browser prefers isn't asked: the Gaelic words haven't been reviewed by a speaker yet.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

ENGLISH, GAELIC = "en-gb", "gd"
# As pages name them to screen readers.
CODES = {ENGLISH: "en-GB", GAELIC: "gd"}
# The pages whose fixed words have been translated. Every other page stays in English, whole.
PAGES = frozenset(
    {
        "front",
        "start",
        "start_result",
        "verify",
        "directory_search",
        "service_page",
        "organisation_list",
        "organisation_page",
        "prison_list",
        "prison_page",
        "inside_search",
        "inside_service",
        "inside_prison_list",
        "inside_prison",
        "privacy",
        "accessibility",
        "complaints",
    }
)


class ChosenLanguage:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(ENGLISH):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> None:
        if is_offered(request) and request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) == GAELIC:
            translation.activate(GAELIC)


def is_offered(request: HttpRequest) -> bool:
    return bool(request.resolver_match) and request.resolver_match.url_name in PAGES


def languages(request: HttpRequest) -> dict[str, Any]:
    """What every page knows of languages, and those that have two offer."""
    code = translation.get_language()
    return {
        "languages": {
            "code": CODES.get(code, CODES[ENGLISH]),
            "is_gaelic": code == GAELIC,
            "offered": is_offered(request),
            "here": request.get_full_path(),
        }
    }
