"""A backup is restored into an empty database: all of it is there and proves itself. One that was damaged is refused."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection

from agreements.models import Printing
from agreements.operations import attaching
from agreements.tasks import print_documents
from portal.foundation.storage import UNFINISHED
from script.restore import differences
from tests import factories
from tests.faults.cluster import cluster_of_its_own, instead
from tests.faults.test_twice import rows
from tests.journeys.surroundings import ROOT, database_url, share_a_folder

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    share_a_folder(tmp_path, settings)
    return tmp_path


@pytest.fixture
def kept(folder, settings) -> Path:
    """A signed agreement with its sealed PDF, an attached file and what a killed worker left; and the backup of all that."""
    cast = factories.Cast()
    version = factories.bring_to("in force", cast)
    attaching.store(version, "S1-17", SimpleUploadedFile("plan.pdf", b"%PDF-1.7 a plan"), by=cast.contributor)
    print_documents()
    assert Printing.objects.exclude(printed_at=None).count() == 1
    (settings.MEDIA_ROOT / f"half.pdf{UNFINISHED}").write_bytes(b"%PDF")
    assert script("backup", folder / "kept", database_url(), settings.MEDIA_ROOT) == ""
    return folder / "kept"


def script(name: str, folder: Path, url: str, documents: Path) -> str:
    """What it says when it fails."""
    own = {"DEBUG": "yes", "DATABASE_URL": url, "DOCUMENTS_DIR": str(documents), "DATA_DIR": str(folder.parent)}
    command = [sys.executable, "-m", f"script.{name}", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | own, capture_output=True, text=True)
    assert bool(done.returncode) == bool(done.stderr), done.stderr
    return done.stderr


@pytest.fixture
def empty(folder) -> Iterator[str]:
    """A database with nothing in it."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / 'restored.sqlite3'}"
        return
    with cluster_of_its_own() as cluster:
        yield cluster.start()


# F36: it is restored


def test_what_is_restored_is_all_there_and_proves_itself(kept, empty, folder, settings):
    before, began = rows(), time.monotonic()
    assert script("restore", kept, empty, folder / "restored") == ""
    print(f"\nrestored and proved in {time.monotonic() - began:.1f} s")
    settings.MEDIA_ROOT = folder / "restored"
    with instead(empty):
        after = rows()
        call_command("verify_audit", verbosity=0)
        call_command("verify_documents", verbosity=0)
    assert {table: found for table, found in after.items() if found != before[table]} == {}
    assert [path for path in (folder / "restored").rglob("*") if UNFINISHED in path.name] == []


@pytest.mark.thorough
def test_nothing_is_restored_over_what_is_there(kept, empty, folder, settings):
    assert "The database is not empty" in script("restore", kept, database_url(), folder / "restored")
    assert "The folder of documents is not empty" in script("restore", kept, empty, settings.MEDIA_ROOT)


@pytest.mark.thorough
def test_a_backup_is_not_written_over_another(kept, settings):
    assert "FileExistsError" in script("backup", kept, database_url(), settings.MEDIA_ROOT)


# F37: it is damaged


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut_a_byte(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def add_another(path: Path) -> None:
    (path.parent / f"{path.name}.another").touch()


DAMAGES = (flip_a_bit, cut_a_byte, add_another, Path.unlink)


def test_the_least_damage_to_any_file_of_a_backup_is_found(kept):
    files = sorted(path for path in kept.rglob("*") if path.is_file())
    assert {path.name for path in files} > {"database", "SHA256SUMS"}
    unseen = []
    for path in files:
        whole = path.read_bytes()
        for damage in DAMAGES:
            damage(path)
            unseen += [] if differences(kept) else [(damage.__name__, path.name)]
            path.write_bytes(whole)
            path.with_name(f"{path.name}.another").unlink(missing_ok=True)
    assert unseen == []
    assert differences(kept) == []


def test_a_damaged_backup_is_refused_before_anything_is_touched(kept, empty, folder):
    flip_a_bit(kept / "database")
    said = script("restore", kept, empty, folder / "restored")
    assert said == "This backup is not what was written: database\n"
    with instead(empty):
        assert connection.introspection.table_names() == []
    assert not (folder / "restored").exists()


@pytest.mark.parametrize("damage", [flip_a_bit, cut_a_byte, Path.unlink], ids=lambda how: how.__name__)
@pytest.mark.thorough
def test_a_file_that_is_no_longer_what_was_written_is_named(kept, damage):
    for job in Printing.objects.exclude(printed_at=None):
        damage(Path(job.file.path))
        with pytest.raises(CommandError, match=job.file.name):
            call_command("verify_documents")
