"""A password alone opens the page where the second factor is set up, and nothing else, for those who decide."""

import time

import pytest
import time_machine
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import NoReverseMatch, reverse

from directory.models import Role
from portal.foundation import identity
from portal.foundation.models import User
from portal.home.doors import needs_second_factor
from tests import factories

pytestmark = pytest.mark.django_db


def without_factor(role: Role, at=None, **fields) -> User:
    who = factories.hold(factories.post(role, at, **fields))
    Authenticator.objects.filter(user=who).delete()
    return who


def signed_in(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


def code_of(who: User) -> str:
    secret = get_adapter().decrypt(Authenticator.objects.get(user=who, type="totp").data["secret"])
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


DECIDERS = {
    "signatory": lambda: without_factor(Role.SIGNATORY, factories.organisation()),
    "HOO": lambda: without_factor(Role.HOO, factories.prison()),
    "further approver": lambda: without_factor(Role.APPROVER, factories.prison(), approval_order=2),
    "further signatory": lambda: without_factor(Role.APPROVER, factories.prison(), signing_order=2),
    "CJVSF administrator": lambda: without_factor(Role.CJVSF),
}


@pytest.mark.parametrize("role", DECIDERS)
def test_whoever_decides_is_led_to_the_set_up_page(role):
    client = signed_in(DECIDERS[role]())
    for page in ("home", "agreement_list", "start", "mfa_view_recovery_codes"):
        assert client.get(reverse(page)).headers["Location"] == reverse("mfa_activate_totp")


@pytest.mark.parametrize("page", ["mfa_index", "account_sessions", "account_change_password"])
def test_the_pages_of_the_account_stay_open(page):
    assert signed_in(DECIDERS["HOO"]()).get(reverse(page)).status_code == 200


def test_signing_out_stays_open():
    client = signed_in(DECIDERS["HOO"]())
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_a_deputy_of_somebody_who_decides_needs_one_too():
    deputy = factories.hold(factories.post(Role.HOO, factories.prison()), as_deputy=True)
    assert needs_second_factor(deputy)


def test_once_the_factor_is_set_up_every_page_opens():
    who = DECIDERS["HOO"]()
    factories.with_second_factor(who)
    assert signed_in(who).get(reverse("home")).status_code == 200


def test_a_contributor_needs_none():
    who = without_factor(Role.CONTRIBUTOR, factories.organisation())
    assert signed_in(who).get(reverse("home")).status_code == 200


def test_an_organisation_can_ask_everybody_for_one():
    charity = factories.organisation()
    charity.requires_second_factor = True
    charity.save()
    who = without_factor(Role.CONTRIBUTOR, charity)
    assert signed_in(who).get(reverse("home")).headers["Location"] == reverse("mfa_activate_totp")


def test_the_operator_can_ask_everybody_for_one(settings):
    settings.REQUIRE_SECOND_FACTOR = True
    assert signed_in(factories.user()).get(reverse("home")).headers["Location"] == reverse("mfa_activate_totp")


def test_twin_without_the_rule_the_password_alone_opens_pages(monkeypatch):
    monkeypatch.setattr("portal.home.doors.needs_second_factor", lambda user: False)
    assert signed_in(DECIDERS["HOO"]()).get(reverse("home")).status_code == 200


def sign_in(client: Client, who: User, **more):
    return client.post(reverse("account_login"), {"login": who.email, "password": factories.PASSWORD, **more})


def test_after_the_password_no_address_is_open_until_the_code_is_given():
    who, client = factories.hold(factories.post(Role.HOO, factories.prison())), Client()
    assert sign_in(client, who).headers["Location"].startswith(reverse("mfa_authenticate"))
    assert client.get(reverse("home")).headers["Location"].startswith(reverse("account_login"))


@pytest.fixture
def still_clock():
    """The code doesn't change while it is being used."""
    with time_machine.travel(time.time(), tick=False):
        yield


@pytest.mark.usefixtures("still_clock")
def test_a_code_opens_the_door_once():
    who = factories.hold(factories.post(Role.HOO, factories.prison()))
    code, first, second = code_of(who), Client(), Client()
    for client in (first, second):
        sign_in(client, who)
        client.post(reverse("mfa_authenticate"), {"code": code})
    assert ["_auth_user_id" in client.session for client in (first, second)] == [True, False]


def test_a_recovery_code_opens_the_door_once():
    who = factories.hold(factories.post(Role.HOO, factories.prison()))
    code = RecoveryCodes.activate(who).get_unused_codes()[0]
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client, who)
        client.post(reverse("mfa_authenticate"), {"code": code})
    assert ["_auth_user_id" in client.session for client in (first, second)] == [True, False]


# Passkeys. What a real one answers is played in tests/journeys/test_passkeys.py.


def with_a_passkey(who: User) -> User:
    Authenticator.objects.filter(user=who).delete()
    Authenticator.objects.create(user=who, type="webauthn", data={"name": "Phone", "credential": {}})
    return who


def test_a_passkey_counts_as_the_second_factor():
    assert signed_in(with_a_passkey(DECIDERS["HOO"]())).get(reverse("home")).status_code == 200


def test_recovery_codes_alone_do_not():
    who = DECIDERS["HOO"]()
    RecoveryCodes.activate(who)
    assert signed_in(who).get(reverse("home")).headers["Location"] == reverse("mfa_activate_totp")


@pytest.mark.parametrize("answer", ["{", "[]", "{}", '{"id": "a"}', "null", '"x"', '{"id": 1, "response": []}'])
def test_nonsense_instead_of_a_passkeys_answer_proves_nothing(answer, rf, monkeypatch):
    monkeypatch.setattr("portal.foundation.throttle.sleep", lambda seconds: None)
    who = factories.user()
    request = rf.get("/")
    request.session = {"mfa.webauthn.state": {"challenge": "a", "user_verification": "preferred"}}
    with context.request_context(request):
        assert identity.prove(who, password=factories.PASSWORD, passkey=answer) == ""


def test_nobody_signs_in_with_a_passkey_alone():
    with pytest.raises(NoReverseMatch):
        reverse("mfa_login_webauthn")


@pytest.mark.parametrize("page", ["privacy", "accessibility", "complaints"])
def test_what_everybody_may_read_stays_open_before_the_factor_is_set_up(page):
    assert signed_in(DECIDERS["HOO"]()).get(reverse(page)).status_code == 200
