"""What a change of people must not break. The directory doesn't know what is live: the apps above it say so.

`settings.RULES_ON_POSTS` names functions that look at what a change has left behind, before it is kept.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from directory.models import Holding, Role
from portal.foundation import clock
from portal.foundation.exceptions import NotReady

A_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Change:
    """A holding that has just been given, or has just been ended."""

    holding: Holding
    is_end: bool = False


def check(*changes: Change) -> None:
    """Ask every rule, inside the transaction of the change. Raises NotReady with their sentences, and nothing is kept."""
    rules = [import_string(path) for path in settings.RULES_ON_POSTS]
    if reasons := [reason for change in changes for rule in rules for reason in rule(change)]:
        raise NotReady(*dict.fromkeys(reasons))


def cjvsf_keeps_an_administrator(change: Change) -> list[str]:
    """Somebody at CJVSF can always help those whom nobody else can."""
    if not change.is_end or change.holding.post.role != Role.CJVSF:
        return []
    day = first_day_alone(Holding.objects.from_day(clock.today()).filter(post__role=Role.CJVSF))
    return [f"From {clock.say_day(day)} CJVSF would have no administrator. Hand the post over instead."] if day else []


def first_day_alone(holdings: Iterable[Holding]) -> dt.date | None:
    """The first day from today on that none of these holdings covers, if there is one."""
    day = clock.today()
    for holding in sorted(holdings, key=lambda holding: holding.from_on):
        if holding.from_on > day:
            return day
        if holding.until_on is None:
            return None
        day = max(day, holding.until_on + A_DAY)
    return day
