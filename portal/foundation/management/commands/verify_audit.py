"""Prove every chain of the audit, or name the first broken link."""

import datetime as dt
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from portal.foundation import audit
from portal.foundation.models import AuditEvent


class Command(BaseCommand):
    help = (
        "Prove every chain of the audit, and that it is still what a mailed digest says; exit 1 and name the first "
        "broken link of each chain that doesn't hold."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--digest", nargs=2, action="append", default=[], metavar=("MOMENT", "SHA256"), help="From a daily mail"
        )

    def handle(self, *, digest: list[list[str]], **options) -> None:
        broken = [f"{line.about} at line {line.number}" for line in audit.broken_links()]
        broken += [f"the digest of {moment}" for moment, sha256 in digest if not _holds(moment, sha256)]
        if broken:
            raise CommandError("Broken: " + "; ".join(broken))
        self.stdout.write(f"{AuditEvent.objects.values('about').distinct().count()} chains hold")


def _holds(moment: str, sha256: str) -> bool:
    try:
        return audit.anchor(dt.datetime.fromisoformat(moment)).sha256 == sha256
    except ValueError:
        raise CommandError(f"{moment!r} isn't a moment such as 2026-11-21T00:00:00+00:00") from None
