"""The one clock: moments in UTC, days in London. Tests and the demonstration set it."""

import calendar
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db.models import DateTimeField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils import timezone

_set_to: ContextVar[dt.datetime | None] = ContextVar("clock", default=None)


def now() -> dt.datetime:
    return _set_to.get() or timezone.now()


def at_database() -> Combinable:
    """Now, by the database's clock, which all hosts share: leases are counted by it, so that theirs may differ."""
    moment = _set_to.get()
    return Value(moment, DateTimeField()) if moment else Now()


def today() -> dt.date:
    """The date in London."""
    return timezone.localdate(now())


def start_of(day: dt.date) -> dt.datetime:
    """The first moment of a day in London."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of another month; its last day where it is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


def next_day(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=1)


def last_of(day: dt.date) -> dt.date:
    """The last day of its month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


@contextmanager
def set_to(moment: dt.datetime) -> Iterator[None]:
    """Inside the block, every moment that the portal writes is this one."""
    token = _set_to.set(moment)
    try:
        yield
    finally:
        _set_to.reset(token)


def say_day(day: dt.date) -> str:
    """21 November 2026"""
    return f"{day.day} {day:%B %Y}"


def say_moment(moment: dt.datetime) -> str:
    """21 November 2026 at 10:42, in London"""
    local = timezone.localtime(moment)
    return f"{say_day(local)} at {local:%H:%M}"


def say_time(moment: dt.datetime) -> str:
    """10:42, in London"""
    return f"{timezone.localtime(moment):%H:%M}"
