"""Working days in Scotland: no weekends, no bank holidays."""

import datetime as dt
from functools import lru_cache

import holidays


def is_working_day(day: dt.date) -> bool:
    return day.weekday() < 5 and day not in _bank_holidays()


def working_days_after(day: dt.date, count: int) -> dt.date:
    """The date that many working days later, or earlier when the count is negative."""
    step = dt.timedelta(days=1 if count > 0 else -1)
    while count:
        day += step
        if is_working_day(day):
            count -= step.days
    return day


def working_days_between(first: dt.date, last: dt.date) -> int:
    """How many working days have passed since the first day: that day doesn't count, the last one does."""
    return sum(is_working_day(first + dt.timedelta(days=days)) for days in range(1, (last - first).days + 1))


@lru_cache(maxsize=1)
def _bank_holidays() -> holidays.HolidayBase:
    return holidays.country_holidays("GB", subdiv="SCT")
