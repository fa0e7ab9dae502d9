"""Copies what can't be made again: the database first, then the files that it names. The portal may go on meanwhile.

python -m script.backup FOLDER            FOLDER must not be there yet

SHA256SUMS comes last: a folder without it is no backup. The seal's key isn't in it: whoever has both could seal anything.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from script.services import postgres_programs

DATABASE, DOCUMENTS, SUMS = "database", "documents", "SHA256SUMS"
# What PostgreSQL's programs call it, and what Django does.
PARTS = {"HOST": "HOST", "PORT": "PORT", "USER": "USER", "PASSWORD": "PASSWORD", "DATABASE": "NAME"}


def main(folder: Path) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from portal.foundation.storage import UNFINISHED

    folder.mkdir(parents=True)
    copy_database(folder / DATABASE)
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    shutil.copytree(settings.MEDIA_ROOT, folder / DOCUMENTS, ignore=shutil.ignore_patterns(f"*{UNFINISHED}"))
    (folder / SUMS).write_bytes(written_down(folder))


def copy_database(to: Path) -> None:
    if is_postgresql():
        run("pg_dump", "--format=custom", f"--file={to}")
        return
    with sqlite3.connect(settings.DATABASES["default"]["NAME"]) as database, sqlite3.connect(to) as copy:
        database.backup(copy)


def is_postgresql() -> bool:
    return settings.DATABASES["default"]["ENGINE"].endswith("postgresql")


def run(program: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs. The password is in its environment, where no other user sees it."""
    where: dict[str, Any] = dict(settings.DATABASES["default"])
    own = {f"PG{name}": str(where[key]) for name, key in PARTS.items() if where[key]}
    subprocess.run([postgres_programs() / program, *arguments], env=os.environ | own, check=True)


def written_down(folder: Path) -> bytes:
    """A line for each file, as sha256sum writes and checks them."""
    return "".join(f"{line}\n" for line in sums(folder)).encode()


def sums(folder: Path) -> Iterator[str]:
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / SUMS):
        with path.open("rb") as file:
            yield f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.relative_to(folder)}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
