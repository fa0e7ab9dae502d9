"""Signing in at a computer that others use too, passwords set by a link, codes that are guessed, and open sessions."""

import logging

from allauth.account.forms import LoginForm, ResetPasswordKeyForm
from allauth.core import context
from allauth.mfa.base import forms as codes
from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from portal.foundation import throttle
from portal.foundation.accounts import prove_address
from portal.foundation.doors import BUSY
from portal.foundation.models import User
from portal.foundation.networks import network_of

logger = logging.getLogger(__name__)

SHARED_SECONDS = 15 * 60


class SignInForm(LoginForm):
    """Asks whether others use this computer: then the session ends after 15 minutes without a page."""

    shared = forms.BooleanField(
        required=False,
        label="This is a shared computer",
        help_text="You will be signed out when you open no page for 15 minutes, and nothing is kept on the computer.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.order_fields(["login", "password", "shared"])

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        response = super().login(request, redirect_url)
        if self.cleaned_data["shared"]:
            request.session.set_expiry(SHARED_SECONDS)
        return response


class NewPasswordForm(ResetPasswordKeyForm):
    """Behind a link that was sent to the address: whoever used it can read the mail that goes there."""

    def save(self) -> None:
        super().save()
        prove_address(self.user)


class Slowed:
    """Whoever knows the password may guess codes: each wrong one makes the next wait longer. Nobody is locked out by it."""

    user: User

    def clean_code(self) -> str:
        network = network_of(context.request)
        try:
            with throttle.guess(at=f"code:{self.user.pk}", network=network) as guess:
                code = super().clean_code()
                guess.is_right = True
        except throttle.TooManyAtOnce:
            raise ValidationError(BUSY) from None
        except ValidationError:
            logger.warning("Code refused: user:%s from %s", self.user.pk, network)
            raise
        return code


class CodeForm(Slowed, codes.AuthenticateForm):
    pass


class CodeAgainForm(Slowed, codes.ReauthenticateForm):
    pass


@require_http_methods(["GET", "HEAD", "POST"])
def session_list(request: HttpRequest) -> HttpResponse:
    """Where somebody is signed in. POST ends one of those sessions, or all but this one."""
    sessions = UserSession.objects.filter(user=request.user).order_by("-created_at")
    if request.method == "POST":
        named = request.POST.get("session", "")
        others = sessions.exclude(session_key=request.session.session_key)
        ended = others if named == "others" else [get_object_or_404(others, pk=number(named))]
        get_adapter().end_sessions(ended)
        messages.success(request, "Ended. Whoever used it has to sign in again.")
        return redirect("account_sessions")
    open_now = UserSession.objects.purge_and_list(request.user)
    return render(request, "account/sessions.html", {"sessions": open_now})


def number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
