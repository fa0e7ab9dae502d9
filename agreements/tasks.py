"""The sweeps over agreements: print what waits, end what has ended. Nobody hands the worker any work; it looks."""

import logging
from functools import cache

from celery import shared_task
from django.conf import settings

from agreements import blanks, documents, rules
from agreements.models import LIVE, Printing, Status, StatusChange, Version
from agreements.workflow import perform
from portal.foundation import clock, pdf, printing, seal
from portal.foundation.exceptions import NotReady, Overtaken

logger = logging.getLogger(__name__)


@shared_task(name="agreements.tasks.print_documents")
def print_documents() -> int:
    """Print what waits, final PDFs first. How many were printed."""
    return printing.sweep(Printing, make, order=("-kind", "pk"))


def print_one(job: Printing) -> bool:
    """Make one PDF now."""
    return printing.print_one(job, make)


def make(job: Printing) -> bytes:
    """The PDF: that of a final one is sealed, once. The same HTML gives the same bytes before the seal."""
    if job.kind == Printing.Kind.FINAL and not job.html:
        job.html = documents.final_page(job.document, seal_fingerprint=seal.fingerprint(sealer()))
        job.data = documents.final_data(job.document)
        job.save(update_fields=["html", "data"])
    made = pdf.from_html(job.html, attachments={"agreement.json": documents.as_bytes(job.data)})
    if job.kind == Printing.Kind.DRAFT:
        return made
    return seal.seal(made, sealer=sealer(), reason="Final agreed version", at=clock.now())


@cache
def sealer() -> seal.Sealer:
    """The key of the seal, read and checked once a process. Only the worker needs it."""
    return seal.load(settings.SEAL_KEY_FILE, settings.SEAL_KEY_PASSPHRASE)


@shared_task(name="agreements.tasks.print_blank_forms")
def print_blank_forms() -> bool:
    """Print the next blank form of newly published questions, if one is missing."""
    return blanks.make_next()


@shared_task(name="agreements.tasks.end_what_has_ended")
def end_what_has_ended() -> int:
    """End agreements whose last day has passed, and let supported outlines lapse after twelve months of silence."""
    over = Version.objects.filter(status__in=LIVE, ends_on__lt=clock.today())
    silent = Version.objects.filter(status=Status.SUPPORTED, status_since__lt=clock.now() - rules.SILENCE)
    return sum(take("expire", version) for version in over) + sum(take("lapse", version) for version in silent)


def take(name: str, version: Version) -> bool:
    try:
        change: StatusChange | None = perform(name, version, by=None)
    except (NotReady, Overtaken) as error:
        logger.info("%s of version %s: %s", name, version.pk, error)
        change = None
    return change is not None
