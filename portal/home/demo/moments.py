"""When things happen in a story: on working days, in office hours, one after another, and never in the future."""

import datetime as dt
import random
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from portal.foundation.working_days import is_working_day
from portal.home.demo.stories import Story

LONDON = ZoneInfo("Europe/London")
# The days between a beat and the one before it, from and to.
USUAL = (1, 5)
GAPS = {
    "half outline": (1, 8),
    "outline": (2, 18),
    "specification": (2, 9),
    "partner details": (6, 25),
    "prison details": (3, 14),
    "resolve": (3, 10),
    "confirm-funding": (40, 160),
    "answer": (3, 9),
    "approve": (2, 9),
    "give notice": (60, 200),
    "pause": (60, 200),
    "resume": (14, 50),
    "vary": (90, 240),
    "change": (3, 12),
    "expire": (180, 330),
    "end": (100, 300),
    "lapse": (366, 372),
}


def moments(story: Story, today: dt.date, rng: random.Random) -> list[dt.datetime]:
    """One for each beat, counted back from the last."""
    day = today - dt.timedelta(days=rng.randint(*story.last))
    backwards: list[dt.datetime] = []
    for beat in reversed(story.beats):
        if beat not in ("expire", "lapse"):
            day = working_day_by(day)
        backwards.append(at_some_time(day, rng))
        day -= dt.timedelta(days=rng.randint(*GAPS.get(beat, USUAL)))
    return backwards[::-1]


def working_day_by(day: dt.date) -> dt.date:
    while not is_working_day(day):
        day -= dt.timedelta(days=1)
    return day


def at_some_time(day: dt.date, rng: random.Random) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(rng.randint(9, 16), rng.randint(0, 59)), LONDON).astimezone(dt.UTC)


def term(story: Story, happened: Sequence[dt.datetime], today: dt.date, rng: random.Random) -> tuple[dt.date, dt.date]:
    """The first and the last day of the agreement, such that the story can be true."""
    if "prison signs" not in story.beats:
        begins = max(happened[-1].date(), today) + dt.timedelta(days=rng.randint(30, 90))
        if happened[-1].date() < today - dt.timedelta(days=60):
            begins = happened[-1].date() + dt.timedelta(days=rng.randint(30, 90))
        return begins, begins + dt.timedelta(days=rng.choice((365, 547, 730)) - 1)
    begins = happened[story.beats.index("prison signs")].date() + dt.timedelta(days=rng.randint(5, 25))
    if story.beats[-1] == "expire":
        return begins, happened[-1].date() - dt.timedelta(days=1)
    if story.name == "it ends soon":
        return begins, today + dt.timedelta(days=rng.randint(3, 45))
    least = (today - begins).days + 50
    lengths = [days for days in (365, 547, 730, 1095) if days > least]
    return begins, begins + dt.timedelta(days=rng.choice(lengths[:2]) - 1)
