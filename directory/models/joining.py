"""How people come and go: invitations to posts, organisations that ask to join, and what is handed over."""

import datetime as dt

from django.db import models
from django.db.models import Q

from directory.models.organisations import Organisation
from directory.models.posts import Holding, Post
from portal.foundation import clock
from portal.foundation.models import User

CAN_BE_UNDONE_FOR = dt.timedelta(days=30)
INVITATION_RUNS = dt.timedelta(days=14)


def in_fourteen_days() -> dt.datetime:
    return clock.now() + INVITATION_RUNS


class InvitationQuerySet(models.QuerySet):
    def open(self) -> "InvitationQuerySet":
        """Those that somebody can still accept."""
        return self.filter(accepted_at=None, taken_back_at=None, expires_at__gt=clock.now())


class Invitation(models.Model):
    """An offer of a post to one address: it is used once, it expires, and a newer one takes it back.

    No token is stored: `directory.operations.invitations.token_of` signs one when the mail is written.
    """

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField()
    as_deputy = models.BooleanField(default=False)
    from_on = models.DateField(null=True, blank=True, help_text="Nothing: from the day on which it is accepted")
    until_on = models.DateField(null=True, blank=True)
    takes_over = models.ForeignKey(Holding, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True, max_length=2000)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(default=in_fourteen_days)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-invited_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["post", "email"],
                condition=Q(accepted_at=None, taken_back_at=None),
                name="one_invitation_that_stands",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_at_and_by_go_together",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(taken_back_at=None), name="no_accepted_invitation_is_taken_back"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}: {self.post}"


class JoiningRequest(models.Model):
    """An organisation that isn't in the directory asks to join. CJVSF accepts or declines, with a reason."""

    name = models.CharField(max_length=120)
    charity_number = models.CharField(max_length=8, blank=True)
    contact_name = models.CharField(max_length=120)
    contact_post = models.CharField(max_length=120)
    contact_email = models.EmailField()
    why = models.TextField(max_length=2000)
    network = models.CharField(max_length=32, help_text="A keyed digest of the network, only to count by")
    asked_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True, max_length=2000)
    organisation = models.OneToOneField(Organisation, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="joining_decided_at_and_by_go_together",
            ),
        ]
        indexes = [models.Index(fields=["network", "-asked_at"], name="joining_by_network")]

    def __str__(self) -> str:
        return self.name


class Handover(models.Model):
    """What one holder of a post left to the next: from which day, and with which words."""

    left = models.ForeignKey(Holding, on_delete=models.PROTECT, related_name="handovers")
    taken = models.OneToOneField(Holding, on_delete=models.PROTECT, related_name="handed_over")
    note = models.TextField(blank=True, max_length=2000)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.left.user} to {self.taken.user}: {self.taken.post}"


class OrganisationMerge(models.Model):
    """Two organisations that were one: which rows moved, so that they can move back for 30 days."""

    kept = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="merged_by")
    moved = models.JSONField(help_text="Ids of the rows that moved, by model and column")
    renamed = models.JSONField(help_text="Names of services before they moved, by id, where both had one of that name")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["merged"], condition=Q(undone_at=None), name="merged_into_one_at_a_time"),
            models.CheckConstraint(condition=~Q(kept=models.F("merged")), name="no_organisation_is_merged_into_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.merged} into {self.kept}"
