"""Which service meets which prison in which story. Those who sign in first see a bit of everything."""

import datetime as dt
import random
from collections.abc import Iterator

from portal.foundation import clock
from portal.home.demo.bank import PlannedService, populations_of
from portal.home.demo.cast import FIRST_CHARITY, FIRST_PRISON, TWO_APPROVERS, Cast, Partner, Prison
from portal.home.demo.moments import moments, term
from portal.home.demo.scene import Scene
from portal.home.demo.stories import STORIES, Story, choose

# The first telling of these is at the first prison, and of the others with the first charity.
AT_THE_FIRST_PRISON = {
    "the outline waits for the prison",
    "it is supported and waits for money",
    "details are nearly there",
    "it waits for approval",
    "it waits for the prison's signature",
    "it is in force after some discussion",
    "it ends soon",
    "notice was given",
    "its second version is in force",
    "it was ended early",
    "it was declined",
    "it was withdrawn for want of money",
}
SMALLEST_OFTEN = 200

Place = tuple[Partner, PlannedService, Prison]


def scenes(cast: Cast, number: int, rng: random.Random) -> list[Scene]:
    """One for each agreement, the oldest first."""
    today = clock.today()
    stories = choose(number, rng)
    found = [
        _scene(story, place, today, cast, rng) for story, place in zip(stories, places(cast, stories, rng), strict=True)
    ]
    return sorted(found, key=lambda scene: scene.happened[0])


def _scene(story: Story, place: Place, today: dt.date, cast: Cast, rng: random.Random) -> Scene:
    partner, service, prison = place
    happened = moments(story, today, rng)
    begins, ends = term(story, happened, today, rng)
    others = [each.establishment.name for each in cast.prisons.values() if each is not prison]
    return Scene(
        story=story,
        partner=partner,
        service=service,
        prison=prison,
        happened=happened,
        begins=begins,
        ends=ends,
        here=random.Random(rng.random()),
        others=random.Random(service.name).sample(others, 2),
    )


def places(cast: Cast, stories: list[Story], rng: random.Random) -> Iterator[Place]:
    """A place for each story, and no place twice: one service has one agreement in one prison."""
    free = every_place(cast)
    rng.shuffle(free)
    for told, story in enumerate(stories):
        is_first = told < len(STORIES)
        place = next(place for place in free if _suits(place, story, is_first=is_first))
        free.remove(place)
        yield place


def every_place(cast: Cast) -> list[Place]:
    return [
        (partner, service, prison)
        for partner in cast.partners.values()
        for service in partner.plan.services
        for prison in cast.prisons.values()
        if serves(service, prison)
    ]


def serves(service: PlannedService, prison: Prison) -> bool:
    """Whether the prison holds the people whom the service is for. The smallest have room for few services."""
    held = populations_of(prison.establishment.code)
    is_small = (prison.establishment.design_capacity or 0) < SMALLEST_OFTEN
    has_room = not is_small or len(service.name) % 3 == 0
    return has_room and all(each in held for each in service.populations)


def _suits(place: Place, story: Story, *, is_first: bool) -> bool:
    partner, _, prison = place
    code = prison.establishment.code
    if "first approval" in story.beats:
        return code == TWO_APPROVERS
    if is_first and story.name in AT_THE_FIRST_PRISON:
        return code == FIRST_PRISON and partner.plan.name != FIRST_CHARITY
    if is_first:
        return partner.plan.name == FIRST_CHARITY
    return True
