"""What an organisation says of itself in every agreement: written once, dated, and used again."""

from django.db import models
from django.db.models import OuterRef, Subquery

from agreements.models.answers import Answer
from agreements.models.question_set import QuestionSet
from directory.models import Organisation
from directory.standing import standing
from portal.foundation import clock
from portal.foundation.models import User


class AssuranceProfileQuerySet(models.QuerySet):
    def visible_to(self, user) -> "AssuranceProfileQuerySet":
        """An organisation sees its own; CJVSF sees all. A prison reads what an agreement has taken from one."""
        stands = standing(user)
        return self.all() if stands.is_cjvsf else self.filter(organisation__in=stands.organisation_ids)

    def newest(self) -> "AssuranceProfileQuerySet":
        """The one of each organisation that counts."""
        latest = self.model._default_manager.filter(organisation=OuterRef("organisation")).order_by("-at", "-pk")
        return self.filter(pk=Subquery(latest.values("pk")[:1]))


class AssuranceProfile(models.Model):
    """Insurance, protection, data protection contact, PVG and policies as they stood on a day. A new save is a new row."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="profiles")
    question_set = models.ForeignKey(QuestionSet, on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField(default=dict)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = AssuranceProfileQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["organisation", "-at"], name="profile_of_organisation")]

    def __str__(self) -> str:
        return f"Assurance profile of {self.organisation}, {clock.say_day(self.at)}"


class TakenFromProfile(models.Model):
    """Where an answer came from. An answer that was written over is another answer, and came from nowhere."""

    answer = models.OneToOneField(Answer, on_delete=models.CASCADE, related_name="taken")
    profile = models.ForeignKey(AssuranceProfile, on_delete=models.PROTECT, related_name="taken")

    def __str__(self) -> str:
        return f"{self.answer.question_id} from {self.profile}"
