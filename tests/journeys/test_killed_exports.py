"""A worker of its own process writes a long list, and is killed: somebody in a browser sees how far it is, and gets the file."""

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from portal.exports import views
from portal.exports.models import Export
from portal.foundation.jobs import TRIES
from tests.journeys.people import Person
from tests.journeys.surroundings import ROOT, database_url, wait_until
from tests.journeys.ways import both_ways

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
ROWS = 9
SLOWLY, AT_ONCE = 1.0, 0.0


@contextmanager
def scribe(folder: Path, seconds: float) -> Iterator[subprocess.Popen]:
    """Rests so long after each row. Killed at the end, if it is still there."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DEBUG": "yes",
        "DEMO": "no",
        "DATA_DIR": str(folder),
        "DOCUMENTS_DIR": str(settings.MEDIA_ROOT),
        "DATABASE_URL": database_url(),
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "tests.faults.scribe", str(seconds)]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def rows_done() -> int:
    return Export.objects.get().rows_done


def ask_for_a_long_list(visit, cast, monkeypatch, javascript: bool) -> tuple[Person, set[str]]:
    monkeypatch.setattr(views, "LONG", ROWS - 1)
    references = {cast.start().agreement.reference for _ in range(ROWS)}
    person = visit(cast.contributor, javascript=javascript, looks=False)
    person.go(reverse("list_export", args=["agreements", "csv"]))
    person.press("Ask for the file")
    assert "It waits for the worker" in person.text
    return person, references


def see_how_far_it_is(person: Person) -> int:
    """The page looks again by itself; without JavaScript one presses."""
    if person.mirror:
        person.follow("Look again")
    bar = person.page.get_by_role("progressbar")
    bar.wait_for()
    return int(bar.get_attribute("value"))


def kill_while_it_is_watched(person: Person, folder: Path, attempt: int) -> None:
    with scribe(folder, SLOWLY) as worker:
        wait_until(lambda: Export.objects.filter(attempts=attempt, rows_done__gte=1, rows_done__lt=ROWS).exists())
        person.go(Export.objects.get().get_absolute_url())
        first = see_how_far_it_is(person)
        wait_until(lambda: see_how_far_it_is(person) > first)
        worker.kill()
        worker.wait()
    assert 0 < rows_done() < ROWS


def get_the_file(person: Person, references: set[str]) -> None:
    if person.mirror:
        person.follow("Look again")
    person.page.get_by_text("The file is ready").wait_for()
    person.look()
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name="Download").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        assert {row["reference"] for row in csv.DictReader(file)} == references


def outlive(kills: int, visit, cast, folder: Path, monkeypatch, javascript: bool) -> None:
    person, references = ask_for_a_long_list(visit, cast, monkeypatch, javascript)
    for attempt in range(1, kills + 1):
        kill_while_it_is_watched(person, folder, attempt)
        person.go(Export.objects.get().get_absolute_url())
        assert "The file is ready" not in person.text
    with scribe(folder, AT_ONCE) as worker:
        assert worker.wait(60) == 0
    get_the_file(person, references)
    assert (Export.objects.get().attempts, rows_done()) == (kills + 1, ROWS)
    assert len([path for path in (folder / "documents" / "exports").iterdir() if path.is_file()]) == 1


@both_ways
def test_a_list_goes_on_after_its_worker_was_killed(cast, visit, folder, javascript, monkeypatch):
    outlive(1, visit, cast, folder, monkeypatch, javascript)


@pytest.mark.thorough
@both_ways
def test_a_list_outlives_as_many_workers_as_it_has_tries(cast, visit, folder, javascript, monkeypatch):
    """The last of its tries ends it: what kills every worker is given up."""
    outlive(TRIES - 1, visit, cast, folder, monkeypatch, javascript)


@both_ways
def test_a_list_that_is_being_written_is_cancelled(cast, visit, folder, javascript, monkeypatch):
    person, _ = ask_for_a_long_list(visit, cast, monkeypatch, javascript)
    with scribe(folder, SLOWLY) as worker:
        wait_until(lambda: rows_done() >= 1)
        assert see_how_far_it_is(person) < ROWS
        person.press("Cancel it")
        assert "You cancelled it" in person.text
        assert worker.wait(60) == 0
    assert rows_done() < ROWS
    person.go(Export.objects.get().get_absolute_url())
    assert "You cancelled it" in person.text
    assert not (folder / "documents" / "exports").exists()
