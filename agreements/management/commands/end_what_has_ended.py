"""The sweep as a command."""

from django.core.management.base import BaseCommand

from agreements.tasks import end_what_has_ended


class Command(BaseCommand):
    help = "End agreements whose last day has passed, and let silent outlines lapse."

    def handle(self, **options) -> None:
        self.stdout.write(f"{end_what_has_ended()} ended")
