"""The outbox: `queue` writes a row in the transaction of the change and sends nothing. The delivery sweep sends."""

from typing import Any

from django.db.models import Q

from portal.foundation import clock
from portal.foundation.models import Notification

# What may wait for a person's digest. Everything else is "your turn", and goes at once.
COLLECTED = frozenset({"agreement_changed", "reminder"})
UNSENT = Q(sent_at=None, refused_at=None, closed_at=None)


def queue(*, to: str, template: str, context: dict[str, Any], dedupe_key: str, via: str = "") -> None:
    """Write one mail to `to` (user:5, mailto:a@b, or parties and posts). A key that was queued before is queued no second time.

    With `via`, a person gets it only if they stand behind that address when it is sent.
    The context holds titles, deadlines and links, never an answer's text.
    """
    at_once = template not in COLLECTED
    facts = {"template": template, "context": context, "dedupe_key": dedupe_key, "at_once": at_once, "via": via}
    queue_all([Notification(addressee=to, **facts)])


def queue_all(mails: list[Notification]) -> None:
    Notification.objects.bulk_create(mails, ignore_conflicts=True)


def withdraw(*, about: str, why: str, but: str | None = None) -> int:
    """Close what still waits under keys that begin with `about`, save those that begin with `but`. How many there were."""
    rows = Notification.objects.filter(UNSENT, dedupe_key__startswith=about)
    if but is not None:
        rows = rows.exclude(dedupe_key__startswith=but)
    return rows.update(closed_at=clock.now(), server_answer=why)
