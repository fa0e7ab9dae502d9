"""What came in as a file: forms filled in with Word, and agreements that were signed on paper."""

from django.db import models

from agreements.models.agreement import Version
from agreements.models.answers import Attachment
from portal.foundation import clock
from portal.foundation.models import User


class WordImport(models.Model):
    """What was read in a form: kept until the person who sent it says that they have dealt with all of it."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="word_imports")
    name = models.CharField(max_length=150)
    sha256 = models.CharField(max_length=64)
    answers = models.JSONField(default=dict, help_text="By question id, as they would be stored")
    left = models.JSONField(default=list, help_text="Texts that aren't answers: place, text, why")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "by"], name="one_word_import_at_a_time")]

    def __str__(self) -> str:
        return self.name


class SignedPaper(models.Model):
    """The scan of an agreement that both sides signed on paper. The portal has neither approved nor sealed it."""

    version = models.OneToOneField(Version, on_delete=models.PROTECT, related_name="paper")
    scan = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="+")
    signed_on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.version}, signed on paper"
