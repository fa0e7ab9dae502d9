"""A passkey instead of the code: set up, at the door, and when something is signed. Chromium plays the passkey."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from agreements.models import Signature
from portal.foundation import identity
from tests import factories
from tests.journeys.people import Person

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PASSKEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_a_passkey(somebody: Person) -> None:
    session = somebody.page.context.new_cdp_session(somebody.page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": PASSKEY})


def password(somebody: Person) -> None:
    somebody.go(reverse("account_login"))
    somebody.page.get_by_label("Email").fill(somebody.user.email)
    somebody.page.get_by_label("Password").fill(factories.PASSWORD)
    somebody.press("Sign in")


def again(somebody: Person) -> None:
    somebody.page.get_by_label("Password").fill(factories.PASSWORD)
    somebody.press("Continue")


def test_a_passkey_is_added_opens_the_door_and_signs(cast, visit, site):
    version = factories.bring_to("for signature", cast)
    Authenticator.objects.filter(user=cast.signatory).delete()
    signatory = visit(cast.signatory, has_session=False)
    with_a_passkey(signatory)
    password(signatory)
    signatory.go(reverse("mfa_add_webauthn"))
    again(signatory)
    signatory.press("Add the passkey")
    assert identity.has_second_factor(cast.signatory)
    signatory.go(reverse("mfa_list_webauthn"))

    signatory.page.context.clear_cookies()
    password(signatory)
    signatory.press("Use a passkey")
    assert signatory.page.url.endswith(reverse("home"))

    address = reverse("step_take", args=[version.agreement.reference, "sign"])
    signatory.go(address)
    signatory.page.get_by_label("I have read this agreement").check()
    signatory.page.get_by_label("Your password").fill(factories.PASSWORD)
    signatory.press("Sign with a passkey")
    assert Signature.objects.get().proved_by == "password and passkey"


def test_without_scripts_the_page_says_that_a_code_is_the_way(cast, visit):
    somebody = visit(cast.contributor, javascript=False)
    somebody.go(reverse("mfa_add_webauthn"))
    again(somebody)
    assert "Passkeys need JavaScript" in somebody.text
