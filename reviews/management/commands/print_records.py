"""The sweep as a command."""

from django.core.management.base import BaseCommand

from reviews.tasks import print_records


class Command(BaseCommand):
    help = "Print the records of reviews that wait."

    def handle(self, **options) -> None:
        self.stdout.write(f"{print_records()} printed")
