"""Doors: how people get in, and what their browser may keep."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by invitation, and links are built on the configured address only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        from django.urls import reverse

        return settings.SITE_URL + reverse("account_reset_password_from_key", args=key.split("-", 1))


class NoStore:
    """What a signed-in person sees isn't kept by a shared computer."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated or request.path.startswith("/account/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
