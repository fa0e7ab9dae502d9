"""How often somebody wants mail."""

from django.db import models

from portal.foundation.models import User


class Frequency(models.TextChoices):
    AT_ONCE = "at once", "Each as it comes"
    DAILY = "daily", "Once a day"
    WEEKLY = "weekly", "Once a week"


class MailPreference(models.Model):
    """How often somebody wants mail that isn't "your turn". Whoever has said nothing gets one mail a day."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="mail_preference")
    frequency = models.CharField(max_length=7, choices=Frequency, default=Frequency.DAILY)

    def __str__(self) -> str:
        return f"{self.user}: {self.get_frequency_display()}"
