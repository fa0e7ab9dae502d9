"""The web server takes its workers anew, as at an update, while people use it."""

import http.client
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from tests import factories
from tests.faults.test_web import NOBODY_LISTENS, step, waiting
from tests.faults.web import Visitor, web
from tests.journeys.surroundings import share_a_folder

pytestmark = pytest.mark.django_db(transaction=True)

READERS = 3
SECONDS_BETWEEN = 2


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    share_a_folder(tmp_path, settings)
    return tmp_path


def gently(master: int) -> None:
    os.kill(master, signal.SIGHUP)


def roughly(master: int) -> None:
    for worker in Path(f"/proc/{master}/task/{master}/children").read_text().split():
        os.kill(int(worker), signal.SIGKILL)


def fault(ask: Callable[[], tuple[int, str]], expected: int) -> list[str]:
    try:
        status, _ = ask()
    except (OSError, http.client.HTTPException) as error:
        return [repr(error)]
    return [] if status == expected else [str(status)]


def read_until(enough: threading.Event, visitor: Visitor) -> list[str]:
    faults = []
    while not enough.is_set():
        faults += fault(partial(visitor.ask, "GET", "/home/"), 200)
    return faults


def faults_under_load(folder: Path, restarts: int, restart: Callable[[int], None]) -> list[str]:
    """What failed, while some read, and one approves an agreement at each restart."""
    cast, enough, number = factories.Cast(), threading.Event(), folder / "gunicorn.pid"
    versions, faults = waiting(cast, restarts), []
    with web(folder, broker=NOBODY_LISTENS, GUNICORN_CMD_ARGS=f"--pid {number}") as site, ThreadPoolExecutor() as pool:
        hoo = Visitor(cast.hoo, site)
        readers = [pool.submit(read_until, enough, Visitor(cast.contributor, site)) for _ in range(READERS)]
        for version in versions:
            form = hoo.form(step(version))
            restart(int(number.read_text()))
            faults += fault(partial(hoo.post, step(version), form), 302)
            time.sleep(SECONDS_BETWEEN)
        enough.set()
        return faults + [found for reader in readers for found in reader.result()]


@pytest.mark.thorough
def test_no_request_fails_while_the_workers_are_taken_anew(folder):
    assert faults_under_load(folder, 3, gently) == []


@pytest.mark.slow
def test_no_request_fails_while_the_workers_are_taken_anew_twenty_times(folder):
    assert faults_under_load(folder, 20, gently) == []


@pytest.mark.thorough
def test_twin_workers_that_are_killed_leave_somebody_without_an_answer(folder):
    assert faults_under_load(folder, 1, roughly) != []
