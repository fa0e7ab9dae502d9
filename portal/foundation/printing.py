"""PDFs that the worker makes: rows that wait, claimed by a conditional UPDATE with a lease. Each kind says how it is made."""

import datetime as dt
import hashlib
import logging
from collections.abc import Callable, Iterator
from typing import TypeVar

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import F, Q, QuerySet

from portal.foundation import clock

logger = logging.getLogger(__name__)

# Longer than any page takes, and short enough that a killed worker’s page is printed again within a minute.
LEASE = dt.timedelta(seconds=50)
BATCH = 20
TRIES = 5


class PrintJob(models.Model):
    """A PDF that was asked for, and the file when the worker has made it. Its model adds `file` and what it is of."""

    html = models.TextField(blank=True, help_text="The whole page; the worker writes that of a final PDF first")
    data = models.JSONField(default=dict)
    words_sha256 = models.CharField(max_length=64)
    asked_at = models.DateTimeField(default=clock.now)
    not_before = models.DateTimeField(default=clock.now)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    fault = models.TextField(blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    printed_at = models.DateTimeField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        abstract = True

    @property
    def state(self) -> str:
        """What the page says of it: ready, given up, printing or waiting."""
        if self.printed_at:
            return "ready"
        if self.given_up_at:
            return "given up"
        if self.claimed_until and self.claimed_until > clock.now():
            return "printing"
        return "waiting"


Job = TypeVar("Job", bound=PrintJob)


def sweep(model: type[Job], make: Callable[[Job], bytes], *, order: tuple[str, ...] = ("pk",)) -> int:
    """Print what waits. How many were printed."""
    return sum(print_one(job, make) for job in claim(model, order))


def waiting(model: type[Job]) -> QuerySet[Job]:
    now = clock.now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=clock.at_database())
    return model._default_manager.filter(free, printed_at=None, given_up_at=None, not_before__lte=now)


def claim(model: type[Job], order: tuple[str, ...]) -> Iterator[Job]:
    """Take one after the other, each when it is wanted: of two workers, one changes the row."""
    for job in waiting(model).order_by(*order)[:BATCH]:
        lease = {"claimed_until": clock.at_database() + LEASE, "attempts": F("attempts") + 1}
        if waiting(model).filter(pk=job.pk).update(**lease):
            job.attempts += 1
            yield job


def print_one(job: Job, make: Callable[[Job], bytes]) -> bool:
    """Make one PDF. A page that can't be printed doesn't hold up the others, and is given up after a few tries."""
    try:
        made = make(job)
    except Exception as error:
        logger.exception("%s %s failed", type(job).__name__, job.pk)
        put_off(job, error)
        return False
    keep(job, made)
    return True


def keep(job: Job, made: bytes) -> None:
    """Write the file under its own hash, then say so: a crash in between leaves a file that nobody points at."""
    job.sha256 = hashlib.sha256(made).hexdigest()
    name = default_storage.save(job.file.field.generate_filename(job, ""), ContentFile(made))
    kept = (
        _rows(job)
        .filter(printed_at=None)
        .update(file=name, sha256=job.sha256, printed_at=clock.now(), claimed_until=None, fault="")
    )
    if not kept:
        default_storage.delete(name)


def put_off(job: Job, error: Exception) -> None:
    _rows(job).update(
        claimed_until=None,
        fault=f"{type(error).__name__}: {error}"[:500],
        not_before=clock.now() + dt.timedelta(seconds=10) * 2**job.attempts,
        given_up_at=clock.now() if job.attempts >= TRIES else None,
    )


def _rows(job: Job) -> QuerySet[Job]:
    return type(job)._default_manager.filter(pk=job.pk)
