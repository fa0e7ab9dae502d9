"""The sweep as a command."""

from django.core.management.base import BaseCommand

from portal.dashboards.tasks import keep_sums


class Command(BaseCommand):
    help = "Count the dashboards of the estate ahead."

    def handle(self, **options) -> None:
        self.stdout.write(f"{keep_sums()} parts counted")
