"""How the agreements of the demonstration come out: each story is the list of what happens in it, beat by beat."""

import random
from dataclasses import dataclass
from itertools import zip_longest

DRAFTED = ("start", "outline", "submit")
ACCEPTED = (*DRAFTED, "specification", "accept")
SUPPORTED = (*DRAFTED, "specification", "support")
WRITTEN = ("partner details", "sharing", "prison details")
AGREED = (*WRITTEN, "actions", "send-for-approval")
SIGNED = ("approve", "partner signs", "prison signs")
IN_FORCE = (*ACCEPTED, *AGREED, *SIGNED)
RETURNED = (*DRAFTED, "return-outline")


@dataclass(frozen=True)
class Story:
    """`weight` says how often it happens among 300, `last` how many days ago its last beat was (from, to)."""

    name: str
    weight: int
    beats: tuple[str, ...]
    last: tuple[int, int]

    @property
    def is_live(self) -> bool:
        return "prison signs" in self.beats and self.beats[-1] not in ("end", "expire")


STORIES = (
    Story("an outline is just begun", 6, ("start",), (1, 12)),
    Story("an outline is half written", 8, ("start", "half outline"), (1, 40)),
    Story("the outline waits for the prison", 18, DRAFTED, (1, 25)),
    Story("the outline came back with questions", 8, RETURNED, (2, 30)),
    Story("the outline was sent again", 6, (*RETURNED, "answer", "submit"), (1, 20)),
    Story("it is supported and waits for money", 12, SUPPORTED, (5, 320)),
    Story("details are begun", 8, (*ACCEPTED, "partner details"), (1, 40)),
    Story("details are discussed", 12, (*ACCEPTED, *WRITTEN, "comments"), (1, 30)),
    Story("details are nearly there", 8, (*ACCEPTED, *WRITTEN, "comments", "resolve", "actions"), (1, 30)),
    Story("it waits for approval", 10, (*ACCEPTED, *AGREED), (1, 18)),
    Story("it waits for the second approver", 3, (*ACCEPTED, *AGREED, "first approval"), (1, 12)),
    Story("it came back for changes", 6, (*ACCEPTED, *AGREED, "return-for-changes"), (2, 20)),
    Story("it waits for the partner's signature", 7, (*ACCEPTED, *AGREED, "approve"), (1, 10)),
    Story("it waits for the prison's signature", 7, (*ACCEPTED, *AGREED, "approve", "partner signs"), (1, 10)),
    Story("it is in force", 80, IN_FORCE, (10, 430)),
    Story("it is in force after some discussion", 8, (
        *ACCEPTED, *WRITTEN, "comments", "resolve", "actions", "send-for-approval", "return-for-changes", "answer",
        "send-for-approval", *SIGNED), (10, 300)),
    Story("it is in force since money came", 10, (*SUPPORTED, "confirm-funding", *AGREED, *SIGNED), (10, 300)),
    Story("it ends soon", 8, IN_FORCE, (320, 420)),
    Story("notice was given", 3, (*IN_FORCE, "give notice"), (3, 20)),
    Story("it is paused", 9, (*IN_FORCE, "pause"), (3, 60)),
    Story("it was paused and goes on", 3, (*IN_FORCE, "pause", "resume"), (5, 90)),
    Story("it is being changed", 8, (*IN_FORCE, "vary", "change"), (2, 40)),
    Story("its second version is in force", 10, (
        *IN_FORCE, "vary", "change", "send-for-approval", *SIGNED), (10, 200)),
    Story("it ran out", 12, (*IN_FORCE, "expire"), (5, 200)),
    Story("it was ended early", 9, (*IN_FORCE, "end"), (5, 240)),
    Story("it was declined", 8, (*DRAFTED, "decline"), (5, 400)),
    Story("it was declined late", 2, (*ACCEPTED, "partner details", "decline"), (10, 300)),
    Story("it was withdrawn as an outline", 3, (*DRAFTED, "withdraw"), (5, 400)),
    Story("it was withdrawn for want of money", 5, (*SUPPORTED, "withdraw"), (10, 300)),
    Story("it lapsed", 6, (*SUPPORTED, "lapse"), (5, 120)),
)  # fmt: skip


def choose(number: int, rng: random.Random) -> list[Story]:
    """So many stories in their proportions: first one of each, while there is room, then the others at random."""
    total = sum(story.weight for story in STORIES)
    again = [max(round(story.weight * number / total) - 1, 0) for story in STORIES]
    more = [story for story, times in zip(STORIES, again, strict=True) for _ in range(times)]
    rng.shuffle(more)
    in_force = next(story for story in STORIES if story.name == "it is in force")
    pairs = zip_longest([*STORIES, *more], range(number), fillvalue=None)
    return [story or in_force for story, place in pairs if place is not None]
