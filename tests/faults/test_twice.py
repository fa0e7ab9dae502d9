"""Every sweep of the worker twice, ten times, and two at once: the same database, the same mail, the same files."""

import datetime as dt
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextvars import copy_context
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command

from directory import delivery
from portal.celery import app
from portal.exports import operations
from portal.exports.lists import AGREEMENTS
from portal.foundation import clock, pdf
from portal.home.models import PersonalDataCopy
from reviews.models import ReviewRecord
from tests import factories
from tests.agreements.test_races import SECONDS, only_postgresql, race
from tests.directory.sink import Sink
from tests.directory.test_delivery import queue, sink
from tests.doors import world as worlds
from tests.journeys.surroundings import share_a_folder

__all__ = ["sink"]

PAGE = "<!DOCTYPE html><html lang='en'><head><title>A page</title></head><body><p>Words</p></body></html>"
SOON = dt.timedelta(minutes=11)
# When there is something to do for it; for the others soon. In this order: what one asks for, the next one makes.
MOMENTS = {
    "reviews.tasks.schedule_reviews": SOON,
    "agreements.tasks.carry_out_bulks": SOON,
    "directory.handouts.renew_handouts": SOON,
    "portal.dashboards.tasks.ask_for_monthly_report": SOON,
    **dict.fromkeys(app.conf.beat_schedule, SOON),
    "portal.exports.making.remove_old_exports": dt.timedelta(days=8),
    "directory.freshness.ask_to_confirm": dt.timedelta(days=330),
    "directory.unused.close_unused_accounts": dt.timedelta(days=400),
    "reviews.reminders.send_reminders": dt.timedelta(days=400),
    "agreements.tasks.end_what_has_ended": dt.timedelta(days=800),
    "portal.home.keeping.tasks.apply_retention": dt.timedelta(days=4000),
}
Rows = dict[str, list[str]]


def sweep(name: str) -> Callable[[], Any]:
    module, _, function = name.rpartition(".")
    return getattr(import_module(module), function)


def until_done(name: str) -> None:
    """Some do one thing and go back to the mail: they say True while there may be more."""
    while sweep(name)() is True:
        pass


def build() -> None:
    """The world of the doors, and work for those sweeps that have nothing to do in it."""
    cast = worlds.build().first.cast
    factories.bring_to("in force", cast)
    operations.ask_for_export(AGREEMENTS, ending="csv", query="", by=cast.hoo)
    PersonalDataCopy.objects.create(person=cast.hoo, asked_by=cast.hoo, html=PAGE, words_sha256="3" * 64)
    ReviewRecord.objects.create(review=ReviewRecord.objects.first().review, html=PAGE, words_sha256="4" * 64)


def rows() -> Rows:
    """Everything in the database, table by table."""
    return {model._meta.label: sorted(map(repr, model._base_manager.values_list())) for model in apps.get_models()}


def changed(before: Rows, after: Rows) -> list[str]:
    return [name for name in before if before[name] != after[name]]


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    share_a_folder(tmp_path, settings)
    return tmp_path


@pytest.fixture(autouse=True)
def quick_pdfs(monkeypatch) -> None:
    """Printing is slow, and has tests of its own."""
    made = pdf.from_html(PAGE)
    monkeypatch.setattr(pdf, "from_html", lambda *args, **kwargs: made)


@pytest.fixture
def began() -> Iterator[dt.datetime]:
    """The clock stands still, so that what is written twice is the same."""
    now = clock.now()
    with clock.set_to(now):
        yield now


@pytest.mark.django_db
def test_every_sweep_leaves_the_same_after_two_and_after_ten_runs_as_after_one(folder, sink, began):
    build()
    idle, unlike = [], {}
    for name, when in MOMENTS.items():
        with clock.set_to(began + when):
            before = rows()
            until_done(name)
            once, mails = rows(), len(sink.mails)
            idle += [] if changed(before, once) or mails else [name]
            for times in (2, 10):
                for _ in range(times):
                    sweep(name)()
                if found := changed(once, rows()):
                    unlike[name, times] = found
            assert len(sink.mails) == mails
    assert unlike == {}
    assert idle == []


def at_once(call: Callable[[], Any]) -> None:
    """Two threads with a connection each, and the clock of this one."""
    assert race(*(partial(copy_context().run, call) for _ in range(2))) == [None, None]


def what_comes_of(each: Callable[[Callable[[], None]], None], folder: Path, sink: Sink, began: dt.datetime) -> dict:
    """After all sweeps: how many rows each table has, how many files there are, and how many mails came."""
    build()
    for name, when in MOMENTS.items():
        with clock.set_to(began + when):
            each(partial(until_done, name))
            # The next sweep: of two that print one thing at a time, each may have left the rest to the other.
            until_done(name)
    files = sum(path.is_file() for path in (folder / "documents").rglob("*"))
    return {name: len(found) for name, found in rows().items()} | {"files": files, "mails": len(sink.mails)}


@only_postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.thorough
def test_two_of_every_sweep_at_once_leave_what_one_leaves(folder, sink, began):
    one = what_comes_of(lambda once: once(), folder, sink, began)
    call_command("flush", verbosity=0, interactive=False)
    shutil.rmtree(folder / "documents")
    sink.mails.clear()
    two = what_comes_of(at_once, folder, sink, began)
    assert two == one
    assert set(Counter(mail["Message-ID"] for mail in sink.mails).values()) == {1}


@only_postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.thorough
def test_twin_two_sweeps_that_claim_nothing_send_every_mail_twice(sink, monkeypatch):
    both_have_read = threading.Barrier(2)

    def read() -> list:
        found = list(delivery.to_send())
        both_have_read.wait(SECONDS)
        return found

    monkeypatch.setattr(delivery, "claim", read)
    for _ in range(3):
        queue(f"user:{factories.user().pk}")
    assert race(delivery.send_mail, delivery.send_mail) == [3, 3]
    assert set(Counter(mail["Message-ID"] for mail in sink.mails).values()) == {2}
