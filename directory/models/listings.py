"""What the directory says of a service at a prison, and what readers say is wrong with it."""

import datetime as dt
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from directory.models.estate import Establishment, LocalAuthority
from directory.models.organisations import Service
from directory.models.vocabularies import Term
from portal.foundation import clock, references
from portal.foundation.models import User


class Origin(models.TextChoices):
    """Why a service is listed. All but the first are outside the agreements."""

    AGREEMENT = "agreement", "Partnership Agreement"
    PROCURED = "procured", "Bought by SPS or another public body"
    VISITOR_CENTRE = "visitor centre", "Visitor centre"
    OTHER = "other", "Other"


class Intake(models.TextChoices):
    ROLLING = "rolling", "At any time"
    FIXED = "fixed", "Only at the start of a programme"


FRESH_FOR_MONTHS = 12


def stale_since() -> dt.date:
    """What was confirmed on this day or before it is stale today."""
    return clock.add_months(clock.today(), -FRESH_FOR_MONTHS)


class ListingQuerySet(models.QuerySet):
    def listed(self) -> "ListingQuerySet":
        """What the directory shows today, to everybody."""
        has_not_ended = Q(ends_on=None) | Q(ends_on__gte=clock.today())
        is_somewhere = Q(establishment__in=Establishment.objects.not_closed())
        return self.filter(has_not_ended, is_somewhere, is_live=True, service__organisation__left_on=None)

    def with_parties(self) -> "ListingQuerySet":
        """With everything that an entry shows, in two queries more whatever the rows. Each term has its list's `key`."""
        terms = models.Prefetch("terms", Term.objects.annotate(key=models.F("vocabulary__key")))
        found = self.select_related("service__organisation", "establishment").defer("words", "facets", "search")
        return found.prefetch_related(terms, "release_areas")

    def for_results(self) -> "ListingQuerySet":
        """With no more than a row of a search shows, in one query: its needs are read out of `facets`."""
        own = ("reference", "summary", "easy_read", "origin", "confirmed_on", "review_missed_on", "facets")
        parties = ("service__reference", "service__name", "service__organisation__name", "establishment__name")
        return self.select_related("service__organisation", "establishment").only(*own, *parties)


def new_listing_reference() -> str:
    return references.new("LS")


class Listing(models.Model):
    """A service at a prison. Written by an agreement in force, or by its owner where it runs outside the agreements.

    The directory never reads agreements. Which column is for whom stands in `directory.editions`.
    """

    reference = models.CharField(max_length=12, unique=True, default=new_listing_reference, editable=False)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="listings")
    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="listings")
    origin = models.CharField(max_length=14, choices=Origin, default=Origin.AGREEMENT)
    agreement_reference = models.CharField(max_length=12, blank=True)

    summary = models.TextField(max_length=1500)
    easy_read = models.CharField(max_length=160, blank=True, help_text="One short plain line")
    terms = models.ManyToManyField(Term, blank=True)
    release_areas = models.ManyToManyField(LocalAuthority, blank=True, related_name="listings")
    sessions_per_week = models.PositiveSmallIntegerField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    weeks = models.PositiveSmallIntegerField(null=True, blank=True)
    intake = models.CharField(max_length=7, choices=Intake, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    places = models.PositiveIntegerField(null=True, blank=True)
    people_reached = models.PositiveIntegerField(
        null=True, blank=True, help_text="People who started, in the newest four quarters that have a figure"
    )
    contact_post = models.CharField(max_length=200, blank=True)
    contact_mailbox = models.EmailField(blank=True)
    contact_phone = models.CharField(max_length=40, blank=True)
    checked_by = models.CharField(max_length=120, blank=True, help_text="The post that checks who is suitable")
    checked_against = models.TextField(max_length=2000, blank=True)
    decided_within_days = models.PositiveSmallIntegerField(null=True, blank=True)

    is_live = models.BooleanField(default=True)
    confirmed_on = models.DateField(default=clock.today)
    confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    asked_after_months = models.PositiveSmallIntegerField(default=0, help_text="The last reminder to confirm it")
    review_missed_on = models.DateField(null=True, blank=True, help_text="The day of a review that nobody has held")

    words = models.TextField(blank=True, editable=False, help_text="What a search reads: only what everybody may read")
    facets = models.TextField(blank=True, editable=False, help_text="What it can be narrowed by")
    search = SearchVectorField(null=True, editable=False)

    objects = ListingQuerySet.as_manager()

    class Meta:
        ordering = ["service__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement_reference"], condition=~Q(agreement_reference=""), name="one_listing_an_agreement"
            ),
            models.CheckConstraint(
                condition=Q(~Q(agreement_reference=""), origin=Origin.AGREEMENT)
                | Q(Q(agreement_reference=""), ~Q(origin=Origin.AGREEMENT)),
                name="listing_has_an_agreement_or_is_outside",
            ),
        ]
        indexes = [models.Index(fields=["is_live", "confirmed_on"], name="listing_by_freshness")]

    def __str__(self) -> str:
        return f"{self.service} at {self.establishment}"

    @property
    def about(self) -> str:
        """What the audit chain of this listing is called."""
        return f"listing:{self.reference}"

    def terms_of(self, key: str) -> list[Term]:
        """Its terms of one list, where it was read `with_parties`."""
        terms: Any = self.terms.all()
        return [term for term in terms if term.key == key]

    @property
    def is_from_an_agreement(self) -> bool:
        return self.origin == Origin.AGREEMENT

    @property
    def is_stale(self) -> bool:
        return self.confirmed_on <= stale_since()


class CorrectionQuerySet(models.QuerySet):
    def waiting(self) -> "CorrectionQuerySet":
        return self.filter(decided_at=None)


class Correction(models.Model):
    """What a reader says is wrong with a listing. Small things live at once, the rest wait for the owner."""

    class Decision(models.TextChoices):
        LIVE = "live", "Live at once"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="corrections")
    field = models.CharField(max_length=20)
    before = models.TextField(blank=True, help_text="What the listing said then")
    proposed = models.TextField(max_length=1500)
    note = models.TextField(max_length=1000, blank=True)
    is_from_a_slip = models.BooleanField(default=False, help_text="Written in a hall, keyed in by staff")
    said_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    network = models.CharField(max_length=32, blank=True, help_text="A keyed digest of the network, only to count by")
    said_at = models.DateTimeField(default=clock.now)
    decision = models.CharField(max_length=8, choices=Decision, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(max_length=1000, blank=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["said_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, decision="")
                | Q(~Q(decision=""), decided_at__isnull=False, decided_by__isnull=False),
                name="correction_decided_at_by_and_how_go_together",
            )
        ]
        indexes = [models.Index(fields=["network", "-said_at"], name="correction_by_network")]

    def __str__(self) -> str:
        return f"{self.field} of {self.listing}"
