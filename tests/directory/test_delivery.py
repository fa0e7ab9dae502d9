"""Mail goes out once, to the people who act today, over a real SMTP conversation on this machine."""

import datetime as dt
import itertools
import smtplib
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from agreements.models import Status
from directory import delivery
from directory.models import Holding, Role
from portal.foundation import clock, outbox
from portal.foundation.models import Notification, User
from tests import factories
from tests.directory.sink import LoopbackController, Sink

pytestmark = pytest.mark.django_db
_keys = itertools.count(1)
CONTEXT = {
    "title": "Reading Together at HMP Perth",
    "organisation": "Wayfinder Skills",
    "reference": "PA-7K3QXN",
    "status": "With the prison",
    "link": "http://127.0.0.1:8000/agreements/PA-7K3QXN/",
    "step": "submit",
    "by": "Ailsa Tait",
    "question": "S1-06",
}
TEMPLATES = ("your_turn", "agreement_changed", "mentioned")


@pytest.fixture
def sink(settings) -> Iterator[Sink]:
    sink = Sink()
    controller = LoopbackController(sink, hostname="127.0.0.1", port=0)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    yield sink
    controller.stop()


@contextmanager
def later(**passed: int) -> Iterator[None]:
    with clock.set_to(clock.now() + dt.timedelta(**passed)):
        yield


def queue(to: str, template: str = "your_turn", **context: str) -> Notification:
    key = f"test:{next(_keys)}"
    outbox.queue(to=to, template=template, context=CONTEXT | context, dedupe_key=key)
    # What may wait for a digest goes out at once here: digests have tests of their own.
    Notification.objects.filter(dedupe_key=key).update(at_once=True)
    return Notification.objects.get(dedupe_key=key)


def stored(row: Notification) -> Notification:
    return Notification.objects.get(pk=row.pk)


def test_mail_to_a_person_is_sent_and_marked(sink):
    row = queue(f"user:{factories.user().pk}")
    assert delivery.send_mail() == 1
    assert len(sink.mails) == 1
    assert stored(row).sent_at
    assert stored(row).server_answer == "Accepted"


def test_mail_that_was_sent_is_not_sent_again(sink):
    queue(f"user:{factories.user().pk}")
    assert [delivery.send_mail(), delivery.send_mail()] == [1, 0]
    assert len(sink.mails) == 1


def test_mail_to_a_prison_reaches_who_acts_there_today_each_once(sink):
    cast = factories.Cast()
    factories.hold(factories.post(Role.APPROVER, cast.prison), cast.hoo)
    coordinator = factories.hold(factories.post(Role.COORDINATOR, cast.prison))
    factories.hold(factories.post(Role.READER, cast.prison))
    yesterday = clock.today() - dt.timedelta(days=1)
    factories.hold(factories.post(Role.COORDINATOR, cast.prison), until_on=yesterday)
    queue(f"establishment:{cast.prison.pk}")
    assert delivery.send_mail() == 2
    assert sink.reached == sorted([cast.hoo.email, coordinator.email])


def test_mail_to_a_charity_reaches_nobody_of_another(sink):
    cast = factories.Cast()
    queue(f"organisation:{cast.charity.pk}")
    delivery.send_mail()
    assert sink.reached == sorted([cast.signatory.email, cast.contributor.email])


def test_who_holds_the_post_is_asked_when_the_mail_goes_out(sink):
    cast = factories.Cast()
    queue(f"establishment:{cast.prison.pk}")
    Holding.objects.filter(user=cast.hoo).update(until_on=clock.today() - dt.timedelta(days=1))
    successor = factories.hold(cast.hoo_post)
    delivery.send_mail()
    assert sink.reached == [successor.email]


def test_a_party_is_spread_once(sink):
    cast = factories.Cast()
    queue(f"organisation:{cast.charity.pk}")
    delivery.send_mail()
    with later(hours=3):
        assert delivery.send_mail() == 0
    assert len(sink.mails) == 2


def test_the_same_key_is_queued_once(sink):
    person = factories.user()
    for _ in range(3):
        outbox.queue(to=f"user:{person.pk}", template="your_turn", context=CONTEXT, dedupe_key="step:1:user")
    delivery.send_mail()
    assert sink.reached == [person.email]


def test_a_row_that_another_worker_holds_is_left_alone_until_its_lease_is_over(sink):
    row = queue(f"user:{factories.user().pk}")
    Notification.objects.filter(pk=row.pk).update(claimed_until=clock.now() + delivery.LEASE)
    assert delivery.send_mail() == 0
    with clock.set_to(clock.now() + delivery.LEASE + dt.timedelta(seconds=1)):
        assert delivery.send_mail() == 1
    assert len(sink.mails) == 1


def test_mail_is_marked_only_after_the_server_has_taken_it(sink, monkeypatch):
    row = queue(f"user:{factories.user().pk}")

    def crash(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(smtplib.SMTP, "sendmail", crash)
    with pytest.raises(KeyboardInterrupt):
        delivery.send_mail()
    assert stored(row).sent_at is None
    monkeypatch.undo()
    with clock.set_to(clock.now() + delivery.LEASE + dt.timedelta(seconds=1)):
        assert delivery.send_mail() == 1


def test_a_second_copy_can_be_told_from_a_second_mail(sink):
    """A worker that dies between the server's yes and its own mark sends again, with the same Message-ID."""
    row = queue(f"user:{factories.user().pk}")
    delivery.send_mail()
    Notification.objects.filter(pk=row.pk).update(sent_at=None)
    delivery.send_mail()
    queue(f"user:{factories.user().pk}")
    delivery.send_mail()
    first, copy, other = (mail["Message-ID"] for mail in sink.mails)
    assert first == copy
    assert first != other


def test_a_refusal_for_ever_is_not_tried_again(sink):
    refused, taken = factories.user(), factories.user()
    sink.answers[refused.email] = "550 No such person here"
    row = queue(f"user:{refused.pk}")
    queue(f"user:{taken.pk}")
    assert delivery.send_mail() == 1
    assert stored(row).refused_at
    assert "550" in stored(row).server_answer
    sink.answers.clear()
    with later(days=2):
        assert delivery.send_mail() == 0
    assert sink.reached == [taken.email]


def test_a_refusal_for_now_is_tried_later_and_each_time_later_still(sink):
    busy = factories.user()
    sink.answers[busy.email] = "450 Mailbox busy"
    row = queue(f"user:{busy.pk}")
    waits = []
    moment = clock.now()
    for _ in range(3):
        with clock.set_to(moment):
            assert delivery.send_mail() == 0
        waits.append(stored(row).not_before - moment)
        moment = stored(row).not_before + dt.timedelta(seconds=1)
    assert waits[0] < waits[1] < waits[2] <= delivery.LONGEST_WAIT
    sink.answers.clear()
    with clock.set_to(moment):
        assert delivery.send_mail() == 1


def test_mail_that_waits_is_not_tried_before_its_time(sink):
    busy = factories.user()
    sink.answers[busy.email] = "450 Mailbox busy"
    row = queue(f"user:{busy.pk}")
    delivery.send_mail()
    delivery.send_mail()
    assert stored(row).attempts == 1


def test_a_server_that_is_away_loses_no_mail(sink, settings):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    rows = [queue(f"user:{factories.user().pk}") for _ in range(2)]
    assert delivery.send_mail() == 0
    assert [stored(row).sent_at for row in rows] == [None, None]
    settings.EMAIL_PORT = port
    with later(hours=2):
        assert delivery.send_mail() == 2


def test_what_was_not_tried_while_the_server_was_away_is_free_at_once(sink, settings):
    settings.EMAIL_PORT = 1
    tried, untried = (queue(f"user:{factories.user().pk}") for _ in range(2))
    assert delivery.send_mail() == 0
    assert [(row.attempts, row.claimed_until) for row in map(stored, (tried, untried))] == [(1, None), (0, None)]
    assert [row.pk for row in delivery.claim()] == [untried.pk]


def test_a_server_so_slow_that_the_time_is_up_gets_no_more_under_this_lease(sink, monkeypatch):
    monkeypatch.setattr(delivery, "LONGEST_SWEEP", 0.5)
    monkeypatch.setattr(delivery, "compose", slowly(delivery.compose))
    rows = [queue(f"user:{factories.user().pk}") for _ in range(3)]
    assert delivery.send_mail() == 1
    assert [(row.sent_at is None, row.attempts, row.claimed_until) for row in map(stored, rows)] == [
        (False, 1, None),
        (True, 0, None),
        (True, 0, None),
    ]


def test_twin_without_that_end_a_mail_is_in_two_hands(sink, monkeypatch):
    monkeypatch.setattr(delivery, "LEASE", dt.timedelta(seconds=0.2))
    monkeypatch.setattr(delivery, "compose", slowly(delivery.compose))
    rows = [queue(f"user:{factories.user().pk}") for _ in range(2)]
    mine = delivery.claim()
    with delivery.get_connection() as connection:
        delivery.send_all(mine[:1], connection, end=0)
    assert [row.pk for row in mine] == [row.pk for row in rows]
    assert [row.pk for row in delivery.claim()] == [rows[1].pk], "another worker takes what the first goes on to send"


def slowly(compose):
    def take_a_second(*args):
        time.sleep(1)
        return compose(*args)

    return take_a_second


def test_everything_that_waits_goes_in_one_sweep(sink, monkeypatch):
    monkeypatch.setattr(delivery, "CHUNK", 2)
    cast = factories.Cast()
    for _ in range(3):
        queue(f"organisation:{cast.charity.pk}")
    assert delivery.send_mail() == 6
    assert delivery.send_mail() == 0


def test_who_has_left_gets_no_mail(sink):
    gone = factories.user()
    User.objects.filter(pk=gone.pk).update(is_active=False)
    row = queue(f"user:{gone.pk}")
    assert delivery.send_mail() == 0
    assert stored(row).refused_at
    assert sink.mails == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x0b"])
def test_a_title_can_add_no_header(sink, end):
    title = f"Reading{end}Bcc: stranger@example.org{end}{end}<b>Hello</b>"
    queue(f"user:{factories.user().pk}", title=title, by=title)
    assert delivery.send_mail() == 1
    [mail] = sink.mails
    assert mail["Bcc"] is None
    assert len(mail["Subject"].splitlines()) == 1
    assert "<b>Hello</b>" not in mail.get_body(("html",)).get_content()


@pytest.mark.parametrize("template", TEMPLATES)
def test_both_parts_say_everything(sink, template):
    queue(f"user:{factories.user().pk}", template=template)
    delivery.send_mail()
    [mail] = sink.mails
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    for word in (CONTEXT["title"], CONTEXT["reference"], CONTEXT["link"], CONTEXT["by"]):
        assert word in text
        assert word in html
    assert '<html lang="en' in html
    assert f'<a href="{CONTEXT["link"]}">' in html
    assert "<h1>" in html


@pytest.mark.parametrize("template", TEMPLATES)
def test_html_mail_fetches_nothing(sink, template):
    queue(f"user:{factories.user().pk}", template=template)
    delivery.send_mail()
    html = sink.mails[0].get_body(("html",)).get_content()
    assert not any(word in html for word in ("<img", "<link", "<style", "<script", "src=", "url("))


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_subject_is_never_longer_than_a_line(sink, template):
    longest = max(Status.labels, key=len)
    queue(f"user:{factories.user().pk}", template=template, title="A very long title " * 20, status=longest)
    delivery.send_mail()
    assert len(sink.mails[0]["Subject"].strip()) <= 78


def test_text_mail_is_not_escaped_for_html(sink):
    queue(f"user:{factories.user().pk}", title="Anna & the “Bench” at HMP & YOI Stirling")
    delivery.send_mail()
    [mail] = sink.mails
    assert "Anna & the “Bench” at HMP & YOI Stirling" in mail.get_body(("plain",)).get_content()
    assert "Anna & the “Bench”" in mail["Subject"]


def test_a_whole_batch_goes_over_one_connection(sink, monkeypatch):
    opened = []
    connect = smtplib.SMTP.connect
    monkeypatch.setattr(smtplib.SMTP, "connect", lambda self, *args: opened.append(1) or connect(self, *args))
    for _ in range(5):
        queue(f"user:{factories.user().pk}")
    assert delivery.send_mail() == 5
    assert len(opened) == 1


def test_no_mail_tells_what_an_answer_says(sink):
    cast = factories.Cast()
    secret = "Quinquereme of Nineveh"
    factories.bring_to("in force", cast, S1_06=secret)
    while delivery.send_mail():
        pass
    assert len(sink.mails) > 5
    assert not any(secret in mail.as_string() for mail in sink.mails)
