"""Accounts that nobody uses: those who can hand their posts over are told, and four weeks later the account closes."""

import datetime as dt

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client

from directory.delivery import send_mail
from directory.models import Holding
from directory.operations import accounts, holdings
from directory.standing import standing
from directory.unused import NOTICE, UNUSED_FOR, close_unused_accounts
from portal.foundation import clock
from portal.foundation.models import AuditEvent, Notification, User
from tests import factories

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
TOLD_AT, CLOSED_AT = START + UNUSED_FOR + DAY, START + UNUSED_FOR + DAY + NOTICE


@pytest.fixture
def cast():
    """Everybody signs in all the time, but for one contributor."""
    with clock.set_to(START):
        cast = factories.Cast()
    busy = User.objects.exclude(pk=cast.contributor.pk)
    busy.update(last_login=START + dt.timedelta(days=2000))
    return cast


def sweep(at: dt.datetime) -> int:
    with clock.set_to(at):
        return close_unused_accounts()


def told() -> list[str]:
    return list(Notification.objects.filter(template="account_unused").values_list("addressee", flat=True))


def is_open(who: User) -> bool:
    return User.objects.get(pk=who.pk).is_active


def test_after_a_year_its_leads_are_told_and_four_weeks_later_it_closes(cast):
    assert (sweep(START + UNUSED_FOR - DAY), told()) == (0, [])
    assert (sweep(TOLD_AT), sweep(TOLD_AT), sweep(CLOSED_AT - DAY)) == (0, 0, 0)
    assert told() == [f"organisation_lead:{cast.charity.pk} user:{cast.contributor.pk}"]
    assert is_open(cast.contributor)
    assert (sweep(CLOSED_AT), sweep(CLOSED_AT)) == (1, 0)
    assert not is_open(cast.contributor)
    line = AuditEvent.objects.get(about=f"user:{cast.contributor.pk}", event="close account")
    assert line.by == "portal"


def test_the_mail_says_what_will_happen_and_to_whom(cast):
    sweep(TOLD_AT)
    with clock.set_to(TOLD_AT):
        send_mail()
    assert sorted(each.to[0] for each in mail.outbox) == sorted([cast.signatory.email, cast.contributor.email])
    assert f"Nobody has signed in as {cast.contributor.name} for a year." in mail.outbox[0].body
    assert f"From {clock.say_day(CLOSED_AT)}" in mail.outbox[0].body


def test_signing_in_keeps_it_for_another_year(cast):
    sweep(TOLD_AT)
    User.objects.filter(pk=cast.contributor.pk).update(last_login=TOLD_AT + DAY)
    assert sweep(CLOSED_AT + DAY) == 0
    sweep(TOLD_AT + UNUSED_FOR + 2 * DAY)
    assert (len(told()), is_open(cast.contributor)) == (2, True)


def test_one_whose_post_is_needed_stays_open_and_its_leads_are_told_again_until_it_is_handed_over(cast):
    with clock.set_to(START):
        factories.bring_to("in force", cast)
    User.objects.filter(pk=cast.hoo.pk).update(last_login=START)
    User.objects.filter(pk=cast.contributor.pk).update(last_login=CLOSED_AT)
    assert (sweep(TOLD_AT), sweep(CLOSED_AT), sweep(CLOSED_AT + DAY), sweep(CLOSED_AT + NOTICE)) == (0, 0, 0, 0)
    assert (told(), is_open(cast.hoo)) == ([f"establishment_lead:{cast.prison.pk} user:{cast.hoo.pk}"] * 3, True)
    with clock.set_to(CLOSED_AT + NOTICE + DAY):
        post = Holding.objects.get(user=cast.hoo)
        holdings.hand_over(post, to=cast.stranger, by=cast.cjvsf, on=clock.today())
    assert (sweep(CLOSED_AT + 2 * NOTICE), is_open(cast.hoo)) == (1, False)


def test_the_last_administrator_of_cjvsf_stays(cast):
    User.objects.filter(pk=cast.cjvsf.pk).update(last_login=START)
    sweep(TOLD_AT)
    assert "cjvsf" in told()[-1].split()
    sweep(CLOSED_AT)
    assert is_open(cast.cjvsf)


def test_one_that_was_opened_again_has_its_four_weeks_anew(cast):
    sweep(TOLD_AT)
    sweep(CLOSED_AT)
    with clock.set_to(CLOSED_AT):
        accounts.reopen_account(cast.contributor, by=cast.cjvsf)
    assert (sweep(CLOSED_AT + DAY), len(told()), is_open(cast.contributor)) == (0, 2, True)
    assert (sweep(CLOSED_AT + DAY + NOTICE), is_open(cast.contributor)) == (1, False)


def test_a_closed_account_opens_nothing(cast):
    call_command("close_unused_accounts")
    client = Client()
    client.force_login(cast.contributor)
    User.objects.filter(pk=cast.contributor.pk).update(last_login=START)
    sweep(TOLD_AT)
    sweep(CLOSED_AT)
    assert client.get("/agreements/").status_code == 302
    assert standing(User.objects.get(pk=cast.contributor.pk)).posts == ()
