"""Exports that were asked for, and the editions of the open data."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.urls import reverse

from directory.standing import Standing, standing
from portal.foundation import clock, references
from portal.foundation.jobs import Job
from portal.foundation.models import User

KEPT_FOR = dt.timedelta(days=7)


def new_export_reference() -> str:
    return references.new("EX")


def rights_of(user: User) -> dict[str, list[int] | bool]:
    """What decides which rows this person sees."""
    stands: Standing = standing(user)
    return {
        "cjvsf": stands.is_cjvsf,
        "organisations": sorted(stands.organisation_ids),
        "establishments": sorted(stands.establishment_ids),
    }


class OpenDataEdition(models.Model):
    """The open data of one day. Its files lie in a folder of their own, and are there before this row is."""

    day = models.DateField(unique=True)
    made_at = models.DateTimeField(default=clock.now)
    folder = models.CharField(max_length=60, blank=True, help_text="Empty once its files have been removed")
    tables = models.JSONField(default=dict, help_text="By table: rows, and how many were added and removed since")

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"Open data of {clock.say_day(self.day)}"

    def path(self, table: str, ending: str) -> str:
        return f"{self.folder}/{table}.{ending}"


class ExportQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ExportQuerySet":
        """An export belongs to the person who asked for it, and to nobody else."""
        return self.filter(by=user.pk)


class Export(Job):
    """A long list that the worker writes into a file. `query` is the filter in the address of the page."""

    DONE = "made_at"

    reference = models.CharField(max_length=12, unique=True, default=new_export_reference, editable=False)
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="exports")
    name = models.CharField(max_length=30)
    ending = models.CharField(max_length=4)
    query = models.TextField(blank=True)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    file = models.FileField(blank=True)
    rights = models.JSONField(default=dict, help_text="Whose rows its maker saw when it was made")
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(made_at=None) | Q(cancelled_at=None), name="a_cancelled_export_is_not_made"
            )
        ]
        indexes = [
            models.Index(
                fields=["asked_at"],
                name="export_waiting",
                condition=Q(made_at=None, given_up_at=None, cancelled_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} as {self.ending}"

    def get_absolute_url(self) -> str:
        return reverse("export_detail", args=[self.reference])

    def path_of(self, attempt: int) -> str:
        """Where the file of an attempt lies: one that was killed can't leave half of another's."""
        return f"exports/{self.reference}-{attempt}.{self.ending}"

    @property
    def file_name(self) -> str:
        return f"{self.name}-{self.asked_at:%Y-%m-%d}.{self.ending}"

    @property
    def expires_at(self) -> dt.datetime | None:
        return self.made_at + KEPT_FOR if self.made_at else None

    @property
    def state(self) -> str:
        """What the page says of it: ready, expired, cancelled, given up, writing or waiting."""
        if self.expires_at:
            return "ready" if clock.now() < self.expires_at else "expired"
        if self.cancelled_at:
            return "cancelled"
        if self.given_up_at:
            return "given up"
        return "writing" if self.is_claimed else "waiting"

    @property
    def is_under_way(self) -> bool:
        return self.state in ("waiting", "writing")

    def is_covered_by(self, rights: dict) -> bool:
        """Whether somebody with these rights may still see every row that is in the file."""
        return rights["cjvsf"] or (
            not self.rights["cjvsf"]
            and set(self.rights["organisations"]) <= set(rights["organisations"])
            and set(self.rights["establishments"]) <= set(rights["establishments"])
        )
