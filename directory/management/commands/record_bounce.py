"""For whoever reads the mailbox that undeliverable mail comes back to, or for the mail server itself."""

from django.core.management.base import BaseCommand, CommandError

from directory.mail_log import record_bounce


class Command(BaseCommand):
    help = "Record that a mail which the server had accepted has come back."

    def add_arguments(self, parser) -> None:
        parser.add_argument("message_id", help="The Message-ID of the mail that came back")
        parser.add_argument("answer", nargs="?", default="", help="What the other server said")

    def handle(self, message_id: str, answer: str, **options) -> None:
        if not record_bounce(message_id, answer):
            raise CommandError("No mail that was sent has this Message-ID.")
        self.stdout.write("Recorded")
