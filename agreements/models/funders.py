"""Who outside the two sides may read about an agreement: a funder until a day, and everybody when both sides say so."""

from django.db import models
from django.db.models import Count

from agreements.models.agreement import Agreement, Side
from directory.models import Organisation
from directory.standing import standing
from portal.foundation import clock
from portal.foundation.models import User


class FunderShareQuerySet(models.QuerySet):
    def open(self) -> "FunderShareQuerySet":
        """Those that hold today, their last day included."""
        return self.filter(ended_at=None, until_on__gte=clock.today())

    def visible_to(self, user) -> "FunderShareQuerySet":
        """What was shared with the funder for whom this person stands, as long as it is."""
        return self.open().filter(funder__in=standing(user).funder_ids)

    def grants(self) -> list[tuple[int, str]]:
        """Agreements, each with a grant that pays for it: those that say which, each once."""
        named = self.exclude(grant_id="").order_by("agreement", "grant_id")
        return list(named.values_list("agreement", "grant_id").distinct())


class FunderShare(models.Model):
    """An organisation lets a funder read about one agreement until a day, and may end it before."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="shares")
    funder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="shared_with")
    until_on = models.DateField()
    grant_id = models.CharField(max_length=100, blank=True, help_text="Of the grant, as 360Giving's data has it")
    shared_at = models.DateTimeField(default=clock.now)
    shared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = FunderShareQuerySet.as_manager()

    class Meta:
        ordering = ["-shared_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "funder"], condition=models.Q(ended_at=None), name="one_open_share_a_funder"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement} with {self.funder} until {clock.say_day(self.until_on)}"


class ShowingQuerySet(models.QuerySet):
    def by_both(self) -> models.QuerySet:
        """The ids of the agreements that both sides show."""
        both = self.order_by().values("agreement").annotate(sides=Count("side")).filter(sides=len(Side))
        return both.values("agreement")

    def agreements(self) -> models.QuerySet[Agreement]:
        return Agreement.objects.filter(pk__in=self.by_both())


class Showing(models.Model):
    """One side says that anyone may read about the agreement. Taken back, the row goes; the audit stays."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="showings")
    side = models.CharField(max_length=7, choices=Side)
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = ShowingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "side"], name="a_side_shows_it_once")]

    def __str__(self) -> str:
        return f"{self.agreement} shown by {self.get_side_display()}"
