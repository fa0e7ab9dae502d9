"""Work that fails: a page that can never be printed among many that can, and a disk that is full."""

import datetime as dt
import errno
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import Printing, Status, Version
from agreements.tasks import print_documents
from portal.foundation import clock, jobs, printing
from portal.foundation.storage import WholeFiles
from tests import factories

pytestmark = pytest.mark.django_db

PAGE = "<!DOCTYPE html><html lang='en'><head><title>A page</title></head><body><p>{}</p></body></html>"
# Without a title no PDF is accessible, so none is made.
POISON = "<!DOCTYPE html><html lang='en'><body><p>{}</p></body></html>"


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


@pytest.fixture
def version(cast) -> Version:
    return cast.start()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "documents"
    return tmp_path


def ask_for(version: Version, number: int, page: str = PAGE) -> list[Printing]:
    return [
        Printing.objects.create(
            version=version, kind=Printing.Kind.DRAFT, html=page.format(each), words_sha256=f"{page[-60:-56]}{each}"
        )
        for each in range(number)
    ]


def later(moment: dt.datetime, **passed: int) -> None:
    """One sweep, so much later."""
    with clock.set_to(moment + dt.timedelta(**passed)):
        print_documents()


# F08: one that always fails


def print_all_but_one(cast: factories.Cast, version: Version, number: int) -> None:
    """The bad one is asked for first, so it is first in every sweep."""
    [bad] = ask_for(version, 1, POISON)
    good = ask_for(version, number - 1)
    began = clock.now()
    for _ in range(number // jobs.BATCH + 1):
        print_documents()
    assert Printing.objects.exclude(printed_at=None).count() == len(good)
    for hours in range(1, jobs.TRIES + 2):
        later(began, hours=hours)
    bad.refresh_from_db()
    assert (bad.state, bad.attempts, bad.fault.partition(":")[0]) == ("given up", jobs.TRIES, "ValueError")
    client = Client()
    client.force_login(cast.contributor)
    page = client.get(reverse("pdf_state", args=[version.agreement.reference, bad.pk])).content.decode()
    assert "it could not be made" in page


def test_a_page_that_can_never_be_printed_holds_nobody_up_and_is_given_up_for_all_to_see(cast, version):
    print_all_but_one(cast, version, 25)


@pytest.mark.slow
def test_one_such_page_among_a_hundred_holds_nobody_up(cast, version):
    print_all_but_one(cast, version, 100)


def test_twin_a_sweep_that_lets_the_fault_through_prints_nothing_after_it(version, monkeypatch):
    def print_one(job, make) -> bool:
        printing.keep(job, make(job))
        return True

    monkeypatch.setattr(printing, "print_one", print_one)
    ask_for(version, 1, POISON)
    ask_for(version, 2)
    with pytest.raises(ValueError, match="title"):
        print_documents()
    assert Printing.objects.exclude(printed_at=None).count() == 0


# F12: no space left


@pytest.fixture
def small_disk(folder: Path, settings) -> Iterator[Path]:
    """A disk of one megabyte, where documents are kept."""
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("Only root may mount a small disk")
    settings.MEDIA_ROOT = disk
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    with pytest.raises(OSError, match="No space"):
        filler.write_bytes(b"x" * 2 * 1024 * 1024)
    return filler


def test_on_a_full_disk_a_pdf_waits_for_space_however_long_and_the_approval_stands(cast, small_disk):
    version = factories.bring_to("for signature", cast)
    [job] = ask_for(version, 1)
    filler, began = fill(small_disk), clock.now()
    for hours in range(jobs.TRIES + 3):
        later(began, hours=2 * hours)
    job.refresh_from_db()
    assert (job.state, job.attempts, "No space left" in job.fault) == ("waiting", 0, True)
    assert factories.fresh(version).status == Status.FOR_SIGNATURE
    assert [path for path in small_disk.rglob("*.*") if path.is_file()] == [], "half a file takes the space of the next"
    filler.unlink()
    later(began, days=1)
    job.refresh_from_db()
    assert (job.state, job.fault) == ("ready", "")
    with job.file.open() as made:
        assert made.read(4) == b"%PDF"


def fail_often(version: Version, monkeypatch, error: OSError) -> str:
    def no(*_: object) -> str:
        raise error

    [job] = ask_for(version, 1)
    monkeypatch.setattr(WholeFiles, "_save", no)
    began = clock.now()
    for hours in range(jobs.TRIES):
        later(began, hours=hours)
    return Printing.objects.get(pk=job.pk).state


@pytest.mark.parametrize("number", jobs.NO_SPACE)
def test_what_there_is_no_space_for_is_not_given_up(version, monkeypatch, number):
    assert fail_often(version, monkeypatch, OSError(number, "full")) == "waiting"


def test_twin_any_other_fault_of_the_disk_is_given_up(version, monkeypatch):
    assert fail_often(version, monkeypatch, OSError(errno.EIO, "broken")) == "given up"
