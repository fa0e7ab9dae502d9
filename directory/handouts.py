"""Booklets, posters and induction inserts of each prison: made by the worker, and again when they would say something else.

The date on them is the day on which they were made. It isn't among the words that are compared.
"""

import hashlib
import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Q
from django.template.loader import render_to_string

from directory import listed
from directory.editions import Custody, Staff, entries
from directory.models import Establishment, Handout
from directory.models.handouts import Paper, Readers, Size
from directory.standing import standing
from portal.foundation import clock, jobs, pdf, printing
from portal.foundation.models import User

EDITIONS: Mapping[str, type[Custody]] = {Readers.CUSTODY: Custody, Readers.STAFF: Staff}
KINDS = tuple(itertools.product(Paper.values, Readers.values))


def handouts_for(user: User, establishment: Establishment):
    """What this person may take: staff of a prison and CJVSF all of it, everybody else what people in custody read."""
    place = standing(user)
    return establishment.handouts.for_readers(staff=place.is_cjvsf or bool(place.establishment_ids))


@shared_task(name="directory.handouts.renew_handouts")
def renew_handouts() -> int:
    """Ask for what is missing, and again for what would say something else today. How many were asked for."""
    known = set(Handout.objects.values_list("establishment_id", flat=True))
    return sum(renew(prison) for prison in listed.estate() if prison.number or prison.pk in known)


def renew(establishment: Establishment) -> int:
    wanted = [
        Handout(establishment=establishment, paper=paper, readers=readers, size=size)
        for (paper, readers), size in itertools.product(KINDS, Size.values)
    ]
    before = establishment.handouts.count()
    Handout.objects.bulk_create(wanted, ignore_conflicts=True)
    told = {readers: read(establishment, readers) for readers in EDITIONS}
    overtaken = sum(_ask_again(establishment, *kind, told[kind[1]]) for kind in KINDS)
    return establishment.handouts.count() - before + overtaken


def _ask_again(establishment: Establishment, paper: str, readers: str, told: list[Custody]) -> int:
    """One that waits or is being made now is compared the next time."""
    settled = Q(printed_at__isnull=False) | Q(given_up_at__isnull=False)
    now = hashed(establishment, paper, readers, told)
    old = establishment.handouts.filter(settled, paper=paper, readers=readers).exclude(words_sha256=now)
    return old.update(printed_at=None, given_up_at=None, attempts=0, not_before=clock.now(), asked_at=clock.now())


@shared_task(name="directory.handouts.print_next_handout", time_limit=printing.TIME_LIMIT)
def print_next_handout() -> bool:
    """Print one: a worker goes back to its mail between two of them."""
    job = next(jobs.claim(jobs.waiting(Handout), ("readers", "paper", "pk")), None)
    if job is None:
        return False
    before = job.file.name
    printed = printing.print_one(job, make)
    if printed and before:
        default_storage.delete(before)
    return printed


def make(job: Handout) -> bytes:
    """The PDF of what there is to say at this moment, which is kept as what the file says: also of one that is given up."""
    told = read(job.establishment, job.readers)
    job.words_sha256 = hashed(job.establishment, job.paper, job.readers, told)
    jobs.mine(job).update(words_sha256=job.words_sha256)
    return pdf.from_html(page(job.establishment, job.paper, job.readers, told, size=job.size, dated=clock.today()))


def read(establishment: Establishment, readers: str) -> list[Custody]:
    return entries(listed.listings_at(establishment), EDITIONS[readers])


def hashed(establishment: Establishment, paper: str, readers: str, told: list[Custody]) -> str:
    return hashlib.sha256(page(establishment, paper, readers, told).encode()).hexdigest()


def page(establishment: Establishment, paper: str, readers: str, told: list[Custody], **when_and_where: Any) -> str:
    context = {
        "name": establishment.name,
        "paper": Paper(paper),
        "for_staff": readers == Readers.STAFF,
        "entries": told,
        "by_need": by_need(told),
        "operator": settings.OPERATOR_NAME,
    }
    return render_to_string(f"pdf/handout_{paper}.html", context | when_and_where)


def by_need(told: Iterable[Custody]) -> list[tuple[str, list[Custody]]]:
    """What there is for each need, by its name; at the end what is for none of them."""
    found: dict[str, list[Custody]] = {}
    for said in told:
        for need in said.needs or ("Also here",):
            found.setdefault(need, []).append(said)
    return sorted(found.items(), key=lambda pair: (pair[0] == "Also here", pair[0]))
