"""The daily digest of the audit, mailed to CJVSF: whoever rewrites the database can't rewrite their mail."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from portal.foundation import audit, clock, outbox
from portal.foundation.models import Notification

# No transaction runs as long, so all that was written before midnight is there.
HOURS_AFTER_MIDNIGHT = 1


@shared_task(name="directory.anchoring.mail_audit_digest")
def mail_audit_digest() -> int:
    """Mail the digest of all chains as they stood at midnight in London, once a day. Returns 1 if it was queued now."""
    here = timezone.localtime(clock.now())
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    key = f"audit-digest:{here:%Y-%m-%d}"
    if here.hour < HOURS_AFTER_MIDNIGHT or Notification.objects.filter(dedupe_key=key).exists():
        return 0
    found = audit.anchor(midnight.astimezone(dt.UTC))
    context = {
        "day": clock.say_day(here.date()),
        "moment": found.at.isoformat(),
        "chains": found.chains,
        "lines": found.lines,
        "sha256": found.sha256,
    }
    outbox.queue(to="cjvsf", template="audit_digest", context=context, dedupe_key=key)
    return 1
