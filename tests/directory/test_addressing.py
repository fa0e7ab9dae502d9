"""Whom an address means today, and how what can wait comes in one mail."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from directory import mail_log
from directory.addressing import people_behind, people_behind_each
from directory.delivery import send_mail
from directory.digests import last_slot
from directory.letters import message_id
from directory.models import Absence, Frequency, Holding, Role
from directory.operations.mail import choose_frequency
from portal.foundation import clock, outbox
from portal.foundation.models import Notification, User
from tests import factories
from tests.reviews.post_office import BACKEND, office

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")
DAY = dt.date(2026, 11, 25)  # A Wednesday.
CONTEXT = {
    "organisation": "A charity",
    "reference": "PA-1",
    "status": "In force",
    "by": "Ailsa",
    "link": "https://a.example/1",
}


@pytest.fixture(autouse=True)
def post_office(settings):
    settings.EMAIL_BACKEND = BACKEND
    office.reset()


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


@pytest.fixture(autouse=True)
def wednesday():
    with on(DAY, 9):
        yield


def on(day: dt.date, hour: int):
    return clock.set_to(dt.datetime.combine(day, dt.time(hour), tzinfo=LONDON))


def ids(*users: User) -> set[int]:
    return {user.pk for user in users}


def away(user: User, **fields) -> None:
    Absence.objects.create(user=user, **({"from_on": DAY, "until_on": DAY} | fields))


def test_the_posts_of_many_mails_are_looked_up_together(cast, django_assert_num_queries):
    posts = [factories.post(Role.COORDINATOR, cast.prison) for _ in range(3)]
    holders = [factories.hold(post) for post in posts]
    away(holders[0])
    deputy = factories.hold(posts[0], as_deputy=True)
    addresses = [f"post:{post.pk}" for post in posts]
    both = " ".join(addresses[:2])
    with django_assert_num_queries(2):
        found = people_behind_each([*addresses, both])
    assert [found[address] for address in addresses] == [ids(holders[0], deputy), ids(holders[1]), ids(holders[2])]
    assert found[both] == ids(holders[0], deputy, holders[1])


def test_a_deputy_is_told_only_while_the_holder_is_away(cast):
    deputy = factories.hold(cast.hoo_post, as_deputy=True)
    address = f"post:{cast.hoo_post.pk}"
    assert people_behind(address) == ids(cast.hoo)
    away(cast.hoo)
    assert people_behind(address) == ids(cast.hoo, deputy)
    with on(DAY + dt.timedelta(days=1), 9):
        assert people_behind(address) == ids(cast.hoo)


def test_an_absence_from_one_post_leaves_the_others(cast):
    other = factories.post(Role.COORDINATOR, cast.prison)
    factories.hold(other, cast.hoo)
    deputies = [factories.hold(post, as_deputy=True) for post in (cast.hoo_post, other)]
    away(cast.hoo, post=other)
    assert people_behind(f"post:{cast.hoo_post.pk}") == ids(cast.hoo)
    assert people_behind(f"post:{other.pk}") == ids(cast.hoo, deputies[1])


def test_an_empty_post_means_the_lead_of_its_party_and_then_cjvsf(cast):
    empty = factories.post(Role.COORDINATOR, cast.prison)
    assert people_behind(f"post:{empty.pk}") == ids(cast.hoo)
    Holding.objects.filter(user=cast.hoo).update(until_on=DAY - dt.timedelta(days=1))
    assert people_behind(f"post:{empty.pk}") == ids(cast.cjvsf)
    assert people_behind(f"establishment:{cast.prison.pk}") == ids(cast.cjvsf)


def test_the_lead_of_a_charity_is_its_administrator_and_else_its_signatory(cast):
    address = f"organisation_lead:{cast.charity.pk}"
    deputy = factories.hold(factories.post(Role.CONTRIBUTOR, cast.charity), as_deputy=True)
    assert people_behind(address) == ids(cast.signatory, deputy)
    administrator = factories.hold(factories.post(Role.ADMINISTRATOR, cast.charity))
    assert people_behind(address) == ids(administrator, deputy)


def test_somebody_behind_two_addresses_is_one_person(cast):
    both = f"post:{cast.hoo_post.pk} establishment:{cast.prison.pk} cjvsf"
    assert people_behind(both) == ids(cast.hoo, cast.cjvsf)


def queue(to: str, key: str, title: str = "A service", template: str = "agreement_changed") -> None:
    outbox.queue(to=to, template=template, context=CONTEXT | {"title": title}, dedupe_key=key)


def send_on(day: dt.date, hour: int) -> list[str]:
    """The subjects of the mails that go out then."""
    before = len(office.delivered)
    with on(day, hour):
        send_mail()
    return [mail.subject for _, mail in office.delivered[before:]]


def test_what_can_wait_comes_in_one_mail_the_next_morning(cast):
    for number in (1, 2):
        queue(f"user:{cast.hoo.pk}", f"key:{number}", f"Service {number}")
    assert send_on(DAY, 10) == []
    tomorrow = DAY + dt.timedelta(days=1)
    assert send_on(tomorrow, 8) == ["2 things to look at in Partnership Agreements"]
    assert send_on(tomorrow, 9) == []
    mail = office.delivered[0][1]
    assert mail.body.index("In force: Service 1") < mail.body.index("In force: Service 2")
    assert CONTEXT["link"] in mail.body
    assert mail.extra_headers["List-Unsubscribe"].endswith("/account/mail/>")
    assert set(Notification.objects.filter(template="agreement_changed").values_list("server_answer", flat=True)) == {
        "Accepted"
    }


def test_a_week_is_waited_for_if_somebody_wants_that_and_nothing_if_they_want_it_at_once(cast):
    choose_frequency(Frequency.WEEKLY, by=cast.hoo)
    choose_frequency(Frequency.AT_ONCE, by=cast.signatory)
    for user in (cast.hoo, cast.signatory):
        queue(f"user:{user.pk}", f"key:{user.pk}")
    assert send_on(DAY, 10) == ["In force: A service"]
    assert send_on(DAY + dt.timedelta(days=1), 8) == []
    assert send_on(DAY + dt.timedelta(days=5), 8) == ["1 thing to look at in Partnership Agreements"]


def test_your_turn_never_waits_and_offers_no_unsubscribing(cast):
    choose_frequency(Frequency.WEEKLY, by=cast.hoo)
    queue(f"user:{cast.hoo.pk}", "key", template="your_turn")
    assert len(send_on(DAY, 10)) == 1
    assert "List-Unsubscribe" not in office.delivered[0][1].extra_headers


def test_a_digest_that_waits_for_the_server_loses_what_was_for_a_post_that_changed_hands(cast):
    """The successor gets it; what was for the person alone stays."""
    queue(f"establishment:{cast.prison.pk}", "for the prison", "Of the prison")
    queue(f"user:{cast.hoo.pk}", "for the person", "Of the person")
    send_on(DAY, 10)
    office.is_away = True
    assert send_on(DAY + dt.timedelta(days=1), 8) == []
    Holding.objects.filter(user=cast.hoo).update(until_on=DAY + dt.timedelta(days=1))
    successor = factories.hold(cast.hoo_post, from_on=DAY + dt.timedelta(days=2))
    office.is_away = False
    for hour in (8, 9):
        send_on(DAY + dt.timedelta(days=2), hour)
    titles = ("Of the prison", "Of the person")
    told = {mail.to[0]: [title for title in titles if title in mail.body] for _, mail in office.delivered}
    assert told == {cast.hoo.email: ["Of the person"], successor.email: ["Of the prison"]}


@pytest.mark.parametrize("day", [dt.date(2026, 3, 29), dt.date(2026, 10, 25), dt.date(2027, 3, 28), DAY])
def test_a_digest_is_due_at_seven_in_london_on_every_day(day):
    for hour, expected in ((6, day - dt.timedelta(days=1)), (7, day), (23, day)):
        slot = last_slot(Frequency.DAILY, dt.datetime.combine(day, dt.time(hour), tzinfo=LONDON).astimezone(dt.UTC))
        assert slot.astimezone(LONDON).replace(tzinfo=None) == dt.datetime.combine(expected, dt.time(7))
        assert slot <= dt.datetime.combine(day, dt.time(hour), tzinfo=LONDON)


def test_a_mail_that_came_back_is_recorded_by_its_message_id_and_its_reader_is_out_of_reach(cast):
    queue(f"user:{cast.hoo.pk}", "key", template="your_turn")
    send_on(DAY, 10)
    row = Notification.objects.get(dedupe_key="key")
    assert mail_log.out_of_reach() == set()
    call_command("record_bounce", message_id(row), "550 Mailbox is gone", verbosity=0)
    row.refresh_from_db()
    assert (mail_log.state_of(row), row.server_answer) == ("bounced", "550 Mailbox is gone")
    assert mail_log.out_of_reach() == {cast.hoo.pk}
    queue(f"user:{cast.hoo.pk}", "another", template="your_turn")
    send_on(DAY, 11)
    assert mail_log.out_of_reach() == set()


@pytest.mark.parametrize("unknown", ["<nonsense@example.org>", "<00000000-0000-0000-0000-000000000000@example.org>"])
def test_a_message_id_that_nobody_sent_is_refused(unknown):
    with pytest.raises(CommandError):
        call_command("record_bounce", unknown)


def test_a_party_beyond_the_first_batch_is_never_taken_for_a_person(cast, monkeypatch):
    """An address of a party that waits for its turn must not be read as the number of a person."""
    monkeypatch.setattr("directory.delivery.CHUNK", 1)
    bystander = User.objects.get(pk=min(User.objects.values_list("pk", flat=True)))
    for number in (1, 2):
        queue(f"organisation:{bystander.pk + 10**6}", f"key:{number}", template="your_turn")
    send_on(DAY, 10)
    assert {mail.to[0] for _, mail in office.delivered} == {cast.cjvsf.email}
