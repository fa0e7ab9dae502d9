"""Work that a worker does later: rows that wait, claimed by a conditional UPDATE with a lease, given up after a few tries."""

import datetime as dt
from collections.abc import Iterator
from typing import ClassVar, TypeVar

from django.db import models
from django.db.models import F, Q, QuerySet

from portal.foundation import clock

# Longer than any step of the work takes, and short enough that a killed worker’s job begins again within a minute.
LEASE = dt.timedelta(seconds=50)
BATCH = 20
TRIES = 5


class Job(models.Model):
    """Something that was asked for. Its model says what, and in which column it is written down that it is done."""

    DONE: ClassVar[str]

    asked_at = models.DateTimeField(default=clock.now)
    not_before = models.DateTimeField(default=clock.now)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    fault = models.TextField(blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_claimed(self) -> bool:
        return bool(self.claimed_until and self.claimed_until > clock.now())


J = TypeVar("J", bound=Job)


def waiting(model: type[J]) -> QuerySet[J]:
    """What nobody has done, is doing now, or has given up."""
    now = clock.now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=clock.at_database())
    return model._default_manager.filter(free, given_up_at=None, not_before__lte=now, **{model.DONE: None})


def claim(rows: QuerySet[J], order: tuple[str, ...] = ("pk",)) -> Iterator[J]:
    """Take one after the other, each when it is wanted: of two workers, one changes the row."""
    for job in rows.order_by(*order)[:BATCH]:
        lease = {"claimed_until": clock.at_database() + LEASE, "attempts": F("attempts") + 1}
        if rows.filter(pk=job.pk).update(**lease):
            job.attempts += 1
            yield job


def put_off(job: Job, error: Exception) -> None:
    """It failed: try again later each time, and give up in the end."""
    rows_of(job).update(
        claimed_until=None,
        fault=f"{type(error).__name__}: {error}"[:500],
        not_before=clock.now() + dt.timedelta(seconds=10) * 2**job.attempts,
        given_up_at=clock.now() if job.attempts >= TRIES else None,
    )


def rows_of(job: J) -> QuerySet[J]:
    return type(job)._default_manager.filter(pk=job.pk)
