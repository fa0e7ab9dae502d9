"""Posts, who holds them from when to when, and who is away."""

from django.db import models
from django.db.models import Q

from directory.models.estate import Establishment
from directory.models.organisations import Organisation
from portal.foundation.models import User


class Role(models.TextChoices):
    """What a post is for. `directory.roles` says what each role may do."""

    CONTRIBUTOR = "contributor", "Contributor"
    SIGNATORY = "signatory", "Signatory"
    ADMINISTRATOR = "administrator", "Administrator"
    HOO = "hoo", "Head of Offender Outcomes"
    APPROVER = "approver", "Further approver or signatory"
    COORDINATOR = "coordinator", "Third sector coordinator"
    READER = "reader", "Prison staff"
    CJVSF = "cjvsf", "CJVSF administrator"
    FUNDER = "funder", "Funder"


PARTNER_ROLES = (Role.CONTRIBUTOR, Role.SIGNATORY, Role.ADMINISTRATOR)
FUNDER_ROLES = (Role.FUNDER,)
PRISON_ROLES = (Role.HOO, Role.APPROVER, Role.COORDINATOR, Role.READER)


class Post(models.Model):
    """A seat that outlives its holder. Agreements, actions and mail are addressed to posts.

    `approval_order` and `signing_order` are the prison's policy: posts with a number approve (or sign) in that
    order, posts with the same number in parallel, posts without one not at all.
    """

    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="posts"
    )
    establishment = models.ForeignKey(
        Establishment, null=True, blank=True, on_delete=models.PROTECT, related_name="posts"
    )
    role = models.CharField(max_length=20, choices=Role)
    title = models.CharField(max_length=120)
    mailbox = models.EmailField(blank=True, help_text="A role mailbox that survives a change of staff")
    mailbox_is_public = models.BooleanField(default=False, help_text="Whether the mailbox may stand on public pages")
    approval_order = models.PositiveSmallIntegerField(null=True, blank=True)
    signing_order = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                name="post_belongs_to_the_party_of_its_role",
                condition=Q(role__in=(*PARTNER_ROLES, *FUNDER_ROLES), organisation__isnull=False, establishment=None)
                | Q(role__in=PRISON_ROLES, organisation=None, establishment__isnull=False)
                | Q(role=Role.CJVSF, organisation=None, establishment=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.party_name}"

    @property
    def party_name(self) -> str:
        return str(self.organisation or self.establishment or "CJVSF")


class HoldingQuerySet(models.QuerySet):
    def on(self, day) -> "HoldingQuerySet":
        """Holdings that run on this London date, both ends included."""
        return self.from_day(day).filter(from_on__lte=day)

    def from_day(self, day) -> "HoldingQuerySet":
        """Holdings that run on this London date or will run later."""
        return self.filter(Q(until_on=None) | Q(until_on__gte=day), taken_back=False, user__is_active=True)


class Holding(models.Model):
    """Who holds a post, or deputises in it, from a day to a day."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holdings")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="holdings")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    as_deputy = models.BooleanField(default=False)
    taken_back = models.BooleanField(default=False, help_text="It ended before it had run a day, and counts for none")

    objects = HoldingQuerySet.as_manager()

    class Meta:
        ordering = ["post_id", "as_deputy", "from_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=models.F("from_on")), name="holding_ends_after_it_starts"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {'deputises as' if self.as_deputy else 'is'} {self.post}"


class AbsenceQuerySet(models.QuerySet):
    def on(self, day) -> "AbsenceQuerySet":
        """Absences that run on this London date, both ends included."""
        return self.filter(from_on__lte=day, until_on__gte=day)


class Absence(models.Model):
    """When somebody is away, from one post or from all: mail to the post goes to its deputy as well."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="absences")
    post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField()

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["from_on"]
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=models.F("from_on")), name="absence_ends_after_it_starts")
        ]

    def __str__(self) -> str:
        return f"{self.user} is away from {self.post or 'every post'}"
