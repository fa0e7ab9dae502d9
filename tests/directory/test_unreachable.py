"""Mail that can't arrive, a server that never answers, and clocks that differ."""

import datetime as dt
import socket
import time
from types import SimpleNamespace

import pytest
from django.db.models import DateTimeField, Value
from django.utils import timezone

from directory import delivery
from directory.mail_log import record_bounce
from directory.models import Role
from portal.foundation import clock
from portal.foundation.models import Notification
from tests import factories
from tests.directory.test_delivery import later, queue, sink, stored

pytestmark = pytest.mark.django_db
__all__ = ["sink"]


@pytest.fixture
def cast() -> factories.Cast:
    cast = factories.Cast()
    cast.administrator = factories.hold(factories.post(Role.ADMINISTRATOR, cast.charity))
    return cast


def told() -> list[tuple[str, str]]:
    rows = Notification.objects.filter(template="unreachable", via="").order_by("pk")
    return [(row.addressee, row.context["person"]) for row in rows]


# F22: who can't be reached


def test_a_refusal_for_ever_is_told_to_the_administrator_of_the_organisation_once(sink, cast):
    sink.answers[cast.contributor.email] = "550 No such person here"
    for _ in range(3):
        queue(f"user:{cast.contributor.pk}")
    delivery.send_mail()
    assert told() == [(f"organisation_lead:{cast.charity.pk}", cast.contributor.name)]
    delivery.send_mail()
    assert sink.reached == [cast.administrator.email]
    [mail] = sink.mails
    assert cast.contributor.email not in mail.as_string()


def test_what_comes_back_later_is_told_as_well(sink, cast):
    row = queue(f"user:{cast.hoo.pk}")
    coordinator = factories.hold(factories.post(Role.COORDINATOR, cast.prison))
    delivery.send_mail()
    assert record_bounce(f"<{row.message_id}@example.org>") == 1
    assert told() == [("cjvsf", cast.hoo.name)], "The lead of the prison is the one who can't be reached"
    other = queue(f"user:{coordinator.pk}")
    delivery.send_mail()
    record_bounce(f"<{other.message_id}@example.org>")
    assert told()[1:] == [(f"establishment_lead:{cast.prison.pk}", coordinator.name)]


def test_it_is_told_again_in_another_month(sink, cast):
    sink.answers[cast.contributor.email] = "550 No such person here"
    queue(f"user:{cast.contributor.pk}")
    delivery.send_mail()
    with later(days=31):
        queue(f"user:{cast.contributor.pk}")
        delivery.send_mail()
    assert len(told()) == 2


def test_that_the_mail_about_it_is_refused_too_is_told_to_nobody(sink, cast):
    for person in (cast.contributor, cast.administrator):
        sink.answers[person.email] = "550 No such person here"
    queue(f"user:{cast.contributor.pk}")
    for _ in range(4):
        delivery.send_mail()
    assert told() == [(f"organisation_lead:{cast.charity.pk}", cast.contributor.name)]


def test_a_refusal_for_now_is_told_to_nobody(sink, cast):
    sink.answers[cast.contributor.email] = "450 Mailbox busy"
    queue(f"user:{cast.contributor.pk}")
    delivery.send_mail()
    assert told() == []


# F21: a server that is there and never answers, for a day


def test_a_server_that_never_answers_holds_a_sweep_up_for_one_timeout_and_loses_nothing(sink, settings):
    """The first mail meets the timeout; the others of the batch don't."""
    people = [factories.user() for _ in range(5)]
    for person in people:
        queue(f"user:{person.pk}")
    port, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = settings.EMAIL_PORT, None, 0.3
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_PORT = silent.getsockname()[1]
        began = time.monotonic()
        assert delivery.send_mail() == 0
        assert time.monotonic() - began < 5 * settings.EMAIL_TIMEOUT
    settings.EMAIL_PORT = port
    with later(hours=24):
        assert delivery.send_mail() == 5
    assert sink.reached == sorted(person.email for person in people)


def test_a_timeout_is_set_for_the_mail_server(settings):
    assert 0 < settings.EMAIL_TIMEOUT <= 30


# F28: hosts whose clocks differ


def skewed(monkeypatch, hours: int) -> None:
    """This host's clock is wrong; the database's isn't."""
    wrong = SimpleNamespace(now=lambda: timezone.now() + dt.timedelta(hours=hours), localdate=timezone.localdate)
    monkeypatch.setattr(clock, "timezone", wrong)


def claimed_and_claimed_again(monkeypatch, hours: int) -> bool:
    """Whether a second host, whose clock goes wrong, takes the row that the first one has."""
    row = queue(f"user:{factories.user().pk}")
    Notification.objects.filter(pk=row.pk).update(not_before=clock.now() - dt.timedelta(days=1))
    assert delivery.claim() == [row]
    skewed(monkeypatch, hours)
    return delivery.claim() == [row]


@pytest.mark.parametrize("hours", [2, -2])
def test_a_host_whose_clock_is_wrong_takes_nothing_that_another_has(monkeypatch, hours):
    assert not claimed_and_claimed_again(monkeypatch, hours)


def test_twin_with_leases_by_the_hosts_own_clock_it_would(monkeypatch):
    monkeypatch.setattr(clock, "at_database", lambda: Value(clock.now(), DateTimeField()))
    assert claimed_and_claimed_again(monkeypatch, 2)


def test_the_lease_of_a_host_whose_clock_is_ahead_is_over_in_time(monkeypatch):
    row = queue(f"user:{factories.user().pk}")
    skewed(monkeypatch, 2)
    assert delivery.claim() == [row]
    monkeypatch.undo()
    assert stored(row).claimed_until < clock.now() + delivery.LEASE + dt.timedelta(seconds=5)
