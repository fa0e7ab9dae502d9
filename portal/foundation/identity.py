"""Who is at the keyboard, asked again: password and second factor, moments before something grave."""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction

from portal.foundation import throttle
from portal.foundation.models import User

CHECKS = {
    Authenticator.Type.TOTP: (TOTP, "password and one-time code"),
    Authenticator.Type.RECOVERY_CODES: (RecoveryCodes, "password and recovery code"),
}


def prove(user: User, *, password: str, code: str) -> str:
    """How this person proved who they are, in words for the certificate; empty when they didn't. A code counts once.

    Whoever guesses waits longer each time, so call it outside a transaction.
    """
    try:
        with throttle.guess(at=f"signature:{user.pk}") as guess:
            words = _proved(user, password, code)
            guess.is_right = bool(words)
    except throttle.TooManyAtOnce:
        return ""
    return words


@transaction.atomic
def _proved(user: User, password: str, code: str) -> str:
    if not user.check_password(password):
        return ""
    for authenticator in Authenticator.objects.filter(user=user, type__in=CHECKS):
        check, words = CHECKS[Authenticator.Type(authenticator.type)]
        if check(authenticator).validate_code("".join(code.split())):
            return words
    return ""
