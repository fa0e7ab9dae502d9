"""Starts processes that print, quickly: it loads the portal once and forks. Each says where it is, and waits there a little.

python -m tests.faults.printery kept|marked-first
"""

import datetime as dt
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import django

LEASE = dt.timedelta(seconds=1)
# Time enough to be killed.
PAUSE = 0.4


def main() -> None:
    django.setup()
    from portal.foundation import jobs, printing

    # It is killed more often than a page that kills its printer would be tried.
    jobs.LEASE, jobs.TRIES = LEASE, 1000
    slow_down()
    if sys.argv[1] == "marked-first":
        printing.print_one = marked_first(printing.print_one)
    for _ in sys.stdin:
        number = os.fork()
        if not number:
            print_until_nothing_waits()
        say(f"began {number}")
        os.waitpid(number, 0)
        say("gone")


def say(words: str) -> None:
    os.write(1, f"{words}\n".encode())


def slow_down() -> None:
    from portal.foundation import pdf, printing

    pdf.from_html = with_a_pause("rendering", pdf.from_html)
    printing.keep = with_a_pause("keeping", printing.keep)
    # A file that is written and has no name yet.
    os.fsync = with_a_pause("written", os.fsync)
    os.unlink = with_a_pause("named", os.unlink)


def with_a_pause(place: str, plain: Callable[..., Any]) -> Callable[..., Any]:
    def paused(*args: Any, **said: Any) -> Any:
        say(f"at {place}")
        time.sleep(PAUSE)
        return plain(*args, **said)

    return paused


def marked_first(plain: Callable[..., bool]) -> Callable[..., bool]:
    """Printing without a lease: the PDF counts as printed before it is."""

    def print_one(job: Any, make: Any) -> bool:
        from portal.foundation import clock

        type(job).objects.filter(pk=job.pk).update(printed_at=clock.now(), sha256="0" * 64)
        return plain(job, make)

    return print_one


def print_until_nothing_waits() -> None:
    from agreements.models import Printing
    from agreements.tasks import print_documents

    while Printing.objects.filter(printed_at=None, given_up_at=None).exists():
        print_documents()
        time.sleep(0.05)
    os._exit(0)


if __name__ == "__main__":
    main()
