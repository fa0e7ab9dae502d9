"""A small estate in the making, with a ledger of its own: who held which post when, what was open from when to when.

What is asked of the ledger is answered from the ledger, never from the code under test.
"""

import datetime as dt
import random
from collections import defaultdict
from dataclasses import dataclass, field

from agreements.models import Action, Agreement, Kind, QuestionSet, Status, Version
from directory.models import Absence, Holding, Organisation, Post, Role, Service
from portal.foundation import clock
from portal.foundation.models import User
from reviews.models import Kind as ReviewKind
from reviews.models import Outcome, Review, State
from tests import factories


@dataclass
class Tenure:
    user: User
    post: Post
    from_on: dt.date
    until_on: dt.date | None
    as_deputy: bool

    def covers(self, day: dt.date) -> bool:
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


@dataclass
class Watched:
    """A review or an action as the ledger knows it: open from a moment until another."""

    words: str
    due_on: dt.date
    agreement: Agreement
    rungs: tuple[int, ...]
    opened: dt.datetime
    closed: dt.datetime | None = None
    post: Post | None = None


@dataclass
class World:
    dice: random.Random
    tenures: list[Tenure] = field(default_factory=list)
    away: list[tuple[User, dt.date, dt.date]] = field(default_factory=list)
    watched: dict[str, Watched] = field(default_factory=dict)
    agreements: list[Version] = field(default_factory=list)
    leads: dict[str, list[Post]] = field(default_factory=lambda: defaultdict(list))

    def person(self) -> User:
        return factories.user()

    def appoint(self, post: Post, day: dt.date, *, as_deputy: bool = False) -> Tenure:
        tenure = Tenure(self.person(), post, day, None, as_deputy)
        Holding.objects.create(post=post, user=tenure.user, from_on=day, as_deputy=as_deputy)
        self.tenures.append(tenure)
        return tenure

    def replace(self, tenure: Tenure, day: dt.date) -> None:
        """The holder's last day is the one before; somebody else holds the post from this day on."""
        tenure.until_on = day - dt.timedelta(days=1)
        Holding.objects.filter(user=tenure.user, post=tenure.post).update(until_on=tenure.until_on)
        self.appoint(tenure.post, day, as_deputy=tenure.as_deputy)

    def send_away(self, tenure: Tenure, day: dt.date) -> None:
        back_on = day + dt.timedelta(days=self.dice.randint(3, 20))
        Absence.objects.create(user=tenure.user, from_on=day, until_on=back_on)
        self.away.append((tenure.user, day, back_on))

    def here(self, day: dt.date) -> list[Tenure]:
        return [tenure for tenure in self.tenures if tenure.covers(day)]

    def emails_at(self, day: dt.date) -> dict[str, list[Post]]:
        """Who holds something on that day, and what."""
        posts: dict[str, list[Post]] = defaultdict(list)
        for tenure in self.here(day):
            posts[tenure.user.email].append(tenure.post)
        return posts

    def holders(self, day: dt.date, posts: list[Post]) -> set[str]:
        return {tenure.user.email for tenure in self.here(day) if not tenure.as_deputy and tenure.post in posts}


def found(dice: random.Random, day: dt.date) -> World:
    """Three charities and two prisons, and everybody's posts filled."""
    world = World(dice)
    world.appoint(factories.post(Role.CJVSF, None), day)
    parties = [
        (
            charity := factories.organisation(),
            [
                factories.post(Role.CONTRIBUTOR, charity, title="Manager"),
                factories.post(Role.ADMINISTRATOR, charity, title="Administrator"),
            ],
        )
        for _ in range(3)
    ]
    prisons = [
        (
            prison := factories.prison(code),
            [factories.post(Role.HOO, prison), factories.post(Role.COORDINATOR, prison, title="Coordinator")],
        )
        for code in ("PER", "EDI")
    ]
    for _, posts in [*parties, *prisons]:
        for post in posts:
            world.appoint(post, day)
        world.appoint(posts[0], day, as_deputy=True)
    for charity, posts in parties:
        for prison, _ in prisons:
            world.agreements.append(put_in_force(world, charity, prison, day, posts[0]))
    return world


def put_in_force(world: World, charity: Organisation, prison, day: dt.date, post: Post) -> Version:
    """Past the whole drafting, which is not what is looked at here."""
    number = Agreement.objects.count()
    service = Service.objects.create(organisation=charity, name=f"Service {number}")
    starter = world.tenures[0].user
    agreement = Agreement.objects.create(
        organisation=charity, establishment=prison, service=service, started_by=starter, sent_at=clock.now()
    )
    sets = [QuestionSet.objects.newest(kind) for kind in (Kind.AGREEMENT, Kind.SHARING, Kind.CONSENT)]
    version = Version.objects.create(
        agreement=agreement,
        number=1,
        status=Status.IN_FORCE,
        status_since=clock.now(),
        question_set=sets[0],
        sharing_set=sets[1],
        consent_set=sets[2],
        starts_on=day,
    )
    agreement.current_version = version
    agreement.save()
    return version


def words_of(what: str, due_on: dt.date, agreement: Agreement) -> str:
    """The line by which a reader knows it, written here a second time on purpose."""
    return f"{what} due {due_on.day} {due_on:%B %Y}: {agreement}"


def open_review(world: World, version: Version, due_on: dt.date) -> None:
    if Review.objects.filter(agreement=version.agreement, state=State.OPEN).exists():
        return
    agreement = version.agreement
    Review.objects.create(
        agreement=agreement,
        version=version,
        number=agreement.reviews.count() + 1,
        question_set=QuestionSet.objects.newest(Kind.REVIEW),
        kind=ReviewKind.SCHEDULED,
        due_on=due_on,
        period_from=due_on - dt.timedelta(days=180),
        period_to=due_on,
    )
    words = words_of("Review", due_on, agreement)
    world.watched[words] = Watched(words, due_on, agreement, (-28, -14, 0, 14, 28), clock.now())


def hold_review(world: World, version: Version) -> None:
    review = Review.objects.filter(agreement=version.agreement, state=State.OPEN).first()
    if review is None:
        return
    settle(review, world.tenures[0].user)
    world.watched[words_of("Review", review.due_on, version.agreement)].closed = clock.now()


def settle(review: Review, by: User) -> None:
    """Both sides have held it."""
    Review.objects.filter(pk=review.pk).update(
        state=State.HELD,
        held_on=clock.today(),
        outcome=Outcome.CONTINUE,
        partner_confirmed_at=clock.now(),
        partner_confirmed_by=by,
        prison_confirmed_at=clock.now(),
        prison_confirmed_by=by,
    )


def agree_action(world: World, version: Version, due_on: dt.date) -> None:
    agreement = version.agreement
    words = words_of("Agreed action", due_on, agreement)
    if words in world.watched:
        return
    post = Post.objects.get(organisation=agreement.organisation, role=Role.CONTRIBUTOR)
    Action.objects.create(
        version=version,
        what="A text that no mail may say",
        owner="partner",
        post=post,
        post_title=post.title,
        due_on=due_on,
        by=world.tenures[0].user,
    )
    world.watched[words] = Watched(words, due_on, agreement, (-7, 0, 7, 14), clock.now(), post=post)


def finish_action(world: World) -> None:
    action = Action.objects.filter(state="open").order_by("due_on").select_related("version__agreement").first()
    if action is None:
        return
    Action.objects.filter(pk=action.pk).update(state="done")
    world.watched[words_of("Agreed action", action.due_on, action.version.agreement)].closed = clock.now()
