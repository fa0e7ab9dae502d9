"""The sweep as a command."""

from django.core.management.base import BaseCommand

from agreements.tasks import carry_out_bulks


class Command(BaseCommand):
    help = "Do what was asked for many agreements at once and was not undone."

    def handle(self, **options) -> None:
        self.stdout.write(f"{carry_out_bulks()} done")
