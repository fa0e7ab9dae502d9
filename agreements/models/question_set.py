"""Question sets are published words: a published row never changes, and the database refuses it too."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Q

from agreements.questions.definition import Definition, Question, parse
from portal.foundation import clock
from portal.foundation.models import User


class Kind(models.TextChoices):
    ELIGIBILITY = "eligibility", "Eligibility"
    AGREEMENT = "agreement", "Partnership Agreement"
    SHARING = "sharing", "Information sharing agreement"
    CONSENT = "consent", "Consent form"
    REVIEW = "review", "Review"


class QuestionSetQuerySet(models.QuerySet):
    def published(self) -> "QuestionSetQuerySet":
        return self.exclude(published_at=None)

    def newest(self, kind: str) -> "QuestionSet":
        """The set that new agreements begin under."""
        return self.published().filter(kind=kind).latest("published_at", "pk")

    def newest_of(self, kinds: Iterable[str]) -> "dict[str, QuestionSet]":
        """The newest of each of these kinds, in one query."""
        return {row.kind: row for row in self.published().filter(kind__in=kinds).order_by("published_at", "pk")}

    def ever_asked(self, kinds: Iterable[str]) -> dict[str, Question]:
        """Each question of these kinds, retired ones too, as it was worded last."""
        rows = self.published().filter(kind__in=kinds).order_by("published_at", "pk")
        return {key: question for row in rows for key, question in row.words.questions.items()}


class QuestionSet(models.Model):
    """One version of the words of one kind; a draft until it is published."""

    kind = models.CharField(max_length=12, choices=Kind)
    version = models.CharField(max_length=12)
    definition = models.JSONField()
    sha256 = models.CharField(max_length=64, blank=True)
    changed_at = models.DateTimeField(default=clock.now)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT)

    objects = QuestionSetQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="question_set_version_once"),
            models.UniqueConstraint(fields=["kind"], condition=Q(published_at=None), name="one_draft_set_a_kind"),
            models.CheckConstraint(
                condition=Q(published_at=None) | ~Q(sha256=""), name="published_set_has_fingerprint"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.version}"

    @property
    def words(self) -> Definition:
        """The parsed definition; that of a published set is parsed once a process, because it never changes."""
        if self.published_at is None:
            return parse(self.definition)
        if self.sha256 not in _parsed:
            _parsed[self.sha256] = parse(self.definition)
        return _parsed[self.sha256]


_parsed: dict[str, Definition] = {}
