"""Ask the owners of listings that are getting old to confirm them. The worker does it every hour."""

from django.core.management.base import BaseCommand

from directory.freshness import ask_to_confirm


class Command(BaseCommand):
    help = "Ask the owners of listings that are getting old to confirm them."

    def handle(self, **options) -> None:
        self.stdout.write(f"{ask_to_confirm()} mails")
