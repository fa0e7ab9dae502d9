"""The sweep as a command."""

from django.core.management.base import BaseCommand

from agreements.tasks import print_documents


class Command(BaseCommand):
    help = "Print the documents that wait."

    def handle(self, **options) -> None:
        self.stdout.write(f"{print_documents()} printed")
