"""The sweep as a command."""

from django.core.management.base import BaseCommand

from portal.exports.open_data.making import make_open_data


class Command(BaseCommand):
    help = "Make today's open data, if it isn't there yet."

    def handle(self, **options) -> None:
        self.stdout.write("made" if make_open_data() else "there already")
