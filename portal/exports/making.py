"""The sweeps that write the exports which wait, and remove old files.

A worker that is killed leaves nothing that anybody points at: when its lease has run out, another begins again.
"""

import logging
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict

from portal.exports import writing
from portal.exports.columns import Found
from portal.exports.lists import LISTS
from portal.exports.models import KEPT_FOR, Export, rights_of
from portal.foundation import clock, jobs, outbox

logger = logging.getLogger(__name__)

# How often the worker writes down how far it is, and looks whether it shall go on.
EVERY = 1000


class Stopped(Exception):
    """Somebody has cancelled it, or another worker has taken it."""


@shared_task(name="portal.exports.making.make_exports")
def make_exports() -> int:
    """Write the exports that wait. How many were written."""
    return sum(make_one(export) for export in jobs.claim(jobs.waiting(Export).filter(cancelled_at=None)))


def make_one(export: Export) -> bool:
    try:
        make(export)
    except Stopped:
        logger.info("Export %s was stopped", export.pk)
        return False
    except Exception as error:
        logger.exception("Export %s failed", export.pk)
        jobs.put_off(export, error)
        return False
    return True


def make(export: Export) -> None:
    """Write the whole file aside, keep it, and only then say that it is there."""
    exported, rights = LISTS[export.name], rights_of(export.by)
    found = exported.found_by(export.by, QueryDict(export.query))
    say(export, rows_total=found.number(), rows_done=0)
    with TemporaryFile() as file:
        writing.write(file, exported, export.ending, told(export, found))
        file.seek(0)
        kept = default_storage.save(export.path_of(export.attempts), File(file))
    finish(export, kept, rights)


def told(export: Export, found: Found) -> Iterator[list[Any]]:
    """The rows, while the progress is written down."""
    done = 0
    for done, row in enumerate(found, start=1):
        yield row
        if done % EVERY == 0:
            say(export, rows_done=done)
    say(export, rows_done=done)


def say(export: Export, **progress: int) -> None:
    """How far it is. The lease begins anew; whoever has lost it stops."""
    if not mine(export).update(claimed_until=clock.at_database() + jobs.LEASE, **progress):
        raise Stopped


def mine(export: Export) -> QuerySet[Export]:
    return jobs.mine(export).filter(cancelled_at=None)


@transaction.atomic
def finish(export: Export, kept: str, rights: dict) -> None:
    if not mine(export).update(file=kept, made_at=clock.now(), claimed_until=None, rights=rights, fault=""):
        default_storage.delete(kept)
        raise Stopped
    context = {
        "what": LISTS[export.name].title,
        "ending": writing.LABELS[export.ending],
        "days": KEPT_FOR.days,
        "link": settings.SITE_URL + export.get_absolute_url(),
    }
    key = f"export:{export.reference}"
    outbox.queue(to=f"user:{export.by_id}", template="export_ready", context=context, dedupe_key=key)


@shared_task(name="portal.exports.making.remove_old_exports")
def remove_old_exports() -> int:
    """Remove files a week after they were made, and what a killed worker left. How many exports were cleared."""
    since = clock.now() - KEPT_FOR
    is_over = Q(made_at__lt=since) | Q(cancelled_at__lt=since) | Q(given_up_at__lt=since)
    return sum(remove(export) for export in Export.objects.filter(is_over, removed_at=None))


def remove(export: Export) -> bool:
    for attempt in range(1, export.attempts + 1):
        default_storage.delete(export.path_of(attempt))
    return bool(Export.objects.filter(pk=export.pk, removed_at=None).update(removed_at=clock.now()))
