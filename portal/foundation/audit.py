"""The record of what happened: append-only, chained by hash within what it is about.

Screens never read it: they read status rows and answers.
"""

import hashlib
import json
from typing import Any

from portal.foundation import clock
from portal.foundation.models import AuditEvent, User

NOBODY = "portal"


def record(event: str, *, about: str, by: User | None, **detail: Any) -> AuditEvent:
    """Add a line to the chain of `about`. Call it in the transaction of the change, with the thing's row locked."""
    last = AuditEvent.objects.filter(about=about).order_by("-number").first()
    line = AuditEvent(
        about=about,
        number=last.number + 1 if last else 1,
        event=event,
        by=f"user:{by.pk}" if by else NOBODY,
        by_name=by.name if by else "The portal",
        at=clock.now(),
        detail=detail,
        previous=last.digest if last else "",
    )
    line.digest = digest(line)
    line.save(force_insert=True)
    return line


def digest(line: AuditEvent) -> str:
    """SHA-256 over the previous line's digest and everything in this one."""
    told = [line.previous, line.about, line.number, line.event, line.by, line.by_name, line.at.isoformat(), line.detail]
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def head(about: str) -> str:
    """The digest of the chain's last line, or nothing."""
    return AuditEvent.objects.filter(about=about).order_by("-number").values_list("digest", flat=True).first() or ""


def first_broken_link(about: str) -> AuditEvent | None:
    """The first line that isn't what was written, or None when the chain holds."""
    previous = ""
    for expected, line in enumerate(AuditEvent.objects.filter(about=about).order_by("number"), start=1):
        if line.number != expected or line.previous != previous or line.digest != digest(line):
            return line
        previous = line.digest
    return None
