"""The sweeps as a command."""

from django.core.management.base import BaseCommand

from portal.dashboards.tasks import ask_for_monthly_report, print_reports


class Command(BaseCommand):
    help = "Ask for last month's report of the estate, if it isn't there, and print what waits."

    def handle(self, **options) -> None:
        asked, printed = ask_for_monthly_report(), print_reports()
        self.stdout.write(f"{asked} asked for, {printed} printed")
