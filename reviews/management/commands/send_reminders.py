"""The sweep as a command."""

from django.core.management.base import BaseCommand

from reviews.reminders import send_reminders


class Command(BaseCommand):
    help = "Queue the reminders that are due."

    def handle(self, **options) -> None:
        self.stdout.write(f"{send_reminders()} queued")
