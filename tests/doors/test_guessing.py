"""Guessing is slowed, and nobody is locked out by somebody else."""

import re
import statistics
import time

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from directory.models import Role
from portal.foundation import identity, throttle
from portal.foundation.doors import BUSY
from tests import factories

pytestmark = pytest.mark.django_db
WRONG = "certainly not the password"


@pytest.fixture(autouse=True)
def waited(monkeypatch) -> list[float]:
    """The seconds that somebody had to wait, without the waiting."""
    cache.clear()
    seconds: list[float] = []
    monkeypatch.setattr(throttle, "sleep", seconds.append)
    return seconds


def sign_in(email: str, password: str, network: str = "192.0.2.1") -> Client:
    client = Client(REMOTE_ADDR=network)
    client.post(reverse("account_login"), {"login": email, "password": password})
    return client


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_first_slips_cost_nothing(waited):
    who = factories.user()
    sign_in(who.email, WRONG)
    sign_in(who.email, WRONG)
    assert is_in(sign_in(who.email, factories.PASSWORD))
    assert waited == []


def test_ten_wrong_passwords_are_slowed_ever_more_and_the_right_one_after_them_too(waited):
    who = factories.user()
    for _ in range(10):
        sign_in(who.email, WRONG)
    assert waited == [0.5, 1, 2, 4, 8, 8, 8]
    assert is_in(sign_in(who.email, factories.PASSWORD))
    assert waited[7:] == [8]


def test_a_thousand_accounts_tried_once_each_from_one_network_are_slowed(waited):
    for number in range(60):
        sign_in(f"somebody{number}@example.org", WRONG)
    assert len(waited) == 50
    assert waited == sorted(waited)
    # At the pace that is reached, the rest of a thousand takes more than two hours.
    assert waited[-1] * 940 > 2 * 60 * 60


@pytest.mark.parametrize("network", ["192.0.2.1", "203.0.113.9"])
def test_somebody_elses_hundred_wrong_passwords_keep_nobody_out(waited, network):
    who = factories.user()
    for _ in range(100):
        sign_in(who.email, WRONG)
    assert is_in(sign_in(who.email, factories.PASSWORD, network))
    assert max(waited) == throttle.LONGEST_SECONDS


def test_another_networks_people_do_not_wait_for_what_this_one_did(waited):
    for number in range(30):
        sign_in(f"somebody{number}@example.org", WRONG)
    slowed = len(waited)
    sign_in(factories.user().email, factories.PASSWORD, "203.0.113.9")
    assert len(waited) == slowed


def test_the_right_password_clears_the_account_and_not_the_network(waited):
    who = factories.user()
    for number in range(12):
        sign_in(f"somebody{number}@example.org", WRONG)
    for _ in range(3):
        sign_in(who.email, factories.PASSWORD)
    sign_in(who.email, WRONG)
    assert len(waited) == 2 + 4


def test_guesses_that_are_sent_together_wait_two_at_a_time(monkeypatch):
    """The others of this network are told at once, so that no thread of the server is held."""
    who = factories.user()
    for _ in range(5):
        sign_in(who.email, WRONG)
    answers = []

    def try_again_meanwhile(seconds: float) -> None:
        data = {"login": who.email, "password": factories.PASSWORD}
        answers.append(Client(REMOTE_ADDR="192.0.2.1").post(reverse("account_login"), data))

    monkeypatch.setattr(throttle, "sleep", try_again_meanwhile)
    assert is_in(sign_in(who.email, factories.PASSWORD))
    assert [BUSY in answer.content.decode() for answer in answers] == [True, False]


def test_guesses_of_a_signatures_code_are_slowed(waited):
    who = factories.hold(factories.post(Role.HOO, factories.prison()))
    for _ in range(5):
        assert identity.prove(who, password=factories.PASSWORD, code="000000") == ""
    assert waited == [0.5, 1]


def test_guesses_of_the_code_after_the_password_are_slowed_and_the_right_one_after_them_too(waited):
    who = factories.hold(factories.post(Role.HOO, factories.prison()))
    code = RecoveryCodes.activate(who).get_unused_codes()[0]
    client = sign_in(who.email, factories.PASSWORD)
    for _ in range(6):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert (waited, is_in(client)) == ([0.5, 1, 2], False)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert (waited[3:], is_in(client)) == ([4], True)


def test_guesses_of_a_code_that_is_asked_for_again_are_slowed(waited):
    who = factories.hold(factories.post(Role.HOO, factories.prison()))
    client = Client()
    client.force_login(who)
    for _ in range(5):
        client.post(reverse("mfa_reauthenticate"), {"code": "000000"})
    assert waited == [0.5, 1]


def test_guesses_of_a_documents_code_are_slowed(waited, client):
    for _ in range(12):
        client.post(reverse("verify"), {"code": "PD-000000"})
    assert len(waited) == 2


def test_twin_without_the_delay_a_thousand_guesses_cost_nothing(waited, monkeypatch):
    monkeypatch.setattr(throttle, "_delay", lambda *_: 0)
    for number in range(30):
        sign_in(f"somebody{number}@example.org", WRONG)
    assert waited == []


def body(response) -> str:
    return re.sub(r'(name="csrfmiddlewaretoken" value|value)="[^"]*"', "", response.content.decode())


def test_an_unknown_address_gets_the_same_answer_at_sign_in(client):
    known, unknown = (
        client.post(reverse("account_login"), {"login": email, "password": WRONG})
        for email in (factories.user().email, "nobody@example.org")
    )
    assert (known.status_code, body(known)) == (unknown.status_code, body(unknown))


def test_an_unknown_address_gets_the_same_answer_when_a_password_is_reset(client):
    known, unknown = (
        client.post(reverse("account_reset_password"), {"email": email}, follow=True)
        for email in (factories.user().email, "nobody@example.org")
    )
    assert (known.redirect_chain, body(known)) == (unknown.redirect_chain, body(unknown))
    assert len(mail.outbox) == 2


def test_known_and_unknown_addresses_take_about_the_same_time(client, settings):
    """With a slow hash, as in production: what it costs is paid for an unknown address too."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    who = factories.user()
    took: dict[str, list[float]] = {who.email: [], "nobody@example.org": []}
    for _ in range(5):
        for email, times in took.items():
            cache.clear()
            start = time.process_time()
            client.post(reverse("account_login"), {"login": email, "password": WRONG})
            times.append(time.process_time() - start)
    known, unknown = (statistics.median(times) for times in took.values())
    assert known == pytest.approx(unknown, rel=0.5)
