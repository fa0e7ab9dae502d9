"""Prove every chain of the audit, or name the first broken link."""

from django.core.management.base import BaseCommand, CommandError

from portal.foundation import audit
from portal.foundation.models import AuditEvent


class Command(BaseCommand):
    help = "Prove every chain of the audit; exit 1 and name the first broken link of each that doesn't hold."

    def handle(self, **options) -> None:
        chains = AuditEvent.objects.order_by("about").values_list("about", flat=True).distinct()
        broken = [line for line in map(audit.first_broken_link, chains) if line]
        if broken:
            raise CommandError("Broken: " + "; ".join(f"{line.about} at line {line.number}" for line in broken))
        self.stdout.write(f"{chains.count()} chains hold")
