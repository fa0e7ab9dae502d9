"""The sweep as a command."""

from django.core.management.base import BaseCommand

from reviews.tasks import schedule_reviews


class Command(BaseCommand):
    help = "Give every agreement in force its next review."

    def handle(self, **options) -> None:
        self.stdout.write(f"{schedule_reviews()} planned")
