"""The sweep as a command."""

from django.core.management.base import BaseCommand

from portal.exports.making import remove_old_exports


class Command(BaseCommand):
    help = "Remove the files of exports a week after they were made."

    def handle(self, **options) -> None:
        self.stdout.write(f"{remove_old_exports()} removed")
