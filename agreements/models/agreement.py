"""The agreement, its versions, and every step that one has taken."""

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Q

from agreements.models.question_set import QuestionSet
from directory.models import Establishment, Organisation, Service, Term
from directory.standing import standing
from portal.foundation import clock, references
from portal.foundation.models import User


class Side(models.TextChoices):
    PARTNER = "partner", "the partner"
    PRISON = "prison", "the prison"


class Status(models.TextChoices):
    OUTLINE = "outline", "Outline"
    WITH_PRISON = "with prison", "With the prison"
    SUPPORTED = "supported", "Supported, funding awaited"
    DETAILS = "details", "Agreeing details"
    FOR_APPROVAL = "for approval", "For approval"
    FOR_SIGNATURE = "for signature", "For signature"
    IN_FORCE = "in force", "In force"
    PAUSED = "paused", "Paused"
    ON_PAPER = "on paper", "In force, signed on paper"
    OVERTAKEN = "overtaken", "Overtaken"
    ENDED = "ended", "Ended"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"
    LAPSED = "lapsed", "Lapsed"


LIVE = (Status.IN_FORCE, Status.PAUSED, Status.ON_PAPER)
DRAFTED = (
    Status.OUTLINE,
    Status.WITH_PRISON,
    Status.SUPPORTED,
    Status.DETAILS,
    Status.FOR_APPROVAL,
    Status.FOR_SIGNATURE,
)
OVER = (Status.OVERTAKEN, Status.ENDED, Status.DECLINED, Status.WITHDRAWN, Status.LAPSED)


MONTHS_BEFORE_THE_END = 3
# What a complete pack says, as columns tell it: in words, and how one is found that says it.
TOLD = {
    "end": ("an end date", Q(current_version__ends_on__isnull=False)),
    "first review": ("a date of the first review", Q(current_version__first_review_on__isnull=False)),
    "places": ("a number of places", Q(current_version__places__isnull=False)),
}


class EligibilityCheck(models.Model):
    """One run of the public checker: counted for CJVSF, and the start of a draft when the person goes on."""

    question_set = models.ForeignKey(QuestionSet, on_delete=models.PROTECT)
    answers = models.JSONField(default=dict)
    result = models.CharField(max_length=12)
    row = models.PositiveSmallIntegerField(help_text="Which row of the decision table gave the result")
    asked_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.result} on {self.asked_at:%d %B %Y}"


def new_reference() -> str:
    return references.new("PA")


class SeenBy(models.QuerySet):
    """What a person may see is a QuerySet: another party's row doesn't exist for them."""

    to_agreement = ""
    ways = {
        "prison": "establishment",
        "area": "establishment__local_authority",
        "organisation": "organisation",
        "need": "current_version__terms",
    }

    def of(self, **parts) -> Self:
        """Narrowed by the prison, area, organisation and need of the agreement, as far as they are given."""
        return self.filter(**{f"{self.to_agreement}{self.ways[name]}": part for name, part in parts.items() if part})

    def visible_to(self, user) -> Self:
        """A partner sees its own; a prison what has been sent to it; CJVSF the whole estate."""
        stands = standing(user)
        if stands.is_cjvsf:
            return self.all()
        at = self.to_agreement
        return self.filter(
            Q(**{f"{at}organisation__in": stands.organisation_ids})
            | Q(**{f"{at}establishment__in": stands.establishment_ids, f"{at}sent_at__isnull": False})
        )


class AgreementQuerySet(SeenBy):
    def for_list(self) -> "AgreementQuerySet":
        """With everything that a row of a list shows, in one query."""
        return self.select_related("organisation", "establishment", "service", "current_version")

    def told_in_rows(self) -> "AgreementQuerySet":
        """With no more than a row tells, for lists of many. Anything else of them would be asked for row by row."""
        parties = ("organisation__name", "establishment__name", "service__name")
        version = ("current_version__status", "current_version__status_since")
        return self.for_list().only("reference", "started_at", *parties, *version)

    def in_force(self) -> "AgreementQuerySet":
        return self.filter(current_version__status__in=LIVE)

    def ending(self) -> "AgreementQuerySet":
        """In force, at their end within three months, and nobody is working on what comes after."""
        today = clock.today()
        ends = {"current_version__ends_on__range": (today, clock.add_months(today, MONTHS_BEFORE_THE_END))}
        drafts = Version.objects.filter(agreement=models.OuterRef("pk"), status__in=DRAFTED)
        copies = Agreement.objects.filter(copied_from=models.OuterRef("pk")).exclude(current_version__status__in=OVER)
        return self.in_force().filter(~models.Exists(drafts), ~models.Exists(copies), **ends)


class VersionQuerySet(SeenBy):
    to_agreement = "agreement__"

    def with_parties(self) -> "VersionQuerySet":
        return self.select_related(
            "agreement__organisation",
            "agreement__establishment",
            "agreement__service",
            "question_set",
            "sharing_set",
            "consent_set",
        ).defer("question_set__definition", "sharing_set__definition", "consent_set__definition")

    def locked(self, version: "Version") -> "Version":
        """The version as it stands now. Its agreement is held until the transaction ends, so that writes go one by one."""
        Agreement.objects.select_for_update().get(pk=version.agreement_id)
        return self.with_parties().get(pk=version.pk)


class StatusChangeQuerySet(SeenBy):
    to_agreement = "version__agreement__"

    def between(self, first: dt.date, last: dt.date) -> Self:
        """Taken on these London dates, both ends included."""
        return self.filter(at__gte=clock.start_of(first), at__lt=clock.start_of(clock.next_day(last)))


class Agreement(models.Model):
    """One organisation, one prison, one service. `current_version` is the one in force, or else the newest."""

    reference = models.CharField(max_length=12, unique=True, default=new_reference, editable=False)
    # The indexes below begin with both parties, so that neither needs one of its own.
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="agreements", db_index=False)
    establishment = models.ForeignKey(
        Establishment, on_delete=models.PROTECT, related_name="agreements", db_index=False
    )
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="agreements")
    eligibility = models.OneToOneField(EligibilityCheck, null=True, blank=True, on_delete=models.SET_NULL)
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="copies")
    current_version = models.OneToOneField(
        "Version", null=True, blank=True, on_delete=models.SET_NULL, related_name="current_of"
    )
    started_at = models.DateTimeField(default=clock.now)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When the prison first got to see it")

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        indexes = [
            models.Index(fields=["organisation", "-started_at", "-id"], name="agreement_of_organisation"),
            models.Index(fields=["establishment", "-started_at", "-id"], name="agreement_at_establishment"),
            models.Index(fields=["establishment", "organisation"], name="agreement_of_parties"),
            models.Index(fields=["-started_at", "-id"], name="agreement_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.service} at {self.establishment}"

    @property
    def about(self) -> str:
        """What the audit chain of this agreement is called."""
        return f"agreement:{self.reference}"

    def party(self, side: str) -> Organisation | Establishment:
        return self.organisation if side == Side.PARTNER else self.establishment


class Version(models.Model):
    """One set of words with its own life cycle. Only `workflow.perform` writes its status."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=14, choices=Status, default=Status.OUTLINE)
    status_since = models.DateTimeField(default=clock.now)
    question_set = models.ForeignKey(QuestionSet, on_delete=models.PROTECT, related_name="+")
    sharing_set = models.ForeignKey(QuestionSet, on_delete=models.PROTECT, related_name="+")
    consent_set = models.ForeignKey(QuestionSet, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=clock.now)

    # Projected from the answers when one is saved, because a page should never parse answers.
    terms = models.ManyToManyField(Term, blank=True, related_name="versions")
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    first_review_on = models.DateField(null=True, blank=True)
    places = models.PositiveIntegerField(null=True, blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["agreement_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(status__in=DRAFTED), name="one_version_being_drafted"
            ),
            models.UniqueConstraint(fields=["agreement"], condition=Q(status__in=LIVE), name="one_version_in_force"),
        ]
        indexes = [models.Index(fields=["status", "ends_on"], name="version_by_status")]

    def __str__(self) -> str:
        return f"{self.agreement}, version {self.number}"

    @property
    def status_label(self) -> str:
        """For rows of lists: Django's `get_status_display` makes a dict of all statuses each time."""
        return str(Status(self.status).label)

    @property
    def sets(self) -> tuple[QuestionSet, QuestionSet, QuestionSet]:
        """The question sets it is pinned to."""
        return self.question_set, self.sharing_set, self.consent_set


class StatusChange(models.Model):
    """One step that was taken, by whom, and why. Never edited."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="changes")
    step = models.CharField(max_length=30)
    from_status = models.CharField(max_length=14, choices=Status)
    to_status = models.CharField(max_length=14, choices=Status)
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=7, choices=Side, blank=True)
    reason = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)
    working_days = models.PositiveIntegerField(
        null=True, help_text="In the status that it left, without those in which a side had been asked something"
    )

    objects = StatusChangeQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["at"], name="status_change_by_moment")]

    def __str__(self) -> str:
        return f"{self.step}: {self.from_status} to {self.to_status}"


class ClarificationRequest(models.Model):
    """Named questions that go back to one side, with a date. While it is open only they unlock, and the asker's clock stops."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="clarifications")
    asked_of = models.CharField(max_length=7, choices=Side)
    questions = models.JSONField(default=list, help_text="Ids of the questions that go back")
    reason = models.CharField(max_length=60)
    note = models.TextField(blank=True)
    answer_by = models.DateField()
    asked_at = models.DateTimeField(default=clock.now)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["version"], condition=Q(answered_at=None), name="one_open_clarification_a_version"
            )
        ]

    def __str__(self) -> str:
        return f"{len(self.questions)} questions to {self.asked_of}"
