"""The audit as JSON lines, to be read by script/verify-audit-export or by anything else."""

from django.core.management.base import BaseCommand

from portal.foundation import audit


class Command(BaseCommand):
    help = "Write every line of the audit as one line of JSON, chain by chain."

    def handle(self, **options) -> None:
        for line in audit.exported():
            self.stdout.write(line)
