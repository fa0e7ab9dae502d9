"""The sweeps over agreements: print what waits, end what has ended. Nobody hands the worker any work; it looks."""

import datetime as dt
import hashlib
import logging

from celery import shared_task
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import F, Q

from agreements import documents
from agreements.models import LIVE, Printing, Status, StatusChange, Version
from agreements.workflow import perform
from portal.foundation import clock, pdf, seal
from portal.foundation.exceptions import NotReady, Overtaken

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=3)
BATCH = 20
TRIES = 5
SILENCE = dt.timedelta(days=365)


@shared_task(name="agreements.tasks.print_documents")
def print_documents() -> int:
    """Print what waits. How many were printed."""
    return sum(print_one(printing) for printing in list(claim()))


def waiting():
    now = clock.now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    return Printing.objects.filter(free, printed_at=None, given_up_at=None, not_before__lte=now)


def claim():
    """Take a batch by a conditional UPDATE with a lease. Final PDFs go first."""
    for printing in waiting().order_by("-kind", "pk")[:BATCH]:
        lease = {"claimed_until": clock.now() + LEASE, "attempts": F("attempts") + 1}
        if waiting().filter(pk=printing.pk).update(**lease):
            printing.attempts += 1
            yield printing


def print_one(printing: Printing) -> bool:
    """Make one PDF. A page that can't be printed doesn't hold up the others, and is given up after a few tries."""
    try:
        made = make(printing)
    except Exception as error:
        logger.exception("Printing %s failed", printing.pk)
        put_off(printing, error)
        return False
    keep(printing, made)
    return True


def make(printing: Printing) -> bytes:
    """The PDF: that of a final one is sealed, once. The same HTML gives the same bytes before the seal."""
    if printing.kind == Printing.Kind.FINAL and not printing.html:
        printing.html = documents.final_page(printing.document)
        printing.data = documents.final_data(printing.document)
        printing.save(update_fields=["html", "data"])
    made = pdf.from_html(printing.html, attachments={"agreement.json": documents.as_bytes(printing.data)})
    if printing.kind == Printing.Kind.DRAFT:
        return made
    sealer = seal.load(settings.SEAL_KEY_FILE, settings.SEAL_KEY_PASSPHRASE)
    return seal.seal(made, sealer=sealer, reason="Final agreed version", at=clock.now())


def keep(printing: Printing, made: bytes) -> None:
    """Write the file under its own hash, then say so: a crash in between leaves a file that nobody points at."""
    printing.sha256 = hashlib.sha256(made).hexdigest()
    name = default_storage.save(f"printed/{printing.pk}-{printing.sha256[:16]}.pdf", ContentFile(made))
    kept = Printing.objects.filter(pk=printing.pk, printed_at=None).update(
        file=name, sha256=printing.sha256, printed_at=clock.now(), claimed_until=None, fault=""
    )
    if not kept:
        default_storage.delete(name)


def put_off(printing: Printing, error: Exception) -> None:
    Printing.objects.filter(pk=printing.pk).update(
        claimed_until=None,
        fault=f"{type(error).__name__}: {error}"[:500],
        not_before=clock.now() + dt.timedelta(seconds=10) * 2**printing.attempts,
        given_up_at=clock.now() if printing.attempts >= TRIES else None,
    )


@shared_task(name="agreements.tasks.end_what_has_ended")
def end_what_has_ended() -> int:
    """End agreements whose last day has passed, and let supported outlines lapse after twelve months of silence."""
    over = Version.objects.filter(status__in=LIVE, ends_on__lt=clock.today())
    silent = Version.objects.filter(status=Status.SUPPORTED, status_since__lt=clock.now() - SILENCE)
    return sum(take("expire", version) for version in over) + sum(take("lapse", version) for version in silent)


def take(name: str, version: Version) -> bool:
    try:
        change: StatusChange | None = perform(name, version, by=None)
    except (NotReady, Overtaken) as error:
        logger.info("%s of version %s: %s", name, version.pk, error)
        change = None
    return change is not None
