"""Starts processes that deliver mail, quickly: it loads the portal once and forks. Says the number of each, and when it is gone.

python -m tests.faults.nursery outbox|marked-first
"""

import datetime as dt
import os
import sys
import time

import django

LEASE = dt.timedelta(seconds=0.3)


def main() -> None:
    django.setup()
    from directory import delivery

    delivery.LEASE = LEASE
    if sys.argv[1] == "marked-first":
        delivery.send = marked_first
    for _ in sys.stdin:
        number = os.fork()
        if not number:
            deliver()
        print(number, flush=True)
        os.waitpid(number, 0)
        print("gone", flush=True)


def deliver() -> None:
    """Sweep until nothing waits."""
    from directory.delivery import send_mail
    from portal.foundation.models import Notification
    from portal.foundation.outbox import UNSENT

    while Notification.objects.filter(UNSENT).exists():
        send_mail()
        time.sleep(0.05)
    os._exit(0)


def marked_first(row, connection, behind, addresses) -> bool:
    """Delivery without an outbox: the mail counts as sent before it is."""
    from directory import delivery
    from portal.foundation import clock

    delivery.finish(row, sent_at=clock.now())
    delivery.compose(row, [row], addresses[row.addressee], connection).send()
    return True


if __name__ == "__main__":
    main()
