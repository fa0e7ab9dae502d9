"""The sweep as a command."""

from django.core.management.base import BaseCommand

from directory.anchoring import mail_audit_digest


class Command(BaseCommand):
    help = "Mail the daily digest of the audit to CJVSF, unless that was done today."

    def handle(self, **options) -> None:
        self.stdout.write(f"{mail_audit_digest()} queued")
