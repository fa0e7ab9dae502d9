"""PDFs that the worker makes. Each kind says how it is made."""

import hashlib
import logging
from collections.abc import Callable
from typing import TypeVar

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models

from portal.foundation import clock, jobs

logger = logging.getLogger(__name__)

# Seconds after which a sweep that prints is killed: before the lease of what it prints is over.
TIME_LIMIT = 45


class PrintJob(jobs.Job):
    """A PDF that was asked for, and the file when the worker has made it. Its model adds `file` and what it is of."""

    DONE = "printed_at"

    html = models.TextField(blank=True, help_text="The whole page; the worker writes that of a final PDF first")
    data = models.JSONField(default=dict)
    words_sha256 = models.CharField(max_length=64)
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
        return "printing" if self.is_claimed else "waiting"


Job = TypeVar("Job", bound=PrintJob)


def sweep(model: type[Job], make: Callable[[Job], bytes], *, order: tuple[str, ...] = ("pk",)) -> int:
    """Print what waits. How many were printed."""
    return sum(print_one(job, make) for job in jobs.claim(jobs.waiting(model), order))


def print_one(job: Job, make: Callable[[Job], bytes]) -> bool:
    """Make one PDF. A page that can't be printed doesn't hold up the others, and is given up after a few tries."""
    try:
        return keep(job, make(job))
    except Exception as error:
        logger.exception("%s %s failed", type(job).__name__, job.pk)
        jobs.put_off(job, error)
        return False


def keep(job: Job, made: bytes) -> bool:
    """Write the file under its own hash, then say so: a crash in between leaves a file that nobody points at.

    What another worker has taken since is the other's to print, maybe in newer words. Whether it was kept.
    """
    job.sha256 = hashlib.sha256(made).hexdigest()
    name = default_storage.save(job.file.field.generate_filename(job, ""), ContentFile(made))
    said = {"file": name, "sha256": job.sha256, "words_sha256": job.words_sha256, "printed_at": clock.now()}
    kept = bool(jobs.mine(job).update(**said, claimed_until=None, fault=""))
    if not kept:
        default_storage.delete(name)
    return kept
