"""From the embedded SQLite to PostgreSQL, by the commands that README.md names: everything arrives as it was."""

import datetime as dt
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core import serializers
from django.db import connection
from django.test import Client

from agreements.models import Answer, Version
from portal.foundation.models import AuditEvent, User
from tests.agreements.test_section_form import HOSTILE
from tests.doors import world as worlds
from tests.faults.cluster import cluster_of_its_own
from tests.journeys.surroundings import ROOT, database_url

pytestmark = [
    pytest.mark.sqlite,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="It moves what is in SQLite"),
]
# As README.md has them, but for the name of the file.
COMMANDS = re.findall(
    r"^python manage\.py (migrate|dumpdata|loaddata)( .*)?$", (ROOT / "README.md").read_text(), re.MULTILINE
)


def manage(name: str, url: str, folder: Path) -> str:
    """Runs the command that README.md has under this name. What is in the file then."""
    said(url, folder, name, *dict(COMMANDS)[name].replace("portal.whole", str(folder / "portal.whole")).split())
    return (folder / "portal.whole").read_text()


def said(url: str, folder: Path, *command: str) -> str:
    own = {"DEBUG": "yes", "DATABASE_URL": url, "DATA_DIR": str(folder)}
    options = {"cwd": ROOT, "env": os.environ | own, "capture_output": True, "text": True}
    done = subprocess.run([sys.executable, "manage.py", *command], **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def say(hostile: str, version: Version, by: User) -> None:
    client = Client()
    client.force_login(by)
    base = Answer.objects.filter(version=version, question_id="S1-06", replaced_at=None).values_list("pk", flat=True)
    form = {"S1-06": hostile, "base_S1-06": str(base.first() or "")}
    address = f"/agreements/{version.agreement.reference}/sections/S1/"
    assert client.post(address, form, headers={"X-Autosave": "1"}).status_code == 200


def by_row(written: str) -> dict[tuple[str, int], dict[str, Any]]:
    return {(row["model"], row["pk"]): row["fields"] for row in json.loads(written)}


def differences(before: dict, after: dict) -> set[str]:
    return {key[0] for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


@pytest.mark.thorough
def test_what_was_in_sqlite_is_in_postgresql_to_the_last_character_and_microsecond(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "documents"
    story = worlds.build().first
    for text in HOSTILE:
        # A browser sends no half of a pair.
        say(text.encode(errors="replace").decode(), story.outline, story.cast.contributor)
    before = by_row(manage("dumpdata", database_url(), tmp_path))
    with cluster_of_its_own() as cluster:
        url = cluster.start()
        manage("migrate", url, tmp_path)
        manage("loaddata", url, tmp_path)
        after = by_row(manage("dumpdata", url, tmp_path))
        assert "chains hold" in said(url, tmp_path, "verify_audit")
    assert differences(before, after) == set()
    assert len([key for key in before if key[0] == "foundation.auditevent"]) == AuditEvent.objects.count()


@pytest.mark.parametrize(
    ("form", "keeps_microseconds", "keeps_blanks"), [("whole", True, True), ("json", False, True), ("xml", True, False)]
)
def test_twin_djangos_own_formats_would_break_chains_and_signatures(form, keeps_microseconds, keeps_blanks):
    row = AuditEvent(pk=1, about="x", number=1, event="words ", at=dt.datetime(2026, 11, 22, 8, 0, 0, 123456, dt.UTC))
    [back] = serializers.deserialize(form, serializers.serialize(form, [row]))
    assert (back.object.at == row.at, back.object.event == row.event) == (keeps_microseconds, keeps_blanks)
