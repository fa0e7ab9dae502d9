"""A corrected address: what follows the person follows, both addresses hear of it, and nobody gets in by the old one."""

import pytest
from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.core import mail
from django.test import Client
from django.urls import reverse

from directory import mail_log
from directory.delivery import send_mail
from directory.models import Invitation, JoiningRequest, Role
from directory.operations import accounts, invitations
from directory.operations.accounts import correct_person
from portal.foundation import accounts as foundation_accounts
from portal.foundation import clock
from portal.foundation.models import Notification, User
from portal.home import signing_in
from tests import factories
from tests.directory.correcting import (
    ADDRESS,
    NAME,
    OLD,
    again,
    enter,
    erased,
    is_in,
    link_for,
    move,
    said_of,
    sign_in,
    somebody,
    use,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


@pytest.fixture
def who() -> User:
    return somebody()


# Signing in


def test_the_old_address_opens_nothing_and_the_password_stays(cast, who):
    move(who, cast)
    assert (is_in(sign_in(OLD)), is_in(sign_in(ADDRESS))) == (False, True)
    Client().post(reverse("account_reset_password"), {"email": OLD})
    assert "/password/reset/key/" not in mail.outbox[-1].body


def test_twin_where_the_sign_in_does_not_follow_the_old_address_opens_the_account(cast, who, monkeypatch):
    monkeypatch.setattr(foundation_accounts, "_sign_in_by_its_address", lambda user: None)
    move(who, cast)
    assert is_in(sign_in(OLD))


def test_every_session_ends_with_a_new_address_and_none_with_a_new_name(cast, who):
    here, there = sign_in(who.email), enter(who)
    correct_person(who, name=NAME, email=who.email, by=cast.cjvsf)
    assert (is_in(here), is_in(there)) == (True, True)
    move(again(who), cast)
    assert (is_in(here), is_in(there)) == (False, False)


def test_twin_where_a_session_hangs_on_the_password_alone_a_stolen_one_goes_on(cast, who, monkeypatch):
    monkeypatch.setattr(User, "_get_session_auth_hash", AbstractBaseUser._get_session_auth_hash)
    thief = sign_in(who.email)
    move(who, cast)
    assert is_in(thief)


def test_a_link_to_the_old_address_is_dead_and_one_to_the_new_address_proves_it(cast, who):
    sent_before = link_for(who.email)
    move(who, cast)
    assert (use(sent_before), again(who).email_verified_at) == (False, None)
    with clock.set_to(clock.now()):
        assert use(link_for(ADDRESS))
        assert again(who).email_verified_at == clock.now()


def test_twin_without_noting_it_the_address_stays_unproved(cast, who, monkeypatch):
    monkeypatch.setattr(signing_in, "prove_address", lambda user: None)
    move(who, cast)
    assert (use(link_for(ADDRESS)), again(who).email_verified_at) == (True, None)


def test_a_link_that_was_opened_before_the_change_proves_nothing_of_the_new_address(cast, who):
    move(who, cast)
    foundation_accounts.prove_address(who)
    assert again(who).email_verified_at is None


# Mail


def told(address: str) -> str:
    """All that mail to an address says, with its subject and its HTML."""
    mails = [each for each in mail.outbox if each.to == [address]]
    return "".join(each.subject + each.body + each.alternatives[0].content for each in mails)


def test_both_addresses_hear_what_was_changed_and_the_old_one_not_into_what(cast, who, settings):
    move(who, cast, name=NAME)
    assert send_mail() == 2
    old, new = told(OLD), told(ADDRESS)
    assert [words in new for words in (NAME, reverse("account_reset_password"), settings.OPERATOR_EMAIL)] == [True] * 3
    assert "CJVSF has changed your name and the email address of your account" in old
    assert [words in old for words in (settings.OPERATOR_EMAIL, NAME, ADDRESS)] == [True, False, False]
    for row in Notification.objects.filter(addressee=f"mailto:{OLD}"):
        assert (NAME in str(row.context), ADDRESS in str(row.context)) == (False, False)


def test_of_a_name_the_address_hears_that_it_is_another_and_nothing_of_signing_in(cast, who):
    correct_person(who, name=NAME, email=who.email, by=cast.cjvsf)
    assert send_mail() == 1
    words = told(who.email)
    assert (f"Your name there is now {NAME}." in words, reverse("account_reset_password") in words) == (True, False)
    assert "Your name was changed" in words


def test_of_an_address_alone_no_name_is_said(cast, who):
    move(who, cast)
    send_mail()
    assert ("Your email address was changed" in told(ADDRESS), who.name in told(ADDRESS)) == (True, False)
    assert "CJVSF has changed the email address of your account" in told(OLD)


def test_a_closed_account_is_corrected_before_it_is_opened_again(cast, who):
    accounts.close_account(who, by=cast.cjvsf)
    move(who, cast, name=NAME)
    assert (send_mail(), said_of(who)) == (2, (NAME, ADDRESS))
    assert ("Sign in with" in told(ADDRESS), NAME in told(ADDRESS)) == (False, True)
    accounts.reopen_account(again(who), by=cast.cjvsf)
    assert use(link_for(ADDRESS))


def test_twice_within_a_minute_each_address_hears_its_own(cast, who):
    move(who, cast)
    move(again(who), cast, email="third@example.org")
    send_mail()
    left = "Your account has another email address"
    assert [left in told(each) for each in (OLD, ADDRESS, "third@example.org")] == [True, True, False]


def test_whoever_could_not_be_reached_is_once_mail_to_the_new_address_was_sent(cast, who):
    now = clock.now()
    Notification.objects.create(addressee=f"user:{who.pk}", dedupe_key="x", template="x", sent_at=now, bounced_at=now)
    assert mail_log.out_of_reach() == {who.pk}
    move(who, cast)
    send_mail()
    assert mail_log.out_of_reach() == set()


# What bears the old address


def offered(cast, who: User) -> Invitation:
    return invitations.invite(factories.post(Role.READER, cast.prison), who.email, by=cast.hoo)


def test_an_offer_to_the_old_address_is_taken_back_with_its_mail(cast, who):
    offer = offered(cast, who)
    link = reverse("invitation_accept", args=[invitations.token_of(offer)])
    move(who, cast)
    assert (Client().get(link).status_code, send_mail()) == (410, 2)
    offer.refresh_from_db()
    assert (offer.email, offer.taken_back_at is None) == (ADDRESS, False)


def test_twin_where_it_stands_whoever_reads_the_old_mail_opens_an_account(cast, who, monkeypatch):
    monkeypatch.setattr(invitations, "leave_address", lambda old, *, new: None)
    link = reverse("invitation_accept", args=[invitations.token_of(offered(cast, who))])
    move(who, cast)
    Client().post(link, {"name": "A reader of old mail", "password": factories.PASSWORD})
    assert User.objects.filter(name="A reader of old mail").exists()


def test_an_offer_to_the_new_address_can_be_accepted_now(cast, who):
    offer = invitations.invite(factories.post(Role.READER, cast.prison), ADDRESS, by=cast.hoo)
    move(who, cast)
    invitations.accept(invitations.token_of(offer), by=again(who))
    assert again(who).holdings.count() == 1


def rows_that_say(words: str) -> set[str]:
    return {
        model._meta.label
        for model in apps.get_models()
        for row in model._base_manager.values()
        if words in str(row).lower()
    }


def leave_traces(cast, who: User) -> None:
    """Of every kind that is found by an address, some of it from before the address was corrected."""
    offered(cast, who)
    asked = {"contact_name": who.name, "contact_post": "Lead", "contact_email": who.email}
    JoiningRequest.objects.create(name="Another charity", why="We help", network="n", **asked)
    send_mail()
    move(who, cast, name=NAME)
    send_mail()


def test_erasing_finds_what_the_old_address_left(cast, who):
    leave_traces(cast, who)
    erased(cast, who)
    assert (rows_that_say("kestrel"), rows_that_say("merlin")) == (set(), set())


def test_twin_without_moving_it_the_old_address_stays(cast, who, monkeypatch):
    monkeypatch.setattr(accounts, "_move_to", lambda who, email: foundation_accounts.change_address(who, email))
    leave_traces(cast, who)
    erased(cast, who)
    stays = {"directory.Invitation", "directory.JoiningRequest", "foundation.Notification"}
    assert rows_that_say("kestrel") == stays
