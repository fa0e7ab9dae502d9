"""The sweeps over agreements: print what waits, end what has ended. Nobody hands the worker any work; it looks."""

import logging
from functools import cache

from celery import shared_task
from django.conf import settings

from agreements import blanks, certificate, documents, rules
from agreements.models import LIVE, Bulk, Printing, Status, StatusChange, Version
from agreements.operations.bulk import carry_out, rows_to_do
from agreements.operations.deeds import BY_DEED
from agreements.workflow import perform
from portal.foundation import clock, jobs, pdf, printing, seal
from portal.foundation.exceptions import NotReady, Overtaken

logger = logging.getLogger(__name__)


@shared_task(name="agreements.tasks.print_documents", time_limit=printing.TIME_LIMIT)
def print_documents() -> int:
    """Print what waits, final PDFs first. How many were printed."""
    return printing.sweep(Printing, make, order=("-kind", "pk"))


def print_one(job: Printing) -> bool:
    """Make one PDF now."""
    return printing.print_one(job, make)


def make(job: Printing) -> bytes:
    """The PDF: that of a final one is sealed, once. The same HTML gives the same bytes before the seal."""
    if job.kind == Printing.Kind.FINAL and not job.html:
        job.html = certificate.final_page(job.document, seal_fingerprint=seal.fingerprint(sealer()))
        job.data = certificate.final_data(job.document)
        job.save(update_fields=["html", "data"])
    made = pdf.from_html(job.html, attachments={"agreement.json": documents.as_bytes(job.data)})
    if job.kind == Printing.Kind.DRAFT:
        return made
    reason = "Letter of support" if job.kind == Printing.Kind.LETTER else "Final agreed version"
    return seal.seal(made, sealer=sealer(), reason=reason, at=clock.now())


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


@shared_task(name="agreements.tasks.carry_out_bulks")
def carry_out_bulks() -> int:
    """Do what was asked for many agreements at once, where nobody has undone it in its ten minutes. How many were done."""
    return sum(carry_out_bulk(bulk) for bulk in jobs.claim(jobs.waiting(Bulk).filter(undone_at=None)))


def carry_out_bulk(bulk: Bulk) -> bool:
    """Row by row, each in a transaction of its own. A killed worker's rows stay done, and another goes on with the rest."""
    try:
        for row in rows_to_do(bulk):
            carry_out(row, BY_DEED[bulk.deed], by=row.bulk.by)
            jobs.mine(bulk).update(claimed_until=clock.at_database() + jobs.LEASE)
    except Exception as error:
        logger.exception("Bulk %s failed", bulk.pk)
        jobs.put_off(bulk, error)
        return False
    return bool(jobs.mine(bulk).update(done_at=clock.now(), claimed_until=None, fault=""))
