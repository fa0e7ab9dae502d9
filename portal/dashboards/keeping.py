"""The sums of the estate, counted ahead by the worker. Without a worker every look counts for itself."""

import datetime as dt

from portal.dashboards.counting import PARTS, Sums, count
from portal.dashboards.models import KeptSums
from portal.dashboards.scope import Scope
from portal.foundation import clock

FRESH_FOR = dt.timedelta(minutes=1)


def keep_all() -> int:
    """Count each part of the estate's dashboard anew. How many."""
    for part in PARTS:
        moment = clock.now()
        KeptSums.objects.update_or_create(part=part, defaults={"sums": count(part, Scope()), "counted_at": moment})
    return len(PARTS)


def sums_of(part: str, scope: Scope) -> tuple[Sums, dt.datetime]:
    """What the part shows, and when it was counted: at most a minute ago."""
    kept = _kept(part) if scope.is_plain and part in PARTS else None
    if kept:
        return kept.sums, kept.counted_at
    return count(part, scope), clock.now()


def _kept(part: str) -> KeptSums | None:
    return KeptSums.objects.filter(part=part, counted_at__gt=clock.now() - FRESH_FOR).first()
