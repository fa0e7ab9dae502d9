"""Tell of accounts that nobody has used for a year, and close those that were told of. The worker does it every hour."""

from django.core.management.base import BaseCommand

from directory.unused import close_unused_accounts


class Command(BaseCommand):
    help = "Tell of accounts that nobody has used for a year, and close those that were told of four weeks ago."

    def handle(self, **options) -> None:
        self.stdout.write(f"{close_unused_accounts()} accounts closed")
