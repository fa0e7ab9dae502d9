"""The record of what happened: append-only, chained by hash within what it is about.

Screens never read it: they read status rows and answers.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portal.foundation import clock
from portal.foundation.models import AuditEvent, User

NOBODY = "portal"
TOLD = ("about", "number", "event", "by", "by_name_sha256", "detail")


def record(event: str, *, about: str, by: User | None, **detail: Any) -> AuditEvent:
    """Add a line to the chain of `about`. Call it in the transaction of the change, with the thing's row locked.

    The detail is ids, days and choices: a line outlives what it names, so nobody's words or name may stand in it.
    """
    last = AuditEvent.objects.filter(about=about).order_by("-number").first()
    line = AuditEvent(
        about=about,
        number=last.number + 1 if last else 1,
        event=event,
        by=f"user:{by.pk}" if by else NOBODY,
        by_name_sha256=by.name_sha256 if by else "",
        at=clock.now(),
        detail=detail,
        previous=last.digest if last else "",
    )
    line.digest = digest(line)
    line.save(force_insert=True)
    return line


def digest(line: AuditEvent) -> str:
    """SHA-256 over the previous line's digest and everything in this one."""
    who = [line.by, line.by_name_sha256]
    told = [line.previous, line.about, line.number, line.event, *who, line.at.isoformat(), line.detail]
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


@dataclass(frozen=True)
class Anchor:
    """All chains as they stood at a moment, in one SHA-256. Kept outside, it shows what the chains can't show of
    themselves: a tail that was cut, a chain that is gone, a chain that was written anew from some line on."""

    at: dt.datetime
    chains: int
    lines: int
    sha256: str


def anchor(at: dt.datetime) -> Anchor:
    heads: dict[str, str] = {}
    lines = 0
    rows = AuditEvent.objects.filter(at__lte=at).order_by("about", "number")
    for about, number, digest_ in rows.values_list("about", "number", "digest").iterator():
        heads[about] = f"{about} {number} {digest_}"
        lines += 1
    told = "\n".join(heads[about] for about in sorted(heads))
    return Anchor(at=at, chains=len(heads), lines=lines, sha256=hashlib.sha256(told.encode()).hexdigest())


def broken_links() -> Iterator[AuditEvent]:
    """The first broken link of each chain that doesn't hold."""
    chains = AuditEvent.objects.order_by("about").values_list("about", flat=True).distinct()
    return (line for line in map(first_broken_link, chains) if line)


def exported() -> Iterator[str]:
    """Every line as JSON, chain by chain: what script/verify-audit-export reads."""
    for line in AuditEvent.objects.order_by("about", "number").iterator():
        told = {name: getattr(line, name) for name in TOLD}
        told |= {"at": line.at.isoformat(), "previous": line.previous, "digest": line.digest}
        yield json.dumps(told, ensure_ascii=False, sort_keys=True)
