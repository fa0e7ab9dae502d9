"""Doors: how people get in, and what their browser may keep."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from portal.foundation import clock, throttle
from portal.foundation.models import User
from portal.foundation.networks import address_of, network_of

logger = logging.getLogger(__name__)

BUSY = "Somebody in your network is trying many passwords just now. Wait a few seconds and try again"
# What no page of ours asks of a browser.
PERMISSIONS = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "serial", "usb")


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by invitation, and links are built on the configured address only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        return settings.SITE_URL + reverse("account_reset_password_from_key", args=key.split("-", 1))

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Slowed by what was wrong before, at this account and from this network. Asking again for a password is too."""
        email, network = credentials.get("email", "").strip().lower(), network_of(request)
        try:
            with throttle.guess(at=f"account:{email}", network=network) as guess:
                user = super().authenticate(request, **credentials)
                guess.is_right = user is not None
        except throttle.TooManyAtOnce:
            logger.warning("Too many passwords at once from %s", network)
            raise ValidationError(BUSY) from None
        if user is None:
            log_refusal_of(email, network)
        return user


def log_refusal_of(email: str, network: str) -> None:
    """By the account's number: what was typed may be anything, even the password."""
    known = User.objects.filter(email=email).values_list("pk", flat=True).first()
    logger.warning("Password refused: %s from %s", f"user:{known}" if known else "no account", network)


class SecondFactorAdapter(DefaultMFAAdapter):
    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        return f"Passkey {Authenticator.objects.filter(user=user, type=type).count() + 1}"


class Headers:
    """What every answer says, errors and files included. What the other middleware sets already stays."""

    ALWAYS = {"Permissions-Policy": ", ".join(f"{name}=()" for name in PERMISSIONS)}

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in self.ALWAYS.items():
            response.headers.setdefault(name, value)
        return response


class LeaveNothing:
    """Signing out clears what the browser has kept of the portal."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        was_signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if was_signed_in and not request.user.is_authenticated:
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class NoStore:
    """What a signed-in person sees isn't kept by a shared computer."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        was_signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if was_signed_in or request.user.is_authenticated or request.path.startswith("/account/"):
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
