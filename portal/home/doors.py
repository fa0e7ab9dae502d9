"""Who must show a second factor before any page opens. The directory says who they are, so the rule stands above it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from directory.models import Post, Role
from directory.standing import standing
from portal.foundation import identity
from portal.foundation.models import User

SET_UP = "mfa_activate_totp"
ALWAYS_OPEN = {
    SET_UP,
    "mfa_index",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reauthenticate",
    "account_sessions",
    "account_change_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "privacy",
    "accessibility",
    "complaints",
    "live",
    "ready",
}
DECIDING_ROLES = {Role.HOO, Role.SIGNATORY, Role.CJVSF}


def needs_second_factor(user: User) -> bool:
    """Whoever approves, signs or administers the portal; everybody where their organisation or the operator says so."""
    return settings.REQUIRE_SECOND_FACTOR or any(asks_for_second_factor(post) for post in standing(user).posts)


def asks_for_second_factor(post: Post) -> bool:
    decides = post.role in DECIDING_ROLES or post.approval_order is not None or post.signing_order is not None
    return decides or bool(post.organisation and post.organisation.requires_second_factor)


class SecondFactorFirst:
    """A password alone opens the page where the second factor is set up, the account's pages, and nothing else."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        page = request.resolver_match.url_name if request.resolver_match else ""
        if page in ALWAYS_OPEN or not request.user.is_authenticated:
            return None
        if needs_second_factor(request.user) and not identity.has_second_factor(request.user):
            return redirect(SET_UP)
        return None
