"""The sweep as a command."""

from django.core.management.base import BaseCommand

from directory.delivery import send_mail


class Command(BaseCommand):
    help = "Send the mail that waits."

    def handle(self, **options) -> None:
        self.stdout.write(f"{send_mail()} sent")
