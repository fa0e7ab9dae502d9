"""What the operator keeps of its own: complaints about how personal data is handled."""

import datetime as dt

from django.db import models
from django.db.models import Q

from portal.foundation import clock, references
from portal.foundation.models import User

ACKNOWLEDGED_WITHIN = dt.timedelta(days=30)


def new_complaint_reference() -> str:
    return references.new("DP")


class Complaint(models.Model):
    """Somebody says that their data wasn't handled as it should be. Acknowledged within 30 days, answered without delay."""

    reference = models.CharField(max_length=12, unique=True, default=new_complaint_reference, editable=False)
    name = models.CharField(max_length=120)
    email = models.EmailField()
    what = models.TextField(max_length=4000)
    network = models.CharField(max_length=32, help_text="A keyed digest of the network, only to count by")
    made_at = models.DateTimeField(default=clock.now)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.TextField(blank=True, max_length=4000)

    class Meta:
        ordering = ["made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="complaint_acknowledged_at_and_by_go_together",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, outcome="")
                | Q(answered_at__isnull=False, answered_by__isnull=False, acknowledged_at__isnull=False),
                name="an_answered_complaint_was_acknowledged",
            ),
        ]
        indexes = [models.Index(fields=["network", "-made_at"], name="complaint_by_network")]

    def __str__(self) -> str:
        return self.reference

    @property
    def acknowledge_by(self) -> dt.datetime:
        return self.made_at + ACKNOWLEDGED_WITHIN

    @property
    def is_overdue(self) -> bool:
        return self.acknowledged_at is None and clock.now() > self.acknowledge_by
