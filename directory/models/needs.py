"""What a prison says that it needs, what partners see and propose, and whom to turn to in an area of release."""

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Q

from directory.models.estate import Establishment
from directory.models.listings import Listing
from directory.models.organisations import Organisation
from directory.models.vocabularies import Term
from portal.foundation import clock, references
from portal.foundation.models import User
from portal.foundation.working_days import working_days_after

ANSWERED_WITHIN = 20


class Weight(models.IntegerChoices):
    NONE = 0, "No need"
    SOME = 1, "Some need"
    GREAT = 2, "Great need"
    VERY_GREAT = 3, "Very great need"


class StatementQuerySet(models.QuerySet):
    def published(self) -> Self:
        return self.exclude(published_at=None)


class NeedsStatement(models.Model):
    """What one prison needs in one year. Once it is published the database refuses every change.

    `needs` and `groups` hold a weight by the slug of a term; a term that isn't there wasn't weighed.
    """

    establishment = models.ForeignKey(Establishment, on_delete=models.PROTECT, related_name="needs_statements")
    year = models.PositiveSmallIntegerField()
    needs = models.JSONField(default=dict)
    groups = models.JSONField(default=dict)
    partners_heard = models.TextField(blank=True)
    organisations_heard = models.PositiveIntegerField(null=True, blank=True)
    custody_heard = models.TextField(blank=True)
    people_heard = models.PositiveIntegerField(null=True, blank=True)
    sources = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=0, help_text="Counts the saves, so that a stale one is noticed")
    saved_at = models.DateTimeField(default=clock.now)
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = StatementQuerySet.as_manager()

    class Meta:
        ordering = ["establishment__name", "-year"]
        constraints = [
            models.UniqueConstraint(fields=["establishment", "year"], name="one_needs_statement_a_prison_and_year"),
            models.CheckConstraint(
                condition=Q(published_at=None, published_by=None)
                | Q(published_at__isnull=False, published_by__isnull=False),
                name="statement_published_at_and_by_go_together",
            ),
        ]

    def __str__(self) -> str:
        return f"What {self.establishment} needs in {self.year}"


class PartnerView(models.Model):
    """What a partner told a prison for its needs statement of a year. It isn't edited: more can be said."""

    establishment = models.ForeignKey(Establishment, on_delete=models.PROTECT, related_name="partner_views")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="partner_views")
    year = models.PositiveSmallIntegerField()
    text = models.TextField()
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.organisation} on {self.establishment} in {self.year}"


def new_idea_reference() -> str:
    return references.new("ID")


def in_twenty_working_days() -> dt.date:
    return working_days_after(clock.today(), ANSWERED_WITHIN)


class IdeaQuerySet(models.QuerySet):
    def with_parties(self) -> Self:
        return self.select_related("organisation", "establishment", "need", "group", "answered_by")

    def waiting(self) -> Self:
        return self.filter(answered_at=None)

    def silent(self) -> Self:
        """Those that a prison should have answered before today."""
        return self.waiting().filter(due_on__lt=clock.today())


class Idea(models.Model):
    """A partner flags a need that emerges, or pitches an idea; the prison answers by a day, and says why."""

    class Kind(models.TextChoices):
        FLAG = "flag", "We see a need that nobody meets"
        PITCH = "pitch", "We have an idea for a service"

    class Reply(models.TextChoices):
        WANTED = "wanted", "Wanted"
        DUPLICATE = "duplicate", "Something like it is there already"
        NOT_NOW = "not now", "Not now"

    reference = models.CharField(max_length=12, unique=True, default=new_idea_reference, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="ideas")
    establishment = models.ForeignKey(Establishment, on_delete=models.PROTECT, related_name="ideas")
    kind = models.CharField(max_length=5, choices=Kind)
    need = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey(Term, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    told_at = models.DateTimeField(default=clock.now)
    told_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(default=in_twenty_working_days)
    reply = models.CharField(max_length=9, choices=Reply, blank=True)
    why = models.TextField(blank=True)
    duplicate_of = models.ForeignKey(Listing, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = IdeaQuerySet.as_manager()

    class Meta:
        ordering = ["-told_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, reply="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(reply="")),
                name="an_idea_is_answered_by_somebody_with_a_reply",
            )
        ]
        indexes = [models.Index(fields=["due_on"], name="idea_waiting", condition=Q(answered_at=None))]

    def __str__(self) -> str:
        return f"{self.need} at {self.establishment}"

    @property
    def is_late(self) -> bool:
        return self.answered_at is None and self.due_on < clock.today()


class AreaContact(models.Model):
    """A role mailbox of an area of release: never a person's. Nothing is shown until CJVSF fills it in."""

    class Kind(models.TextChoices):
        INTERFACE = "interface", "Third Sector Interface"
        PARTNERSHIP = "partnership", "Community Justice Partnership"

    kind = models.CharField(max_length=11, choices=Kind)
    area = models.SlugField(max_length=60, help_text="Of a council for an interface, of a partnership otherwise")
    name = models.CharField(max_length=120)
    mailbox = models.EmailField()
    changed_at = models.DateTimeField(default=clock.now)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["kind", "area"]
        constraints = [models.UniqueConstraint(fields=["kind", "area"], name="one_contact_a_kind_and_area")]

    def __str__(self) -> str:
        return self.name
