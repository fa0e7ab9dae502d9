"""The outbox: `queue` writes a row in the transaction of the change and sends nothing. The delivery sweep sends."""

from typing import Any

from portal.foundation.models import Notification


def queue(*, to: str, template: str, context: dict[str, Any], dedupe_key: str) -> None:
    """Write one mail to `to` (user:5, post:7 or mailto:a@b). A key that was queued before is queued no second time.

    The context holds titles, deadlines and links, never an answer's text.
    """
    Notification.objects.bulk_create(
        [Notification(addressee=to, template=template, context=context, dedupe_key=dedupe_key)], ignore_conflicts=True
    )
