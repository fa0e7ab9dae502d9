"""Loads the demonstration once: the people, the agreements, the mail that was never sent, and a few sealed PDFs."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction
from django.db.models import F

from agreements.models import Printing
from agreements.tasks import print_one
from directory.handouts import renew_handouts
from portal.foundation.models import Notification
from portal.home.demo.cast import FIRST_CHARITY, FIRST_PRISON, assemble
from portal.home.demo.doing import do_what_was_agreed
from portal.home.demo.funding import share_with_a_funder
from portal.home.demo.listings import fill_the_directory
from portal.home.demo.needing import say_what_is_needed
from portal.home.demo.people import is_loaded
from portal.home.demo.placing import scenes
from portal.home.demo.playing import Play
from portal.home.demo.profiles import fill_in_profiles
from portal.home.demo.reviewing import look_after_agreements
from portal.home.demo.taking_away import label_and_publish

SEED = 2026
SENT_AFTERWARDS = 36
EVERY = 25
Say = Callable[[str], object]


def load(number: int, *, sealed: int, say: Say) -> None:
    """All or nothing; nothing when it is there already. Only where DEMO is on."""
    if not settings.DEMO:
        raise RuntimeError("The demonstration is loaded only where DEMO is on.")
    if is_loaded():
        say("The demonstration is there already.")
        return
    with no_query_log(), transaction.atomic():
        tell(number, say)
        say(f"{look_after_agreements()} reviews are held.")
        say(f"{do_what_was_agreed()} agreed actions are done, or said to be.")
        fill_in_profiles()
        say(f"{fill_the_directory()} services are in the directory.")
        label_and_publish()
        keep_back_old_mail()
    renew_handouts()
    seal_some(sealed, say)


@contextmanager
def no_query_log() -> Iterator[None]:
    """With DEBUG on, each query is kept, and SQLite is asked to spell it out: a tenth of the time goes there."""
    was, settings.DEBUG = settings.DEBUG, False
    try:
        yield
    finally:
        settings.DEBUG = was


def tell(number: int, say: Say) -> None:
    rng = random.Random(SEED)
    cast = assemble(rng)
    say(f"{len(cast.partners)} organisations and {len(cast.prisons)} prisons have their people.")
    for told, scene in enumerate(scenes(cast, number, rng), start=1):
        Play(scene).tell()
        if told % EVERY == 0 or told == number:
            say(f"{told} of {number} agreements")
    say_what_is_needed(cast)
    share_with_a_funder(cast)


def keep_back_old_mail() -> None:
    """What would have gone out over two years is marked as not sent; the newest waits for the worker."""
    newest = Notification.objects.order_by("-created_at", "-pk").values_list("pk", flat=True)[:SENT_AFTERWARDS]
    old = Notification.objects.exclude(pk__in=list(newest))
    old.update(sent_at=F("created_at"), server_answer="Demonstration: not sent")


def seal_some(number: int, say: Say) -> None:
    """Print and seal a few final PDFs now, those that people see first; the worker prints the others."""
    waiting = Printing.objects.filter(kind=Printing.Kind.FINAL, printed_at=None).select_related("version__agreement")
    for printing in sorted(waiting, key=_seen_late)[:number]:
        print_one(printing)
    say(f"{Printing.objects.exclude(printed_at=None).count()} agreements are sealed; the worker prints the others.")


def _seen_late(printing: Printing) -> tuple[bool, int]:
    agreement = printing.version.agreement
    first = agreement.organisation.name == FIRST_CHARITY or agreement.establishment.code == FIRST_PRISON
    return not first, -printing.pk
