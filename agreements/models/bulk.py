"""One thing done to many agreements: asked for, undone within ten minutes or else carried out by the worker, row by row."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from agreements.models.agreement import Agreement
from portal.foundation import clock, references
from portal.foundation.jobs import Job
from portal.foundation.models import User


class Label(models.Model):
    """A word that CJVSF puts on agreements to find them again. Nobody else sees it."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="labels")
    name = models.CharField(max_length=30)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint("agreement", Lower("name"), name="a_label_once_an_agreement")]

    def __str__(self) -> str:
        return self.name


def new_bulk_reference() -> str:
    return references.new("BK")


class BulkQuerySet(models.QuerySet):
    def visible_to(self, user) -> "BulkQuerySet":
        """It belongs to the person who asked for it, and to nobody else."""
        return self.filter(by=user.pk)


class Bulk(Job):
    """What is to be done to many agreements at once. `not_before` is when it can't be undone any more, and is done."""

    DONE = "done_at"

    reference = models.CharField(max_length=12, unique=True, default=new_bulk_reference, editable=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="bulks")
    deed = models.CharField(max_length=20)
    given = models.JSONField(default=dict, help_text="What its form was given")
    undone_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = BulkQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(undone_at=None) | Q(done_at=None), name="what_is_undone_is_not_done")
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                name="bulk_waiting",
                condition=Q(done_at=None, undone_at=None, given_up_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.deed} by {self.by}"

    def get_absolute_url(self) -> str:
        return reverse("bulk_detail", args=[self.reference])

    @property
    def state(self) -> str:
        """undone, done, given up, waiting or under way."""
        if self.undone_at:
            return "undone"
        if self.done_at:
            return "done"
        if self.given_up_at:
            return "given up"
        return "waiting" if clock.now() < self.not_before else "under way"


class BulkRow(models.Model):
    """One agreement of many, and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        REFUSED = "refused", "Not done"

    bulk = models.ForeignKey(Bulk, on_delete=models.CASCADE, related_name="rows")
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    reason = models.TextField(blank=True, help_text="Why it was not done, in sentences")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["bulk", "agreement"], name="an_agreement_once_a_bulk")]

    def __str__(self) -> str:
        return f"{self.agreement_id}: {self.state}"
