"""Work that a worker does later: rows that wait, claimed by a conditional UPDATE with a lease, given up after a few tries."""

import datetime as dt
import errno
import logging
import time
from collections.abc import Iterator
from typing import ClassVar, TypeVar

from django.db import models
from django.db.models import F, Q, QuerySet

from portal.foundation import clock

logger = logging.getLogger(__name__)

# Longer than any step of the work may take, and short enough that a killed worker’s job begins again within a minute.
LEASE = dt.timedelta(seconds=50)
BATCH = 20
# Then the worker looks after its other work, the mail among it, and comes back.
LONGEST_SWEEP = 20
TRIES = 5
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
UNTIL_SPACE = dt.timedelta(minutes=5)
KILLED = "Its worker was killed, or took too long"


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
    """Take one after the other, each when it is wanted: of two workers, one changes the row.

    What kills its worker raises no error that somebody could put off, so after as many tries it is given up here.
    """
    end = time.monotonic() + LONGEST_SWEEP
    for job in rows.order_by(*order)[:BATCH]:
        if time.monotonic() > end:
            return
        row = rows.filter(pk=job.pk, attempts=job.attempts)
        if job.attempts >= TRIES:
            logger.error("%s %s is given up: %s", type(job).__name__, job.pk, KILLED)
            row.update(given_up_at=clock.now(), claimed_until=None, fault=KILLED)
        elif row.update(claimed_until=clock.at_database() + LEASE, attempts=F("attempts") + 1):
            job.attempts += 1
            yield job


def put_off(job: Job, error: Exception) -> None:
    """It failed: try again later each time, and give up in the end. A full disk isn't its fault: that try doesn't count."""
    is_full = isinstance(error, OSError) and error.errno in NO_SPACE
    delay = UNTIL_SPACE if is_full else dt.timedelta(seconds=10) * 2 ** min(job.attempts, TRIES)
    mine(job).update(
        claimed_until=None,
        attempts=F("attempts") - int(is_full),
        fault=f"{type(error).__name__}: {error}"[:500],
        not_before=clock.now() + delay,
        given_up_at=clock.now() if job.attempts >= TRIES and not is_full else None,
    )


def mine(job: J) -> QuerySet[J]:
    """The row, while nobody has taken it since this worker did, and it isn’t done."""
    done = {type(job).DONE: None}
    return type(job)._default_manager.filter(pk=job.pk, attempts=job.attempts, **done)
