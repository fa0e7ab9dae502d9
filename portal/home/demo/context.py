"""The sign-ins of the demonstration, for the pages that ask who is there."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from portal.home.demo.people import demo_people, demo_person

SIGN_IN_PAGES = {"account_login", "mfa_authenticate"}
PAGES_THAT_ASK_AGAIN = {"account_reauthenticate", "mfa_reauthenticate", "step_take"}


def demo(request: HttpRequest) -> dict[str, Any]:
    """`demo_people`: everybody on the sign-in pages; only the person who is signed in where they are asked again."""
    page = request.resolver_match.url_name if settings.DEMO and request.resolver_match else None
    if page in SIGN_IN_PAGES:
        return {"demo_people": demo_people()}
    if page in PAGES_THAT_ASK_AGAIN and request.user.is_authenticated:
        return {"demo_people": demo_person(request.user)}
    return {}
