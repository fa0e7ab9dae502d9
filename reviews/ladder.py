"""The reminder ladder, as data: what is watched, on which days somebody is told, and how far up it goes.

Nothing is ever approved by silence: the last rung tells more people, and that is all. Who is told on one rung is told
on all that follow, so that a rung which was overtaken can be left out without anyone missing anything.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from portal.foundation.working_days import is_working_day, working_days_after


class Watched(StrEnum):
    REVIEW = "review"
    ACTION = "action"
    CLAIM = "claim"
    OUTLINE = "outline"
    APPROVAL = "approval"
    SIGNATURE = "signature"
    ENDING = "ending"
    ASSURANCE = "assurance"
    DRAFT = "draft"
    LAPSE = "lapse"
    IDEA = "idea"


class Reach(IntEnum):
    """How far up a rung goes. Each includes those before it."""

    OWNER = 1
    LEAD = 2
    CJVSF = 3


@dataclass(frozen=True)
class Rung:
    """So many days after the date (before it, when negative)."""

    days: int
    reach: Reach = Reach.OWNER
    in_working_days: bool = False

    @property
    def name(self) -> str:
        unit = "working days" if self.in_working_days else "days"
        if self.days == 0:
            return "on the day"
        return f"{abs(self.days)} {unit} {'late' if self.days > 0 else 'before'}"

    def day(self, due_on: dt.date) -> dt.date:
        if self.in_working_days:
            return working_days_after(due_on, self.days)
        return due_on + dt.timedelta(days=self.days)

    def is_due(self, due_on: dt.date, today: dt.date) -> bool:
        """From its day on. Rungs in working days are quiet at weekends and on Scottish bank holidays."""
        return self.day(due_on) <= today and (not self.in_working_days or is_working_day(today))


def days(*rungs: int | tuple[int, Reach]) -> tuple[Rung, ...]:
    return tuple(Rung(*rung) if isinstance(rung, tuple) else Rung(rung) for rung in rungs)


def working_days(*rungs: int | tuple[int, Reach]) -> tuple[Rung, ...]:
    return tuple(
        Rung(*(rung if isinstance(rung, tuple) else (rung, Reach.OWNER)), in_working_days=True) for rung in rungs
    )


@dataclass(frozen=True)
class Ladder:
    """`what` begins the subject of the mail, and the date ends it. "Your turn" goes at once, the rest with the digest."""

    what: str
    rungs: tuple[Rung, ...]
    is_your_turn: bool = False

    def horizon(self, today: dt.date) -> dt.date:
        """The latest date of a thing that may have a rung today. Three working days lie within thirteen, at Christmas too."""
        return today + dt.timedelta(days=max(-2 * r.days + 7 if r.in_working_days else -r.days for r in self.rungs))


LEAD, CJVSF = Reach.LEAD, Reach.CJVSF
LADDERS: dict[Watched, Ladder] = {
    Watched.REVIEW: Ladder("Review due", days(-28, -14, 0, (14, LEAD), (28, CJVSF))),
    Watched.ACTION: Ladder("Agreed action due", days(-7, 0, 7, (14, LEAD))),
    Watched.CLAIM: Ladder("Agreed action to be confirmed by", working_days(-3, 0, (5, LEAD), (10, CJVSF)), True),
    Watched.OUTLINE: Ladder("Outline to be answered by", working_days(-3, 0, (5, LEAD), (10, CJVSF)), True),
    Watched.APPROVAL: Ladder("Approval wanted by", working_days(-3, 0, (5, LEAD), (10, CJVSF)), True),
    Watched.SIGNATURE: Ladder("Signature wanted by", working_days(-2, 0, (5, LEAD), (10, CJVSF)), True),
    Watched.ENDING: Ladder("Agreement ends on", days(-90, -28, (-7, LEAD))),
    Watched.ASSURANCE: Ladder("PVG membership or insurance expires on", days(-56, -28, 0, (14, LEAD), (28, CJVSF))),
    Watched.DRAFT: Ladder("Draft has been quiet since", days(28, 56, (84, LEAD), (112, CJVSF))),
    Watched.LAPSE: Ladder("Outline lapses without news of its funding on", days(-56, -28, (-7, LEAD))),
    Watched.IDEA: Ladder("Idea to be answered by", working_days(-3, 0, (5, LEAD), (10, CJVSF)), True),
}


@dataclass(frozen=True)
class Thing:
    """One thing that is watched: of a version, of an organisation's profile, or an idea.

    `owners` are addresses, as directory.addressing reads them; so are the `leads`.
    """

    kind: Watched
    name: str
    due_on: dt.date
    version_id: int | None
    owners: tuple[str, ...]
    leads: tuple[str, ...]
    organisation_id: int | None = None
    idea_id: int | None = None

    def recipients(self, rung: Rung) -> tuple[str, ...]:
        """Everybody whom this rung tells. A rung for the owner of something that nobody owns is for the leads."""
        told = self.owners or self.leads
        if rung.reach >= Reach.LEAD:
            told += self.leads
        if rung.reach >= Reach.CJVSF:
            told += ("cjvsf",)
        return tuple(dict.fromkeys(told))


Climbed = frozenset[tuple[str, dt.date, str, str]]


@dataclass(frozen=True)
class Due:
    """What a thing asks for today: the rungs that are new, each with its recipients, told in one mail."""

    thing: Thing
    steps: tuple[tuple[Rung, str], ...]

    @property
    def newest(self) -> Rung:
        return max((rung for rung, _ in self.steps), key=lambda rung: rung.days)

    @property
    def recipients(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(recipient for _, recipient in self.steps))


def due_now(things: Iterable[Thing], climbed: Climbed, today: dt.date) -> Iterator[Due]:
    """What is to be told today, however long nobody looked: rungs that were overtaken make one mail with the newest."""
    for thing in things:
        steps = tuple(
            (rung, recipient)
            for rung in LADDERS[thing.kind].rungs
            if rung.is_due(thing.due_on, today)
            for recipient in thing.recipients(rung)
            if (thing.name, thing.due_on, rung.name, recipient) not in climbed
        )
        if steps:
            yield Due(thing, steps)
