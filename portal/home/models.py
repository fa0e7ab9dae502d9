"""What the operator keeps of its own: complaints about personal data, periods, legal holds, copies of one person's data."""

import datetime as dt

from django.db import models
from django.db.models import Q

from agreements.models import Agreement
from directory.models import Organisation
from portal.foundation import clock, references
from portal.foundation.models import User
from portal.foundation.printing import PrintJob

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


class RetentionPeriod(models.Model):
    """How long the operator keeps a class of record, where that isn't what `keeping.records` suggests."""

    name = models.SlugField(unique=True)
    months = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.name}: {self.months} months"


class LegalHoldQuerySet(models.QuerySet):
    def standing(self) -> "LegalHoldQuerySet":
        return self.filter(lifted_at=None)


class LegalHold(models.Model):
    """Nothing of this agreement, or of this organisation's, is deleted until the hold is lifted."""

    agreement = models.ForeignKey(Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="holds")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="holds"
    )
    reason = models.TextField(max_length=2000)
    placed_at = models.DateTimeField(default=clock.now)
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lifted_because = models.TextField(blank=True, max_length=2000)

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        ordering = ["-placed_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(agreement=None, organisation__isnull=False) | Q(agreement__isnull=False, organisation=None),
                name="a_hold_is_on_an_agreement_or_an_organisation",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None, lifted_because="")
                | Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_because=""),
                name="a_lifted_hold_says_by_whom_and_why",
            ),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(lifted_at=None), name="one_standing_hold_an_agreement"
            ),
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(lifted_at=None), name="one_standing_hold_an_organisation"
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation or f"{self.agreement} ({self.agreement.reference})")

    @property
    def about(self) -> str:
        """The audit chain in which it stands."""
        return self.agreement.about if self.agreement else f"organisation:{self.organisation_id}"


def copy_path(copy: "PersonalDataCopy", name: str) -> str:
    return f"personal/{copy.pk}-{copy.sha256[:16]}.pdf"


class PersonalDataCopy(PrintJob):
    """What the portal holds about one person, as a PDF that was asked for. It is deleted after a month."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="data_copies")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    file = models.FileField(upload_to=copy_path, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(condition=Q(printed_at=None) | ~Q(sha256=""), name="a_printed_copy_has_a_hash"),
        ]

    def __str__(self) -> str:
        return f"Personal data of {self.person}"
