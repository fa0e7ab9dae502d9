"""Puts a backup of script.backup into an empty database and an empty folder of documents, and proves what is there then.

python -m script.restore FOLDER

A backup that isn't what was written is refused before anything is touched.
"""

import os
import shutil
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from script.backup import DATABASE, DOCUMENTS, SUMS, is_postgresql, run, written_down


def main(folder: Path) -> None:
    if found := differences(folder):
        raise SystemExit("This backup is not what was written: " + "; ".join(found))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    refuse_what_is_in_use()
    restore_database(folder / DATABASE)
    shutil.copytree(folder / DOCUMENTS, settings.MEDIA_ROOT, dirs_exist_ok=True)
    for proof in ("verify_audit", "verify_documents"):
        call_command(proof)


def differences(folder: Path) -> list[str]:
    """The files that were changed, cut, lost or added."""
    if not (folder / SUMS).exists():
        return [f"{SUMS} is missing"]
    written, found = (folder / SUMS).read_bytes(), written_down(folder)
    if written == found:
        return []
    lines = set(written.splitlines()) ^ set(found.splitlines())
    return sorted({line.decode(errors="replace").partition("  ")[2] or SUMS for line in lines}) or [SUMS]


def refuse_what_is_in_use() -> None:
    if connection.introspection.table_names():
        raise SystemExit("The database is not empty. Restore into a new one.")
    if settings.MEDIA_ROOT.exists() and any(settings.MEDIA_ROOT.iterdir()):
        raise SystemExit("The folder of documents is not empty. Restore into a new one.")


def restore_database(copy: Path) -> None:
    """All of it or nothing. The rights of a second role are granted again afterwards: see docs/two-database-roles.md."""
    connection.close()
    if is_postgresql():
        database = settings.DATABASES["default"]["NAME"]
        options = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", f"--dbname={database}"]
        run("pg_restore", *options, str(copy))
    else:
        shutil.copyfile(copy, settings.DATABASES["default"]["NAME"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
