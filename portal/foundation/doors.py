"""Doors: how people get in, and what their browser may keep."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from portal.foundation import clock


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by invitation, and links are built on the configured address only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
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


class KeepSessionAlive:
    """A session ends after so long without a page. It is written once a minute at most: a write costs three queries."""

    EVERY_SECONDS = 60

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(clock.now().timestamp())
            if now - request.session.get("alive_at", 0) >= self.EVERY_SECONDS:
                request.session["alive_at"] = now
        return self.get_response(request)
