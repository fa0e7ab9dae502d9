"""Review dates as a calendar on the wall has them: months are counted as fractions of a year, days by tearing off leaves.

Written apart from `reviews.dates`: it shares no line with it and uses another way.
"""

import calendar
import datetime as dt
from fractions import Fraction


def nth(start: dt.date, months: int, number: int) -> dt.date:
    """The date of review `number`, when there is one every so many months after the start."""
    year_and_month = start.year + Fraction(start.month - 1, 12) + Fraction(months, 12) * number
    year = year_and_month.numerator // year_and_month.denominator
    month = int((year_and_month - year) * 12) + 1
    leaves = [day for week in calendar.monthcalendar(year, month) for day in week if day]
    return dt.date(year, month, [leaf for leaf in leaves if leaf <= start.day][-1])


def every_day(first: dt.date, years: int) -> list[dt.date]:
    days, last = [first], dt.date(first.year + years, first.month, first.day)
    while (following := dt.date.fromordinal(days[-1].toordinal() + 1)) < last:
        days.append(following)
    return days
