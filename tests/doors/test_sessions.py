"""Sessions: a new id at each rise of rights, listed and ended by their owner, short where a computer is shared."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse

from directory.models import Role
from portal.home.signing_in import SHARED_SECONDS
from tests import factories
from tests.doors.test_second_factor import code_of

pytestmark = pytest.mark.django_db
COOKIE = "sessionid"


def sign_in(who, client: Client | None = None, **more) -> Client:
    client = client or Client(HTTP_USER_AGENT="A browser")
    client.post(reverse("account_login"), {"login": who.email, "password": factories.PASSWORD, **more})
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse("account_sessions")).status_code == 200


def test_a_session_id_that_was_there_before_signing_in_is_worth_nothing_afterwards():
    who, client = factories.user(), Client()
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    client.cookies[COOKIE] = planted
    sign_in(who, client)
    assert client.cookies[COOKIE].value != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_the_second_factor_brings_a_new_session_id():
    who, client = factories.hold(factories.post(Role.HOO, factories.prison())), Client()
    sign_in(who, client)
    before = client.cookies[COOKIE].value
    client.post(reverse("mfa_authenticate"), {"code": code_of(who)})
    assert is_in(client)
    assert client.cookies[COOKIE].value != before
    assert not Session.objects.filter(session_key=before).exists()


def test_a_new_password_brings_a_new_session_id_and_ends_the_other_sessions():
    who = factories.user()
    here, elsewhere = sign_in(who), sign_in(who)
    before = here.cookies[COOKIE].value
    new = "another long enough password"
    here.post(
        reverse("account_change_password"), {"oldpassword": factories.PASSWORD, "password1": new, "password2": new}
    )
    assert here.cookies[COOKIE].value != before
    assert [is_in(here), is_in(elsewhere)] == [True, False]


def test_deactivating_somebody_ends_their_session_at_once():
    who = factories.user()
    client = sign_in(who)
    who.is_active = False
    who.save()
    assert not is_in(client)


def test_somebody_sees_their_own_sessions_only():
    who = factories.user()
    here = sign_in(who, Client(HTTP_USER_AGENT="The browser at work"))
    sign_in(who, Client(HTTP_USER_AGENT="The browser at home"))
    sign_in(factories.user(), Client(HTTP_USER_AGENT="A strangers browser"))
    page = here.get(reverse("account_sessions")).content.decode()
    shown = [name in page for name in ("The browser at work", "The browser at home", "A strangers browser")]
    assert shown == [True, True, False]


def named(client: Client) -> str:
    return re.search(r'name="session" value="(\d+)"', client.get(reverse("account_sessions")).content.decode())[1]


def test_somebody_ends_one_of_their_sessions():
    who = factories.user()
    here, elsewhere = sign_in(who), sign_in(who)
    here.post(reverse("account_sessions"), {"session": named(here)})
    assert [is_in(here), is_in(elsewhere)] == [True, False]


def test_somebody_ends_all_their_other_sessions():
    who = factories.user()
    here, *elsewhere = [sign_in(who) for _ in range(3)]
    here.post(reverse("account_sessions"), {"session": "others"})
    assert [is_in(client) for client in (here, *elsewhere)] == [True, False, False]


def test_nobody_ends_a_strangers_session():
    stranger, other = factories.user(), factories.user()
    theirs = [sign_in(stranger), sign_in(stranger)]
    asked = sign_in(other).post(reverse("account_sessions"), {"session": named(theirs[0])})
    assert asked.status_code == 404
    assert all(is_in(client) for client in theirs)


def test_signing_out_clears_what_the_browser_kept():
    client = sign_in(factories.user())
    response = client.post(reverse("account_logout"))
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert response.headers["Cache-Control"] == "no-store"
    assert not is_in(client)


def test_nothing_else_clears_it():
    assert "Clear-Site-Data" not in sign_in(factories.user()).get(reverse("home")).headers


def test_at_a_shared_computer_the_session_ends_after_fifteen_minutes():
    client = sign_in(factories.user(), shared="on")
    assert client.session.get_expiry_age() == SHARED_SECONDS
    assert f'data-session-seconds="{SHARED_SECONDS - 60}"' in client.get(reverse("home")).content.decode()


def test_at_a_shared_computer_it_does_so_after_the_second_factor_too():
    who, client = factories.hold(factories.post(Role.HOO, factories.prison())), Client()
    sign_in(who, client, shared="on")
    client.post(reverse("mfa_authenticate"), {"code": code_of(who)})
    assert is_in(client)
    assert client.session.get_expiry_age() == SHARED_SECONDS


def test_at_ones_own_computer_the_session_lasts_longer():
    assert sign_in(factories.user()).session.get_expiry_age() == 60 * 60


def reset_link(**headers: str) -> tuple[int, list[str]]:
    response = Client().post(reverse("account_reset_password"), {"email": factories.user().email}, headers=headers)
    return response.status_code, [address for sent in mail.outbox for address in re.findall(r"https?://\S+", sent.body)]


POISON = {
    "another host": {"host": "evil.example"},
    "a host with a user": {"host": "evil.example@127.0.0.1"},
    "a host with a port": {"host": "127.0.0.1:99"},
    "a forwarded host": {"x-forwarded-host": "evil.example"},
    "a forwarded server": {"forwarded": "host=evil.example"},
    "two hosts": {"host": "127.0.0.1,evil.example"},
    "another path's host": {"x-original-url": "https://evil.example/"},
}


@pytest.mark.parametrize("headers", POISON.values(), ids=POISON)
def test_a_reset_link_leads_to_the_configured_address_whatever_the_request_says(headers, settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
    status, addresses = reset_link(**headers)
    assert status in (302, 400)
    assert all(address.startswith(settings.SITE_URL) for address in addresses)
    assert bool(addresses) == (status == 302)


def test_a_reset_link_works_once_and_does_not_sign_in():
    who, client = factories.hold(factories.post(Role.HOO, factories.prison())), Client()
    client.post(reverse("account_reset_password"), {"email": who.email})
    link = re.search(r"/account/password/reset/key/\S+", mail.outbox[-1].body)[0]
    new = {"password1": "quite another password", "password2": "quite another password"}
    page = client.get(link, follow=True)
    client.post(page.redirect_chain[-1][0], new)
    who.refresh_from_db()
    assert who.check_password("quite another password")
    assert not is_in(client)
    assert who.authenticator_set.filter(type="totp").exists()
    again = Client().get(link, follow=True)
    assert "password1" not in again.content.decode()
