"""The process that prints is killed (SIGKILL) in the middle of a PDF, again and again: each is printed once, and whole."""

import hashlib
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from agreements import documents
from agreements.models import Printing
from portal.foundation import jobs, pdf
from portal.foundation.storage import UNFINISHED
from tests import factories
from tests.journeys.surroundings import PASSPHRASE, ROOT, database_url, share_a_folder

pytestmark = pytest.mark.django_db(transaction=True)

PLACES = ("rendering", "keeping", "written", "named")


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    share_a_folder(tmp_path, settings)
    return tmp_path


def agreements_to_print(count: int) -> None:
    """Signed agreements, each with its final PDF still to be made."""
    cast = factories.Cast()
    for _ in range(count):
        factories.bring_to("in force", cast)
    assert Printing.objects.filter(kind=Printing.Kind.FINAL, printed_at=None).count() == count


def print_under_fire(places: list[str], how: str, folder: Path) -> int:
    """One process after another; each is killed at the next place of the plan, and the last one finishes."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DEBUG": "yes",
        "DEMO": "no",
        "DATA_DIR": str(folder),
        "DOCUMENTS_DIR": str(folder / "documents"),
        "SEAL_KEY_FILE": str(folder / "seal.p12"),
        "SEAL_KEY_PASSPHRASE": PASSPHRASE,
        "DATABASE_URL": database_url(),
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "tests.faults.printery", how]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    plan = list(places)
    with subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) as printery:
        while Printing.objects.filter(printed_at=None, given_up_at=None).exists():
            printery.stdin.write("another\n")
            shoot(printery, plan)
        printery.stdin.close()
    return len(places) - len(plan)


def shoot(printery: subprocess.Popen, plan: list[str]) -> None:
    """Follow what one process says, and kill it when it comes to the place."""
    worker = 0
    for line in printery.stdout:
        what, _, rest = line.strip().partition(" ")
        if what == "began":
            worker = int(rest)
        elif what == "gone":
            return
        elif worker and plan and rest == plan[0]:
            plan.pop(0)
            os.kill(worker, signal.SIGKILL)


def assert_each_is_printed_once_and_whole(agreements: int, places: list[str], folder: Path) -> None:
    agreements_to_print(agreements)
    assert print_under_fire(places, "kept", folder) == len(places)
    kept = set()
    for job in Printing.objects.all():
        with job.file.open() as file:
            made = file.read()
        assert hashlib.sha256(made).hexdigest() == job.sha256
        assert made.startswith(pdf.from_html(job.html, attachments={"agreement.json": documents.as_bytes(job.data)}))
        kept.add(job.file.name)
    assert len(kept) == agreements
    finished = list((folder / "documents").rglob("*.pdf"))
    assert [path for path in finished if not path.read_bytes().rstrip().endswith(b"%%EOF")] == []
    others = [path for path in (folder / "documents").rglob("*.*") if path not in finished]
    assert [path for path in others if UNFINISHED not in path.name] == []


def test_a_printer_that_is_killed_in_each_place_prints_each_pdf_once_and_whole(folder):
    assert_each_is_printed_once_and_whole(1, list(PLACES), folder)


@pytest.mark.slow
def test_two_hundred_kills_leave_each_pdf_printed_once_and_whole(folder):
    seed = random.SystemRandom().randrange(10**6)
    print(f"\nseed {seed}")
    dice = random.Random(seed)
    assert_each_is_printed_once_and_whole(20, [dice.choice(PLACES) for _ in range(200)], folder)


def test_twin_a_pdf_that_counts_as_printed_before_it_is_would_be_lost(folder):
    agreements_to_print(1)
    assert print_under_fire(["rendering"], "marked-first", folder) == 1
    job = Printing.objects.get()
    assert (bool(job.printed_at), bool(job.file)) == (True, False)


def test_what_a_killed_printer_held_is_free_again_within_a_minute():
    assert jobs.LEASE.total_seconds() <= 60
