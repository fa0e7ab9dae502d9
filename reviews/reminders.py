"""The sweep that climbs the ladder: what is due is written down once for each recipient, and told in one mail.

A run that was missed is caught up by the next. Two sweeps at once tell nothing twice: the rows of `Reminder` and the keys
of the outbox are unique, and both are written in one transaction.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from itertools import islice

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from agreements import notices
from agreements.models import Version
from directory.models import Idea, Organisation
from portal.foundation import clock, outbox
from portal.foundation.models import Notification
from reviews import watching
from reviews.ladder import LADDERS, Due, Thing, due_now
from reviews.models import Reminder

TEMPLATE = "reminder"
CHUNK = 500
TOPIC = re.compile(r"reminder:.+?:\d{4}-\d\d-\d\d:")


@shared_task(name="reviews.reminders.send_reminders")
def send_reminders() -> int:
    """Remind of everything that is due today, and take back what was settled before it was sent. How many mails."""
    today = clock.today()
    unsent = unsent_topics()
    settled = set(unsent)
    things = watching.everything(today)
    mails = 0
    while chunk := list(islice(things, CHUNK)):
        settled -= {topic(thing) for thing in chunk}
        mails += remind(chunk, today, unsent)
    for about in sorted(settled):
        outbox.withdraw(about=about, why="Settled before it was sent")
    return mails


@transaction.atomic
def remind(things: list[Thing], today: dt.date, unsent: set[str]) -> int:
    """Climb the rungs that are due, for this many things at once."""
    due = list(due_now(things, climbed(things), today))
    told = about([item.thing for item in due])
    Reminder.objects.bulk_create(
        [
            Reminder(thing=item.thing.name, due_on=item.thing.due_on, rung=rung.name, recipient=recipient)
            for item in due
            for rung, recipient in item.steps
        ],
        ignore_conflicts=True,
    )
    for item in due:
        if topic(item.thing) in unsent:
            overtake(item)
    outbox.queue_all([mail(item, told[item.thing.name], today) for item in due])
    return len(due)


def about(things: Iterable[Thing]) -> dict[str, dict[str, str]]:
    """By the name of each thing, what a mail says of its agreement, profile or idea. Three queries for any number."""
    versions = Version.objects.with_parties().in_bulk({thing.version_id for thing in things} - {None})
    organisations = Organisation.objects.in_bulk({thing.organisation_id for thing in things} - {None})
    ideas = Idea.objects.with_parties().in_bulk({thing.idea_id for thing in things} - {None})

    def told(thing: Thing) -> dict[str, str]:
        if thing.idea_id:
            return told_of_idea(ideas[thing.idea_id])
        if thing.version_id:
            return notices.about(versions[thing.version_id])
        return notices.about_profile(organisations[thing.organisation_id])

    return {thing.name: told(thing) for thing in things}


def told_of_idea(idea: Idea) -> dict[str, str]:
    link = settings.SITE_URL + reverse("idea_detail", args=[idea.reference])
    title = f"Idea: {idea} ({idea.reference})"
    return {"title": title, "organisation": str(idea.organisation), "reference": "", "status": "", "link": link}


def climbed(things: Iterable[Thing]) -> frozenset[tuple[str, dt.date, str, str]]:
    rows = Reminder.objects.filter(thing__in={thing.name for thing in things})
    return frozenset(rows.values_list("thing", "due_on", "rung", "recipient"))


def overtake(due: Due) -> None:
    """A newer reminder takes the place of one that still waits, if it reaches everybody whom that one was for."""
    if set(due.recipients) >= set(due.thing.recipients(due.newest)):
        outbox.withdraw(about=topic(due.thing), but=key(due), why="Overtaken by a newer reminder")


def mail(due: Due, told: dict[str, str], today: dt.date) -> Notification:
    ladder = LADDERS[due.thing.kind]
    return Notification(
        addressee=" ".join(due.recipients),
        template=TEMPLATE,
        context=told | words(due.thing, today),
        dedupe_key=key(due),
        at_once=ladder.is_your_turn,
    )


def words(thing: Thing, today: dt.date) -> dict[str, object]:
    """What the mail says of it: what, by when, and whether a deadline has passed: a date that is told of before and after."""
    ladder = LADDERS[thing.kind]
    is_deadline = min(rung.days for rung in ladder.rungs) < 0 <= max(rung.days for rung in ladder.rungs)
    return {"what": ladder.what, "due": clock.say_day(thing.due_on), "late": is_deadline and thing.due_on < today}


def key(due: Due) -> str:
    """The same for two sweeps that find the same: the outbox takes it once."""
    recipients = hashlib.sha256(" ".join(due.recipients).encode()).hexdigest()[:12]
    return f"{topic(due.thing)}{due.newest.name}:{recipients}"


def topic(thing: Thing) -> str:
    """What the keys of all mail about this thing and date begin with."""
    return f"{TEMPLATE}:{thing.name}:{thing.due_on:%Y-%m-%d}:"


def unsent_topics() -> set[str]:
    """The topics of reminders that still wait in the outbox."""
    keys = Notification.objects.filter(outbox.UNSENT, template=TEMPLATE).values_list("dedupe_key", flat=True)
    return {found[0] for dedupe_key in keys.iterator() if (found := TOPIC.match(dedupe_key))}
