"""Who is at the keyboard, asked again: password and second factor, moments before something grave."""

import json
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal import auth as webauthn
from django.core.exceptions import ValidationError
from django.db import transaction

from portal.foundation import throttle
from portal.foundation.models import User

CHECKS = {
    Authenticator.Type.TOTP: (TOTP, "password and one-time code"),
    Authenticator.Type.RECOVERY_CODES: (RecoveryCodes, "password and recovery code"),
}


PASSKEY = "password and passkey"
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(user: User) -> bool:
    """Recovery codes alone are none: they stand in for one."""
    return Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists()


def asked_of_passkeys(user: User) -> dict[str, Any] | None:
    """What the browser is to ask this person's passkeys, once; nothing when there are none."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists():
        return None
    return webauthn.begin_authentication(user)


def prove(user: User, *, password: str, code: str = "", passkey: str = "") -> str:
    """How this person proved who they are, in words for the certificate; empty when they didn't. A code counts once.

    Besides the password a one-time code, a recovery code, or what a passkey answered.

    Whoever guesses waits longer each time, so call it outside a transaction.
    """
    try:
        with throttle.guess(at=f"signature:{user.pk}") as guess:
            words = _proved(user, password, code, passkey)
            guess.is_right = bool(words)
    except throttle.TooManyAtOnce:
        return ""
    return words


@transaction.atomic
def _proved(user: User, password: str, code: str, passkey: str) -> str:
    if not user.check_password(password):
        return ""
    if passkey:
        return PASSKEY if _fits(user, passkey) else ""
    for authenticator in Authenticator.objects.filter(user=user, type__in=CHECKS):
        check, words = CHECKS[Authenticator.Type(authenticator.type)]
        if check(authenticator).validate_code("".join(code.split())):
            return words
    return ""


def _fits(user: User, passkey: str) -> bool:
    """Whether one of this person's passkeys answered what was asked last."""
    try:
        answer = json.loads(passkey)
        webauthn.parse_authentication_response(answer)
        webauthn.complete_authentication(user, answer).record_usage()
    except (ValidationError, ValueError, TypeError, AttributeError, KeyError):
        return False
    return True
