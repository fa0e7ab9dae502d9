"""Prisons and community custody units, and the councils that they lie in."""

from typing import Self

from django.db import models


class LocalAuthority(models.Model):
    """One of the 32 councils, with the Community Justice Partnership it belongs to."""

    gss = models.CharField("GSS code", max_length=9, primary_key=True)
    name = models.CharField(max_length=60)
    community_justice_partnership = models.CharField(max_length=60)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "local authorities"

    def __str__(self) -> str:
        return self.name


class EstablishmentStatus(models.TextChoices):
    OPEN = "open"
    PLANNED = "planned"
    CLOSED = "closed"


class EstablishmentQuerySet(models.QuerySet):
    def not_closed(self) -> Self:
        """Those that are open or planned: only there is anything started, listed, counted or printed."""
        return self.exclude(status=EstablishmentStatus.CLOSED)


class Establishment(models.Model):
    """A prison or a community custody unit. What isn't public stays empty until an administrator fills it in."""

    code = models.CharField(max_length=3, unique=True, help_text="Ours, not the Scottish Prison Service's")
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=60)
    operator = models.CharField(max_length=60)
    address = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    local_authority = models.ForeignKey(LocalAuthority, on_delete=models.PROTECT)
    design_capacity = models.PositiveIntegerField(null=True, blank=True)
    status = models.CharField(max_length=7, choices=EstablishmentStatus)
    opened = models.CharField(
        max_length=7, blank=True, help_text="As precise as the source: a year, or a year and month"
    )
    closed = models.CharField(max_length=7, blank=True)
    replaced_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replaces")
    note = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    concern_line = models.CharField(max_length=30, blank=True)
    holds = models.ManyToManyField(
        "directory.Term",
        blank=True,
        help_text="Groups held there, as public sources of several ages say: a start, no claim",
    )
    approver_title = models.CharField(max_length=80, default="Head of Offender Outcomes")
    sources = models.JSONField(
        default=dict, blank=True, help_text="Of each fact that was changed here: where it comes from, and the day"
    )

    objects = EstablishmentQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def takes_new_agreements(self) -> bool:
        return self.status != EstablishmentStatus.CLOSED
