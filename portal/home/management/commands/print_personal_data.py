"""The sweep as a command."""

from django.core.management.base import BaseCommand

from portal.home.keeping.tasks import print_personal_data


class Command(BaseCommand):
    help = "Print the copies of personal data that somebody has asked for."

    def handle(self, **options) -> None:
        self.stdout.write(f"{print_personal_data()} printed")
