"""When reviews fall due, as plain calendar arithmetic. Days are London dates. `schedule` says the same to the database."""

import datetime as dt

from portal.foundation.clock import add_months

FIRST_AFTER = 6
EVERY = 12


def first_review(starts_on: dt.date, agreed: dt.date | None = None) -> dt.date:
    """What the agreement says (S4-05), or else six months after it starts."""
    return agreed or add_months(starts_on, FIRST_AFTER)


def nth_review(first: dt.date, number: int, every: int = EVERY) -> dt.date:
    """The first review is number 1. Counted from the first each time, so that short months don't add up to a drift."""
    return add_months(first, (number - 1) * every)


def next_review(first: dt.date, after: dt.date) -> dt.date:
    """The earliest review date later than that day: cycles that were missed are not made up for."""
    if first > after:
        return first
    here = nth_review(first, after.year - first.year + 1)
    return here if here > after else nth_review(first, after.year - first.year + 2)


def quarter_of(day: dt.date) -> dt.date:
    """The first day of the quarter of the calendar year that this day is in."""
    return dt.date(day.year, day.month - (day.month - 1) % 3, 1)


def quarters_between(start: dt.date, end: dt.date) -> list[dt.date]:
    """The first days of the quarters that these days and those between them are in."""
    quarters = [quarter_of(start)]
    while (following := add_months(quarters[-1], 3)) <= end:
        quarters.append(following)
    return quarters


def quarter_name(quarter: dt.date) -> str:
    """2027-Q1, as in the address of its page."""
    return f"{quarter.year}-Q{(quarter.month + 2) // 3}"


def read_quarter(name: str) -> dt.date | None:
    """The first day of the quarter of this name, or None when there is none such."""
    year, _, number = name.partition("-Q")
    if len(year) != 4 or not (year.isascii() and year.isdigit()) or number not in ("1", "2", "3", "4"):
        return None
    return dt.date(max(int(year), 1), int(number) * 3 - 2, 1)
