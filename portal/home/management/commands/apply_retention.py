"""The sweep as a command, with a dry run."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from portal.home.keeping.tasks import apply_retention, what_would_go


class Command(BaseCommand):
    help = "Delete what has been kept long enough. With --dry-run only say what would go."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Say what would go, and delete nothing")

    def handle(self, *, dry_run: bool, **options) -> None:
        if not dry_run:
            self.stdout.write(f"{apply_retention()} gone")
            return
        for records, number in what_would_go():
            self.stdout.write(f"{number}: {records.label}, {records.period} months after {records.counts_from}")
            for row in records.due_now()[:100]:
                self.stdout.write(f"    {row._meta.model_name} {row.pk}: {row}")
