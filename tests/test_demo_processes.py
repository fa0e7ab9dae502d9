"""The demonstration's processes start together and end together, however it is stopped. Its data are another matter."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from script.services import free_port

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("gunicorn", "worker", "beat")
WITHOUT_DATA = """
import sys
from script import demo
demo.prepare = lambda: None
demo.run = lambda *_: None
sys.exit(demo.main())
"""


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "BROKER_URL"}}
    environment |= {"DATA_DIR": str(tmp_path), "PORT": str(free_port())}
    command = [sys.executable, "-c", WITHOUT_DATA]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.terminate()


def wait_until_started(portal: subprocess.Popen[str]) -> str:
    """The address that it prints, once the worker and beat have been started too."""
    said = ""
    while "Ctrl-C" not in said:
        line = portal.stdout.readline()
        assert line, f"it ended after saying: {said}"
        said += line
    return re.search(r"http://\S+", said).group()


def processes() -> list[tuple[int, int, int, str]]:
    """Process, parent, session and command line of everything that runs."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent, _, session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
            command = (folder / "cmdline").read_text().replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            found.append((int(folder.name), int(parent), int(session), command))
    return found


def children(portal: subprocess.Popen[str]) -> dict[str, int]:
    """The parts by name. One that has only just been forked bears its parent's command still."""
    deadline = time.monotonic() + 10
    while True:
        started = {command: number for number, parent, _, command in processes() if parent == portal.pid}
        found = {name: number for command, number in started.items() for name in PARTS if f" {name} " in command}
        if len(found) == len(PARTS) or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def still_there(sessions: dict[str, int]) -> list[str]:
    return [command for _, _, session, command in processes() if session in sessions.values()]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_however_it_is_stopped_everything_that_it_started_ends(portal: subprocess.Popen[str], number: signal.Signals):
    address = wait_until_started(portal)
    sessions = children(portal)
    assert set(sessions) == set(PARTS)
    assert urllib.request.urlopen(f"{address}/health/live/").status == 200
    portal.send_signal(number)
    assert portal.wait(timeout=30) == 0
    assert still_there(sessions) == []


def test_when_one_of_them_ends_the_others_end_with_it(portal: subprocess.Popen[str]):
    wait_until_started(portal)
    sessions = children(portal)
    os.kill(sessions["worker"], signal.SIGTERM)
    assert portal.wait(timeout=30) == 1
    assert still_there(sessions) == []
