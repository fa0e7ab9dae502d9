"""Who can sign in to the demonstration, and with what. Nothing here is used where DEMO is off."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt

from portal.foundation.models import User

# Printed on the sign-in page of every demonstration, so it protects nothing.
PASSWORD = "partnership-demo"
DOMAIN = "example.org"

# One for each role, in the order in which the story of an agreement meets them.
SIGN_INS = {
    "charity.manager@example.org": "Charity: service manager, who drafts",
    "charity.signatory@example.org": "Charity: chief executive, who signs",
    "charity.admin@example.org": "Charity: administrator",
    "perth.coordinator@example.org": "HMP Perth: third sector coordinator",
    "perth.hoo@example.org": "HMP Perth: Head of Offender Outcomes, who approves and signs",
    "perth.staff@example.org": "HMP Perth: prison staff, who read",
    "edinburgh.hoo@example.org": "HMP Edinburgh: Head of Offender Outcomes, the first of two approvers",
    "edinburgh.security@example.org": "HMP Edinburgh: Head of Security, the second approver",
    "funder@example.org": "Funder, who reads what is shared with it",
    "cjvsf@example.org": "CJVSF: administrator",
}


def is_loaded() -> bool:
    return User.objects.filter(email__in=SIGN_INS).exists()


def demo_people() -> list[dict[str, Any]]:
    """A row for each sign-in: role, email, password, and the code that an authenticator would show now."""
    authenticators = Authenticator.objects.filter(type=Authenticator.Type.TOTP, user__email__in=SIGN_INS)
    codes = {row.user.email: current_code(row) for row in authenticators.select_related("user")}
    there = set(User.objects.filter(email__in=SIGN_INS, is_active=True).values_list("email", flat=True))
    return [_row(role, email, codes.get(email, "")) for email, role in SIGN_INS.items() if email in there]


def demo_person(user: User) -> list[dict[str, Any]]:
    """The one row of somebody who is signed in, or none when they aren't of the demonstration."""
    if not user.email.endswith(DOMAIN):
        return []
    authenticator = Authenticator.objects.filter(type=Authenticator.Type.TOTP, user=user).first()
    code = current_code(authenticator) if authenticator else ""
    return [_row(SIGN_INS.get(user.email, user.name), user.email, code)]


def current_code(authenticator: Authenticator) -> str:
    """What an authenticator app with this secret shows at this moment."""
    secret = decrypt(authenticator.data["secret"])
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def _row(role: str, email: str, code: str) -> dict[str, Any]:
    return {"role": role, "email": email, "password": PASSWORD, "code": code}
