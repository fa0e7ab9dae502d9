"""Years of the clock with everything failing now and then: nobody misses a reminder, hears twice, or hears after leaving."""

import datetime as dt
import random
from collections import Counter
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pytest

from directory.delivery import send_mail
from directory.mail_log import tell_their_lead
from portal.foundation import clock
from portal.foundation.models import Notification
from reviews.reminders import send_reminders, topic
from tests.reviews import world as story
from tests.reviews.post_office import BACKEND, office

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")
FIRST = dt.date(2026, 9, 1)
# When the sweeps run, in London: after midnight, and after the digest's hour.
REMINDERS, MAIL = 1, 8
# A retry waits an hour at most, and the digest of the day may have gone: told by the end of the second good day.
SLACK = 2
UNREACHABLE = "Mail doesn’t reach "
# Whose mail is refused for ever, of the people who are there from the beginning: a manager and a deputy.
REFUSED = (1, 3)
# A quarter in which people leave while their mail waits.
SEED_OF_THE_TWINS = 7


@pytest.fixture(autouse=True)
def post_office(settings):
    settings.EMAIL_BACKEND = BACKEND
    office.reset()
    return office


@dataclass
class Life:
    """What went on, apart from what the code wrote down."""

    world: story.World
    good_days: set[dt.date] = field(default_factory=set)
    runs: list[dt.date] = field(default_factory=list)
    bad_until: dict[str, dt.date] = field(default_factory=dict)

    def is_bad(self, what: str, day: dt.date) -> bool:
        return self.bad_until.get(what, FIRST) > day


def live(days: int, seed: int) -> Life:
    """Day after day: people come and go, things are opened and settled, parts of the machine fail and come back."""
    dice = random.Random(seed)
    with clock.set_to(at(FIRST, 0)):
        life = Life(story.found(dice, FIRST))
    office.refuses = {life.world.tenures[number].user.email for number in REFUSED}
    for number in range(days):
        day = FIRST + dt.timedelta(days=number)
        break_something(life, dice, day)
        with clock.set_to(at(day, 0, 5)):
            something_happens(life.world, dice, day)
        sweep(life, day)
        if not any(life.is_bad(part, day) for part in PARTS):
            life.good_days.add(day)
    return life


def at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=LONDON)


PARTS = {"beat": 4, "worker": 3, "mail": 2}


def break_something(life: Life, dice: random.Random, day: dt.date) -> None:
    """About once in six weeks each, for up to so many days."""
    for part, most in PARTS.items():
        if not life.is_bad(part, day) and dice.random() < 1 / 42:
            life.bad_until[part] = day + dt.timedelta(days=dice.randint(1, most))
    office.is_away = life.is_bad("mail", day)


def something_happens(world: story.World, dice: random.Random, day: dt.date) -> None:
    for version in world.agreements:
        if dice.random() < 1 / 60:
            story.open_review(world, version, day + dt.timedelta(days=dice.randint(10, 60)))
        if dice.random() < 1 / 70:
            story.hold_review(world, version)
        if dice.random() < 1 / 30:
            story.agree_action(world, version, day + dt.timedelta(days=dice.randint(1, 40)))
    if dice.random() < 1 / 8:
        story.finish_action(world)
    here = [tenure for tenure in world.here(day) if tenure.from_on < day]
    if here and dice.random() < 1 / 12:
        world.replace(dice.choice(here), day)
    if here and dice.random() < 1 / 15:
        world.send_away(dice.choice(here), day)


def sweep(life: Life, day: dt.date) -> None:
    if life.is_bad("beat", day) or life.is_bad("worker", day):
        return
    with clock.set_to(at(day, REMINDERS)):
        send_reminders()
        life.runs.append(day)
    with clock.set_to(at(day, MAIL)):
        send_mail()


@dataclass(frozen=True)
class Telling:
    """One line that one person was told in one mail."""

    email: str
    words: str
    day: dt.date


def tellings() -> list[Telling]:
    """What stands in the mails that were delivered, as a reader finds it: the subject, or the lines of a digest."""
    told = []
    for moment, mail in office.delivered:
        if is_of_a_person(mail):
            continue
        day = london_day(moment)
        lines = [mail.subject] if "things to look at" not in mail.subject and "thing to" not in mail.subject else []
        lines += [line for line in mail.body.splitlines() if " due " in line] if not lines else []
        told += [Telling(mail.to[0], line, day) for line in lines]
    return told


def is_of_a_person(mail) -> bool:
    """That somebody’s mail is refused is no thing that is due: `of_people` counts it by a rule of its own."""
    return mail.subject.startswith(UNREACHABLE)


def london_day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(LONDON).date()


def missed(life: Life, told: list[Telling]) -> list[str]:
    """Rungs of things that stayed open over good days, of which somebody who holds the owner's post wasn't told."""
    found = []
    for thing in life.world.watched.values():
        opened = thing.opened.astimezone(LONDON).date()
        closed = thing.closed.astimezone(LONDON).date() if thing.closed else dt.date.max
        for rung in thing.rungs:
            since = max(thing.due_on + dt.timedelta(days=rung), opened)
            by = good_day_after(life, since)
            if by is None or by >= closed:
                continue
            heard = {telling.email for telling in told if telling.words == thing.words and telling.day >= since}
            posts = [thing.post] if thing.post else posts_of(life.world, thing)
            held_throughout = set.intersection(
                *(
                    life.world.holders(day, posts)
                    for day in (since + dt.timedelta(days=n) for n in range((by - since).days + 1))
                )
            )
            found += [f"{who}: {thing.words} ({rung})" for who in held_throughout - heard - office.refuses]
    return found


def good_day_after(life: Life, day: dt.date) -> dt.date | None:
    """The day by whose end everything had been working for long enough."""
    good = 0
    last = max(life.good_days)
    while day <= last:
        good = good + 1 if day in life.good_days else 0
        if good > SLACK:
            return day
        day += dt.timedelta(days=1)
    return None


def posts_of(world: story.World, thing: story.Watched) -> list:
    parties = {thing.agreement.organisation, thing.agreement.establishment}
    posts = [tenure.post for tenure in world.tenures]
    return [post for post in posts if parties & {post.organisation, post.establishment}]


def told_twice(life: Life, told: list[Telling]) -> list[Telling]:
    """More often than there were runs of the sweep that found something new to tell of it."""
    found = []
    for (email, words), count in Counter((telling.email, telling.words) for telling in told).items():
        thing = life.world.watched[words]
        starts = sorted({thing.due_on + dt.timedelta(days=rung) for rung in thing.rungs})
        opened = thing.opened.astimezone(LONDON).date()
        first_runs = {next((day for day in life.runs if day >= max(start, opened)), None) for start in starts}
        if count > len(first_runs - {None}):
            found.append((email, words, count))
    return found


def told_after_leaving(life: Life, told: list[Telling]) -> list[Telling]:
    """Mail to people who on that day held no post of either party, nor at CJVSF."""
    found = []
    for telling in told:
        thing = life.world.watched[telling.words]
        parties = {thing.agreement.organisation, thing.agreement.establishment, None}
        held = life.world.emails_at(telling.day).get(telling.email, [])
        if not any({post.organisation, post.establishment} <= parties for post in held):
            found.append(telling)
    return found


def of_people(life: Life, tenure: story.Tenure) -> dict[str, list]:
    """When mail to somebody is refused, the lead of their party hears: once in each month in which it was."""
    refused = [(moment, mail) for moment, mail in office.refused if mail.to == [tenure.user.email]]
    days = sorted(london_day(moment) for moment, mail in refused if not is_of_a_person(mail))
    months = {(day.year, day.month): day for day in reversed(days)}
    of_them = [(london_day(moment), mail) for moment, mail in office.delivered if is_of_a_person(mail)]
    told = [(day, mail.to[0]) for day, mail in of_them if mail.subject == f"{UNREACHABLE}{tenure.user.name}"]
    by = {day: good_day_after(life, day) for day in months.values()}
    counted = Counter(email for _, email in told)
    parties = {tenure.post.organisation, tenure.post.establishment, None}
    here = {(day, email): list(life.world.emails_at(day).get(email, [])) for day, email in told}
    return {
        "missed": [day for day, last in by.items() if last and not any(day <= on <= last for on, _ in told)],
        "twice": [email for email, count in counted.items() if count > len(months)],
        "after leaving": [
            key
            for key, posts in here.items()
            if not any({post.organisation, post.establishment} <= parties for post in posts)
        ],
    }


def counts(life: Life) -> dict[str, list]:
    told = tellings()
    found = {
        "missed": missed(life, told),
        "twice": told_twice(life, told),
        "after leaving": told_after_leaving(life, told),
    }
    for tenure in life.world.tenures:
        for name, more in of_people(life, tenure).items():
            found[name] += more
    return found


def assert_all_is_well(life: Life, seed: int) -> None:
    found, mails = counts(life), len(office.delivered)
    print(f"\nseed {seed}: {len(life.world.watched)} things, {mails} mails, {len(tellings())} tellings,", end=" ")
    print({name: len(value) for name, value in found.items()})
    assert (seed, found) == (seed, {"missed": [], "twice": [], "after leaving": []})
    refused = [mail.extra_headers["Message-ID"] for _, mail in office.refused]
    assert len(set(refused)) == len(refused), f"seed {seed}: tried again after it was refused for ever"
    assert len({mail.extra_headers["Message-ID"] for _, mail in office.delivered}) == mails
    assert not any("no mail may say" in mail.body for _, mail in office.delivered)


def seed() -> int:
    return random.SystemRandom().randrange(10**6)


def test_half_a_year_with_outages_misses_nothing_and_tells_nothing_twice():
    number = seed()
    life = live(182, number)
    assert len(office.delivered) > 50, f"seed {number}: too quiet to prove anything"
    assert_all_is_well(life, number)


TWINS = {  # What is lost: how many days show it, which guard, and what stands in its place.
    # Reminders that look for today's date exactly, as many systems do.
    "missed": (91, "reviews.ladder.Rung.is_due", lambda rung, due_on, today: rung.day(due_on) == today),
    # A sweep that doesn't remember what it has told.
    "twice": (40, "reviews.reminders.key", lambda due: f"{topic(due.thing)}{clock.now()}"),
    # Mail that goes to whoever held the post when it was written.
    "after leaving": (91, "directory.delivery.still_theirs", lambda row, behind: list(row.collected.all()) or [row]),
}


@pytest.mark.parametrize("loss", TWINS)
def test_a_few_weeks_show_the_loss_when_a_guard_is_off(monkeypatch, loss):
    days, name, without = TWINS[loss]
    monkeypatch.setattr(name, without)
    if loss == "twice":
        monkeypatch.setattr("reviews.reminders.climbed", lambda things: frozenset())
    found = counts(live(days, SEED_OF_THE_TWINS))
    assert found[loss] != []
    assert [other for other in found if other != loss and found[other]] == []


def tell_each_time(mail: Notification) -> None:
    """As if it weren’t known what was told this month."""
    for row in Notification.objects.filter(dedupe_key__startswith="unreachable:"):
        Notification.objects.filter(pk=row.pk).update(dedupe_key=f"told:{row.pk}")
    tell_their_lead(mail)


@pytest.mark.parametrize(("loss", "without"), [("missed", lambda mail: None), ("twice", tell_each_time)])
def test_a_few_weeks_show_that_the_lead_of_somebody_unreachable_hears_nothing_or_too_often(monkeypatch, loss, without):
    monkeypatch.setattr("directory.delivery.tell_their_lead", without)
    life = live(91, SEED_OF_THE_TWINS)
    found = of_people(life, life.world.tenures[REFUSED[0]])
    assert [name for name in found if found[name]] == [loss]


@pytest.mark.slow
def test_four_years_with_outages_miss_nothing_and_tell_nothing_twice():
    number = seed()
    assert_all_is_well(live(4 * 365 + 1, number), number)
