"""The sweep as a command."""

from django.core.management.base import BaseCommand

from portal.exports.making import make_exports


class Command(BaseCommand):
    help = "Write the exports that wait."

    def handle(self, **options) -> None:
        self.stdout.write(f"{make_exports()} written")
