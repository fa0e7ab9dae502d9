"""Time in each stage: whose turn it was, from when to when, counted in working days.

While a side has been asked something, the time is its own: the clock of the side that asked stands still.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from agreements.models import OVER, Side, Signature, Status, Version
from agreements.statuses import facts
from portal.foundation import clock
from portal.foundation.working_days import working_days_between


@dataclass(frozen=True)
class Spell:
    """A stretch of time in which one side, or both, had to act."""

    status: Status
    sides: tuple[Side, ...]
    since: dt.datetime
    until: dt.datetime
    is_over: bool
    is_answering: bool = False

    @property
    def working_days(self) -> int:
        return _days(self.since, self.until)

    @property
    def target_days(self) -> int | None:
        return None if self.is_answering else facts(self.status).target_days

    @property
    def is_late(self) -> bool:
        return self.target_days is not None and self.working_days > self.target_days


def spells(version: Version) -> list[Spell]:
    """The life of a version until it was signed or given up, the oldest first. Three queries."""
    asked = [(row.asked_at, row.answered_at or clock.now(), Side(row.asked_of)) for row in version.clarifications.all()]
    signed = Signature.objects.filter(document__version=version, side=Side.PARTNER).values_list("at", flat=True)
    cuts = sorted({moment for begun, ended, _ in asked for moment in (begun, ended)} | set(signed))
    found = []
    for status, since, until, is_over in _statuses(version):
        ends = [moment for moment in cuts if since < moment < until] + [until]
        for begun, ended in zip([since, *ends], ends, strict=False):
            answering = next((side for start, end, side in asked if start <= begun < end), None)
            sides = (answering,) if answering else _turn(status, begun, list(signed))
            over = is_over or ended != until
            found.append(Spell(status, sides, begun, ended, over, answering is not None))
    return found


def days_in_status(version: Version) -> int | None:
    """Working days in the status that the version is about to leave, without those in which a side had been asked something.

    None where nobody had to act, and where the status began with the questions of the other side.
    """
    since, until = version.status_since, clock.now()
    asked = [(row.asked_at, row.answered_at or until) for row in version.clarifications.filter(asked_at__lt=until)]
    if not facts(version.status).turn or any(begun <= since < ended for begun, ended in asked):
        return None
    return _days(since, until) - sum(_days(begun, ended) for begun, ended in asked if begun > since)


def _days(since: dt.datetime, until: dt.datetime) -> int:
    return working_days_between(timezone.localdate(since), timezone.localdate(until))


def _statuses(version: Version) -> Iterator[tuple[Status, dt.datetime, dt.datetime, bool]]:
    """Each status in which somebody had to act: from when, until when, and whether that is over."""
    since, status = version.started_at, None
    for change in version.changes.order_by("at", "pk"):
        status = status or Status(change.from_status)
        if change.to_status == change.from_status:
            continue
        if facts(status).turn:
            yield status, since, change.at, True
        status, since = Status(change.to_status), change.at
    status = status or Status(version.status)
    if facts(status).turn and status not in OVER:
        yield status, since, clock.now(), False


def _turn(status: Status, moment: dt.datetime, partner_signed: list[dt.datetime]) -> tuple[Side, ...]:
    """Whose turn it was: of the signatures, the partner's comes first."""
    if status != Status.FOR_SIGNATURE:
        return facts(status).turn
    return (Side.PRISON,) if any(signed <= moment for signed in partner_signed) else (Side.PARTNER,)
