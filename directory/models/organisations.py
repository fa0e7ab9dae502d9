"""Third sector organisations and their services."""

from django.db import models
from django.db.models import Q
from django.utils.text import slugify

from portal.foundation import clock, references


class Organisation(models.Model):
    """A third sector organisation: the partner. Or one that funds such organisations, and takes part in no agreement."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=130, unique=True)
    charity_number = models.CharField(max_length=8, blank=True, help_text="SC and six digits")
    website = models.URLField(blank=True)
    public_email = models.EmailField(blank=True)
    public_phone = models.CharField(max_length=30, blank=True)
    about = models.TextField(max_length=1500, blank=True, help_text="What it does, for anyone who reads the directory")
    requires_second_factor = models.BooleanField(default=False, help_text="Everybody who acts for it needs one")
    is_funder = models.BooleanField(default=False, help_text="Reads what is shared with it, and takes part in nothing")
    joined_at = models.DateTimeField(default=clock.now)
    left_on = models.DateField(null=True, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["charity_number"], condition=~Q(charity_number=""), name="one_organisation_a_charity_number"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.slug = self.slug or slugify(self.name)[:130]
        super().save(*args, **kwargs)

    @property
    def why_closed(self) -> str:
        """Why nobody gets a post here, in a sentence; nothing while it takes part."""
        if self.merged_into_id:
            return f"{self} has been merged into {self.merged_into}."
        return f"{self} has left the portal." if self.left_on else ""


class RegisteredCharity(models.Model):
    """A row of the Scottish Charity Register, as it stood in the file that the operator loaded last."""

    number = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=250)
    status = models.CharField(max_length=60)
    loaded_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name_plural = "registered charities"

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


def new_service_reference() -> str:
    return references.new("SV")


class Service(models.Model):
    """What an organisation does: one service may run in several prisons, with an agreement in each."""

    reference = models.CharField(max_length=12, unique=True, default=new_service_reference, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="services")
    name = models.CharField(max_length=120)
    description = models.TextField(max_length=1500, blank=True, help_text="What it is, wherever it runs")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="service_name_once_an_organisation")
        ]

    def __str__(self) -> str:
        return self.name
