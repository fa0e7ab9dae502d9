"""Reviews of agreements, what is written in them, the figures between them, and the files that are printed from them."""

import datetime as dt
import secrets

from django.db import models
from django.db.models import F, Q, Sum
from django.urls import reverse

from agreements.models import Agreement, QuestionSet, SavedAnswer, Side, Version
from agreements.models.agreement import SeenBy
from directory.models import Establishment
from portal.foundation import clock
from portal.foundation.models import User
from portal.foundation.printing import PrintJob


class Kind(models.TextChoices):
    FIRST = "first", "First"
    SCHEDULED = "scheduled", "Scheduled"
    INTERIM = "interim", "Interim"
    FINAL = "final", "Final"
    TRIGGERED = "triggered", "Triggered"


class Outcome(models.TextChoices):
    CONTINUE = "continue", "Continue unchanged"
    CHANGES = "changes", "Continue with changes"
    EXTEND = "extend", "Extend the dates"
    PAUSE = "pause", "Pause"
    END = "end", "End"


class State(models.TextChoices):
    OPEN = "open", "Open"
    HELD = "held", "Held"
    NOT_NEEDED = "not needed", "Not needed any more"


class ReviewQuerySet(SeenBy):
    to_agreement = "agreement__"

    def open(self) -> "ReviewQuerySet":
        return self.filter(state=State.OPEN)

    def overdue(self) -> "ReviewQuerySet":
        return self.open().filter(due_on__lt=clock.today())

    def held(self) -> "ReviewQuerySet":
        return self.filter(state=State.HELD)

    def with_parties(self) -> "ReviewQuerySet":
        return self.select_related(
            "agreement__organisation",
            "agreement__establishment",
            "agreement__service",
            "version__agreement__organisation",
            "version__agreement__establishment",
            "version__agreement__service",
            "version__question_set",
            "question_set",
            "partner_confirmed_by",
            "prison_confirmed_by",
        ).defer("version__question_set__definition", "question_set__definition")

    def locked(self, review: "Review") -> "Review":
        """The review as it stands now. Its agreement is held until the transaction ends, as for every other write."""
        Agreement.objects.select_for_update().get(pk=review.agreement_id)
        return self.with_parties().get(pk=review.pk)


def together(at: str, by: str) -> models.CheckConstraint:
    neither, both = Q(**{at: None, by: None}), Q(**{f"{at}__isnull": False, f"{by}__isnull": False})
    return models.CheckConstraint(condition=neither | both, name=f"{at}_and_by_go_together")


class Review(models.Model):
    """One review of an agreement: planned by the sweep, written by both sides, held when both have confirmed it.

    `version` is what is reviewed: while nobody has written anything, the one that is in force. An interim review takes
    the place of the planned one, which is then planned again.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="reviews")
    number = models.PositiveSmallIntegerField()
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="reviews")
    question_set = models.ForeignKey(QuestionSet, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    due_on = models.DateField()
    period_from = models.DateField()
    period_to = models.DateField()
    planned_at = models.DateTimeField(default=clock.now)
    held_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    next_due_on = models.DateField(null=True, blank=True, help_text="What both sides agreed instead of the usual date")
    partner_confirmed_at = models.DateTimeField(null=True, blank=True)
    partner_confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    prison_confirmed_at = models.DateTimeField(null=True, blank=True)
    prison_confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="review_number_once"),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(state=State.OPEN), name="one_open_review_an_agreement"
            ),
            together("partner_confirmed_at", "partner_confirmed_by"),
            together("prison_confirmed_at", "prison_confirmed_by"),
            models.CheckConstraint(
                condition=~Q(state=State.HELD)
                | Q(held_on__isnull=False, partner_confirmed_at__isnull=False, prison_confirmed_at__isnull=False)
                & ~Q(outcome=""),
                name="a_held_review_is_confirmed_by_both_sides",
            ),
            models.CheckConstraint(condition=Q(period_to__gte=F("period_from")), name="review_period_runs_forward"),
        ]
        indexes = [
            models.Index(fields=["state", "due_on"], name="review_by_state"),
            models.Index(fields=["agreement", "-due_on"], name="review_of_agreement"),
        ]

    def __str__(self) -> str:
        return f"Review {self.number} of {self.agreement}"

    def get_absolute_url(self) -> str:
        return reverse("review_detail", args=[self.agreement.reference, self.number])

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_on < clock.today()

    @property
    def confirmations(self) -> dict[Side, tuple[User, dt.datetime]]:
        """The sides that have confirmed it: by whom and when."""
        given = {
            Side.PARTNER: (self.partner_confirmed_by, self.partner_confirmed_at),
            Side.PRISON: (self.prison_confirmed_by, self.prison_confirmed_at),
        }
        return {side: (by, at) for side, (by, at) in given.items() if by and at}


class ReviewAnswer(SavedAnswer):
    """What a review says in answer to a question."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="answers")

    class Meta(SavedAnswer.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["review", "question_id"], condition=Q(replaced_at=None), name="one_current_answer_a_review"
            )
        ]


class DeliveryFigureQuerySet(SeenBy):
    to_agreement = "agreement__"

    def current(self) -> "DeliveryFigureQuerySet":
        return self.filter(replaced_at=None)

    def within(self, first: dt.date, last: dt.date) -> "DeliveryFigureQuerySet":
        """Those of the quarters that begin in this period."""
        return self.filter(quarter__gte=first, quarter__lte=last)

    def sums(self) -> dict[tuple[str, str], int]:
        """By question and name, such as ("S5-02", "referrals")."""
        rows = self.current().order_by().values_list("question_id", "name").annotate(total=Sum("number"))
        return {(question_id, name): total for question_id, name, total in rows}


class DeliveryFigure(models.Model):
    """One number of one quarter: a standard count (S5-02), how many sessions were cancelled for a reason (S5-03), or a
    count of a review that was held (RVW-09, RVP-02), in the quarter in which its period ends.

    `name` is the part of the count, such as "referrals", or the reason, such as "no-room". A new save is a new row.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="figures")
    quarter = models.DateField(help_text="Its first day")
    question_id = models.CharField(max_length=10)
    name = models.CharField(max_length=30)
    number = models.PositiveIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    replaced_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryFigureQuerySet.as_manager()

    class Meta:
        ordering = ["quarter", "question_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "quarter", "question_id", "name"],
                condition=Q(replaced_at=None),
                name="one_current_figure_a_quarter",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.number}"


def record_path(record: "ReviewRecord", name: str) -> str:
    return f"reviews/{record.pk}-{record.sha256[:16]}.pdf"


class ReviewRecord(PrintJob):
    """The record of a review as a PDF. It isn't sealed: what both sides confirmed stands in the portal."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="records")
    file = models.FileField(upload_to=record_path, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["review", "words_sha256"], name="the_same_record_is_printed_once"),
            models.CheckConstraint(condition=Q(printed_at=None) | ~Q(sha256=""), name="a_printed_record_has_a_hash"),
        ]
        indexes = [
            models.Index(fields=["asked_at"], name="record_waiting", condition=Q(printed_at=None, given_up_at=None))
        ]

    def __str__(self) -> str:
        return f"Record of {self.review}"


class Reminder(models.Model):
    """One rung of the ladder, climbed once for each recipient: of two sweeps, the database lets one write the row.

    `thing` is what it is about, such as review:12. A date that moves begins a ladder of its own.
    """

    thing = models.CharField(max_length=60)
    due_on = models.DateField()
    rung = models.CharField(max_length=40)
    recipient = models.CharField(max_length=60, help_text="As directory.addressing reads it, such as post:7")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["thing", "due_on", "rung", "recipient"], name="a_rung_once_a_recipient")
        ]

    def __str__(self) -> str:
        return f"{self.thing}: {self.rung} to {self.recipient}"


def new_secret() -> str:
    return secrets.token_urlsafe(32)


class CalendarAddress(models.Model):
    """The secret address of a calendar feed: one for a person, one for a prison. A renewed one makes the old one fail."""

    user = models.OneToOneField(User, null=True, blank=True, on_delete=models.CASCADE, related_name="calendar")
    establishment = models.OneToOneField(
        Establishment, null=True, blank=True, on_delete=models.CASCADE, related_name="calendar"
    )
    secret = models.CharField(max_length=64, unique=True, default=new_secret)
    renewed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None, establishment__isnull=False) | Q(user__isnull=False, establishment=None),
                name="a_calendar_is_of_a_person_or_a_prison",
            )
        ]

    def __str__(self) -> str:
        return f"Calendar of {self.user or self.establishment}"
