"""Loads a file of the Scottish Charity Register, so that a number can be looked up without leaving the portal."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from directory.forms.joining import CHARITY_NUMBER
from directory.models import RegisteredCharity
from portal.foundation import clock

COLUMNS = {"number": "Charity Number", "name": "Charity Name", "status": "Charity Status"}


class Command(BaseCommand):
    help = (
        "Load the Scottish Charity Register from a CSV file (UTF-8, with the columns Charity Number, Charity Name and "
        "Charity Status; others are left alone) in place of what was loaded before."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    @transaction.atomic
    def handle(self, *, file: Path, **options: object) -> None:
        charities = list(charities_in(file))
        RegisteredCharity.objects.all().delete()
        RegisteredCharity.objects.bulk_create(charities, batch_size=1000)
        self.stdout.write(f"{len(charities)} charities")


def charities_in(file: Path) -> Iterator[RegisteredCharity]:
    """All or nothing: a line that can't be read is named, and what was loaded before stays."""
    now = clock.now()
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines)
            if missing := set(COLUMNS.values()) - set(rows.fieldnames or ()):
                raise CommandError(f"{file} has no column {', '.join(sorted(missing))}.")
            for row in rows:
                told = {field: (row[column] or "").strip() for field, column in COLUMNS.items()}
                if not CHARITY_NUMBER.fullmatch(told["number"]):
                    raise CommandError(f"Line {rows.line_num}: {told['number']!r} isn't SC and six digits.")
                yield RegisteredCharity(
                    **told | {"name": told["name"][:250], "status": told["status"][:60]}, loaded_at=now
                )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"{file} can't be read: {error}") from None
