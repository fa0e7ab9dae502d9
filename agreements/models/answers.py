"""What the two sides write: answers, files, comments and agreed actions."""

import uuid

from django.db import models
from django.db.models import Q

from agreements.models.agreement import LIVE, SeenBy, Side, Version
from directory.models import Post
from portal.foundation import clock
from portal.foundation.models import User


class SavedAnswer(models.Model):
    """One saved text of one answer. A new save is a new row; the one it replaces is marked, and stays as history."""

    question_id = models.CharField(max_length=10)
    value = models.JSONField(null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.question_id} by {self.by}"


class Answer(SavedAnswer):
    """What a version says in answer to a question."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="answers")

    class Meta(SavedAnswer.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["version", "question_id"], condition=Q(replaced_at=None), name="one_current_answer_a_question"
            )
        ]


def attachment_path(attachment: "Attachment", name: str) -> str:
    return f"attachments/{attachment.pk}"


class Attachment(models.Model):
    """A file that belongs to an answer or shows that an action is done, stored under its id and always sent as a download."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="attachments")
    question_id = models.CharField(max_length=10)
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=attachment_path)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class Comment(models.Model):
    """What somebody says about one question; an open one blocks sending for approval."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="comments")
    question_id = models.CharField(max_length=10)
    text = models.TextField(max_length=2000)
    mentions = models.ManyToManyField(User, blank=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_at=None, resolved_by=None)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="resolved_at_and_by_go_together",
            )
        ]

    def __str__(self) -> str:
        return f"{self.by} on {self.question_id}"


class ActionQuerySet(SeenBy):
    to_agreement = "version__agreement__"

    def of_agreements_in_force(self) -> "ActionQuerySet":
        """What has to be done now: not what is still being drafted, and not what was left behind."""
        return self.filter(version__status__in=LIVE)

    def unsettled(self) -> "ActionQuerySet":
        return self.filter(confirmed_at=None)

    def overdue(self) -> "ActionQuerySet":
        return self.filter(state="open", due_on__lt=clock.today())

    def for_board(self) -> "ActionQuerySet":
        """With everything that a row of the board shows, in one query."""
        return self.select_related(
            "post",
            "version__agreement__organisation",
            "version__agreement__establishment",
            "version__agreement__service",
        )


class Action(models.Model):
    """One agreed action: what, by which side and post, by when. Its wording on the page comes from the ACT questions.

    After the signature one side says that it is done, or no longer needed (`done_by`, `done_for`), and the other side
    confirms it. Until then it isn't settled, and goes on to the next version.
    """

    class Owner(models.TextChoices):
        PARTNER = Side.PARTNER.value, "Partner"
        PRISON = Side.PRISON.value, "Prison"
        BOTH = "both", "Both"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Done"
        DROPPED = "no longer needed", "No longer needed"

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="actions")
    uid = models.UUIDField(default=uuid.uuid4, editable=False, help_text="Stays the same in the next versions")
    what = models.CharField(max_length=250)
    owner = models.CharField(max_length=7, choices=Owner)
    post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.PROTECT, related_name="actions")
    post_title = models.CharField(max_length=120)
    before_first_session = models.BooleanField(default=False)
    due_on = models.DateField()
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    from_question = models.CharField(max_length=10, blank=True)
    completion_note = models.TextField(blank=True, max_length=2000)
    completed_on = models.DateField(null=True, blank=True)
    evidence = models.CharField(max_length=300, blank=True)
    evidence_file = models.ForeignKey(Attachment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    done_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    done_for = models.CharField(max_length=7, choices=Side, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="copies")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    revision = models.PositiveIntegerField(default=1)

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="action_confirmed_at_and_by_go_together",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | ~Q(state="open"), name="no_open_action_is_confirmed"
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="action_by_state")]

    def __str__(self) -> str:
        return self.what

    @property
    def is_settled(self) -> bool:
        return self.confirmed_at is not None

    @property
    def is_overdue(self) -> bool:
        return self.state == self.State.OPEN and self.due_on < clock.today()

    @property
    def standing(self) -> str:
        """How far it is, in words: a claim of one side waits for the other."""
        if self.state == self.State.OPEN:
            return "Overdue" if self.is_overdue else "Open"
        if self.is_settled:
            return self.get_state_display()
        return "Done, to be confirmed" if self.state == self.State.DONE else "No longer needed, to be agreed"
