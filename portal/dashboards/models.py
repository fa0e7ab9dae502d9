"""What was counted a moment ago, and the monthly report of the estate."""

from django.db import models
from django.db.models import Q

from portal.foundation.printing import PrintJob


class KeptSums(models.Model):
    """What one part of the estate's dashboard counted last, so that a large estate isn't counted for every look."""

    part = models.CharField(max_length=20, unique=True)
    sums = models.JSONField()
    counted_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "kept sums"

    def __str__(self) -> str:
        return f"{self.part} at {self.counted_at}"


def report_path(report: "EstateReport", name: str) -> str:
    return f"reports/{report.month:%Y-%m}-{report.sha256[:16]}.pdf"


class EstateReport(PrintJob):
    """The report of the estate of one month, as a PDF, made when the month is over."""

    month = models.DateField(unique=True, help_text="Its first day")
    file = models.FileField(upload_to=report_path, blank=True)

    class Meta:
        ordering = ["-month"]
        constraints = [
            models.CheckConstraint(condition=Q(printed_at=None) | ~Q(sha256=""), name="a_printed_report_has_a_hash")
        ]
        indexes = [
            models.Index(fields=["asked_at"], name="report_waiting", condition=Q(printed_at=None, given_up_at=None))
        ]

    def __str__(self) -> str:
        return f"Report of {self.month:%B %Y}"
