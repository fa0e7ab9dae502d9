"""Work that waits for a worker: what kills each worker that takes it is given up, and a late one keeps nothing."""

import datetime as dt
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest
from django.urls import reverse

from portal.celery import app
from portal.exports import making, operations
from portal.exports.lists import AGREEMENTS
from portal.exports.models import Export
from portal.foundation import clock, jobs, printing
from portal.home.models import PersonalDataCopy
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


class Killed(BaseException):
    """What no handler of the worker's catches."""


def die(job: PersonalDataCopy) -> bytes:
    raise Killed


def a_page() -> PersonalDataCopy:
    person = factories.user()
    return PersonalDataCopy.objects.create(person=person, asked_by=person, words_sha256="0" * 64)


def sweeps(count: int, make: Callable) -> Iterator[int | None]:
    """A minute between them, so that each lease is over. None where the worker was killed."""
    for minute in range(count):
        with clock.set_to(clock.now() + dt.timedelta(minutes=minute)):
            try:
                yield printing.sweep(PersonalDataCopy, make)
            except Killed:
                yield None


def stored(job: PersonalDataCopy) -> PersonalDataCopy:
    return PersonalDataCopy.objects.get(pk=job.pk)


def test_what_kills_every_worker_is_given_up_and_said_to_be():
    job = a_page()
    assert list(sweeps(jobs.TRIES + 2, die)) == [None] * jobs.TRIES + [0, 0]
    assert (stored(job).state, stored(job).fault, stored(job).attempts) == ("given up", jobs.KILLED, jobs.TRIES)


def test_twin_without_a_number_of_tries_it_would_kill_for_ever(monkeypatch):
    a_page()
    monkeypatch.setattr(jobs, "TRIES", 1000)
    assert set(sweeps(9, die)) == {None}


def test_what_comes_after_it_is_printed_in_the_sweep_that_gives_it_up():
    list(sweeps(jobs.TRIES, die))
    first, second = a_page(), a_page()
    PersonalDataCopy.objects.filter(pk=first.pk).update(attempts=jobs.TRIES)
    assert printing.sweep(PersonalDataCopy, lambda job: b"%PDF") == 1
    assert [stored(job).state for job in (first, second)] == ["given up", "ready"]


def test_an_export_that_kills_every_worker_is_given_up_and_its_page_says_so(client):
    cast = factories.Cast()
    export = operations.ask_for_export(AGREEMENTS, ending="csv", query="", by=cast.contributor)
    with mock.patch.object(making, "make", side_effect=Killed):
        for minute in range(jobs.TRIES):
            with clock.set_to(clock.now() + dt.timedelta(minutes=minute)), pytest.raises(Killed):
                making.make_exports()
    with clock.set_to(clock.now() + dt.timedelta(minutes=jobs.TRIES)):
        assert making.make_exports() == 0
    assert Export.objects.get().state == "given up"
    client.force_login(cast.contributor)
    assert "could not be made" in client.get(reverse("export_detail", args=[export.reference])).content.decode()


def test_a_wait_stays_short_however_often_it_was_tried():
    job = a_page()
    PersonalDataCopy.objects.filter(pk=job.pk).update(attempts=60)
    job.attempts = 60
    jobs.put_off(job, ValueError("no"))
    assert stored(job).not_before <= clock.now() + dt.timedelta(minutes=6)


def taken_over() -> tuple[PersonalDataCopy, PersonalDataCopy]:
    """One row as two workers hold it: the first was only slow, the second has taken it since."""
    a_page()
    (slow,) = jobs.claim(jobs.waiting(PersonalDataCopy))
    with clock.set_to(clock.now() + jobs.LEASE + dt.timedelta(seconds=1)):
        (second,) = jobs.claim(jobs.waiting(PersonalDataCopy))
    return slow, second


def printed(job: PersonalDataCopy, made: bytes) -> bool:
    return printing.print_one(job, lambda job: made)


def test_a_late_printer_keeps_nothing_and_says_so(files):
    slow, second = taken_over()
    second.words_sha256 = "1" * 64
    assert (printed(slow, b"Old words"), printed(second, b"New")) == (False, True)
    with stored(slow).file.open() as file:
        assert (file.read(), stored(slow).words_sha256) == (b"New", "1" * 64)
    assert len([path for path in files.rglob("*") if path.is_file()]) == 1


def test_twin_a_late_printer_whose_work_counts_would_keep_old_words(monkeypatch):
    slow, second = taken_over()
    monkeypatch.setattr(jobs, "mine", lambda job: PersonalDataCopy.objects.filter(pk=job.pk, printed_at=None))
    assert (printed(slow, b"Old words"), printed(second, b"New")) == (True, False)


def test_a_late_printer_that_fails_leaves_the_row_to_the_one_that_has_it():
    slow, second = taken_over()
    jobs.put_off(slow, ValueError("no"))
    assert (stored(second).claimed_until is None, stored(second).fault) == (False, "")


def test_a_file_that_cannot_be_written_does_not_hold_up_the_others():
    two = a_page(), a_page()
    keep = printing.keep
    calls = iter([OSError("The disk is full"), None])

    def keep_or_fail(job, made):
        if fault := next(calls):
            raise fault
        return keep(job, made)

    with mock.patch.object(printing, "keep", keep_or_fail):
        assert printing.sweep(PersonalDataCopy, lambda job: b"%PDF") == 1
    assert [stored(job).state for job in two] == ["waiting", "ready"]


def test_a_sweep_ends_in_time_for_the_workers_other_work(monkeypatch):
    two = a_page(), a_page()
    begun, first, late = 0, 1, jobs.LONGEST_SWEEP + 1
    monkeypatch.setattr(jobs, "time", SimpleNamespace(monotonic=iter([begun, first, late]).__next__))
    assert printing.sweep(PersonalDataCopy, lambda job: b"%PDF") == 1
    assert [stored(job).state for job in two] == ["ready", "waiting"]


def test_whatever_prints_is_killed_before_its_lease_is_over_and_has_time_after_the_last_claim():
    app.loader.import_default_modules()
    sweeps = [app.tasks[name] for name in app.conf.beat_schedule]
    printers = [sweep.time_limit for sweep in sweeps if "printing." in inspect.getsource(sweep.run)]
    assert printers == [printing.TIME_LIMIT] * len(printing.PrintJob.__subclasses__())
    assert 2 * jobs.LONGEST_SWEEP < printing.TIME_LIMIT < jobs.LEASE.total_seconds()
