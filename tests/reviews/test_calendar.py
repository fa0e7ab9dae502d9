"""The calendar feeds, read back by a parser that the code doesn't use, against the database."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import vobject
from django.db.models import F
from django.test import Client
from django.urls import reverse

from agreements.effects import Request
from agreements.models import Action, Agreement, StatusChange, Version
from agreements.workflow import perform
from portal.foundation import clock
from reviews import calendar
from reviews.models import Review, State
from tests import factories
from tests.reviews import world as story

pytestmark = pytest.mark.django_db

DAY = dt.date(2027, 1, 4)
NOW = dt.datetime(2027, 1, 4, 9, tzinfo=ZoneInfo("Europe/London"))


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


@pytest.fixture
def world(cast) -> story.World:
    """One agreement of the cast's with a review, an action and an end, and one of a stranger's elsewhere."""
    world = story.World(None, tenures=[story.Tenure(cast.hoo, cast.hoo_post, DAY, None, False)])
    with clock.set_to(NOW):
        mine = story.put_in_force(world, cast.charity, cast.prison, DAY, cast.hoo_post)
        world.agreements.append(mine)
        story.open_review(world, mine, dt.date(2027, 7, 4))
        Action.objects.create(
            version=mine, what="Secret words", owner="prison", post_title="HOO", due_on=dt.date(2027, 2, 1), by=cast.hoo
        )
        Version.objects.filter(pk=mine.pk).update(ends_on=dt.date(2027, 12, 31))
        theirs = story.put_in_force(world, factories.organisation(), factories.prison("EDI"), DAY, cast.hoo_post)
        story.open_review(world, theirs, dt.date(2027, 7, 5))
    return world


def events(secret: str) -> dict[str, tuple[dt.date, str, int]]:
    """UID -> date, title and sequence, as vobject reads them."""
    answer = Client().get(reverse("calendar_feed", args=[secret]))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    read = vobject.readOne(answer.content.decode())
    return {
        event.uid.value: (event.dtstart.value, event.summary.value, int(event.sequence.value))
        for event in read.contents.get("vevent", [])
    }


def in_database(*agreements: Agreement) -> list[tuple[dt.date, str]]:
    found = []
    for agreement in agreements:
        found += [(row.due_on, f"Review due: {agreement}") for row in agreement.reviews.filter(state=State.OPEN)]
        for version in agreement.versions.all():
            found += [(version.ends_on, f"Agreement ends: {agreement}")] if version.ends_on else []
            found += [(row.due_on, f"Agreed action due: {agreement}") for row in version.actions.filter(state="open")]
    return sorted(found)


def secret_of(user, whose: str = "mine") -> str:
    return calendar.renew(whose, by=user).secret


def test_a_persons_feed_equals_what_the_database_holds_for_them(cast, world):
    mine = world.agreements[0].agreement
    found = events(secret_of(cast.contributor))
    assert sorted((on, title) for on, title, _ in found.values()) == in_database(mine)
    assert len(found) == 3
    everything = events(secret_of(cast.cjvsf))
    assert sorted((on, title) for on, title, _ in everything.values()) == in_database(*Agreement.objects.all())


def test_a_prisons_feed_holds_what_was_sent_there(cast, world):
    mine = world.agreements[0].agreement
    secret = secret_of(cast.hoo, cast.prison.slug)
    assert sorted((on, title) for on, title, _ in events(secret).values()) == in_database(mine)
    Agreement.objects.filter(pk=mine.pk).update(sent_at=None)
    assert events(secret) == {}


def test_a_moved_date_moves_the_entry_and_a_held_review_disappears(cast, world):
    secret = secret_of(cast.contributor)
    version = world.agreements[0]
    before = events(secret)
    Review.objects.filter(agreement=version.agreement).update(due_on=dt.date(2027, 8, 1))
    Version.objects.filter(pk=version.pk).update(ends_on=dt.date(2027, 11, 30))
    Action.objects.filter(version=version).update(due_on=dt.date(2027, 3, 1), revision=2)
    StatusChange.objects.create(version=version, step="end", from_status="in force", to_status="in force", by=cast.hoo)
    after = events(secret)
    assert set(after) == set(before)
    assert all(after[uid][2] == before[uid][2] + 1 and after[uid][0] != before[uid][0] for uid in before)
    with clock.set_to(NOW):
        story.settle(Review.objects.get(agreement=version.agreement), cast.hoo)
    gone = set(after) - set(events(secret))
    assert [uid.split("-")[0] for uid in gone] == ["review"]


def test_an_action_keeps_its_entry_when_it_goes_on_to_the_next_version(cast):
    version = factories.bring_to("in force", cast)
    secret = secret_of(cast.contributor)
    before = {uid: rest for uid, rest in events(secret).items() if uid.startswith("action-")}
    perform("vary", version, by=cast.hoo, request=Request())
    following = version.agreement.versions.get(number=2)
    following.actions.update(due_on=dt.date(2027, 5, 5), revision=F("revision") + 1)
    Version.objects.filter(pk=version.pk).update(status="overtaken")
    Version.objects.filter(pk=following.pk).update(status="in force")
    after = {uid: rest for uid, rest in events(secret).items() if uid.startswith("action-")}
    assert set(after) == set(before)
    assert len(before) == 1
    [(uid, (on, _, sequence))] = after.items()
    assert (on, sequence) == (dt.date(2027, 5, 5), before[uid][2] + 1)


def test_the_address_is_secret_can_be_renewed_and_dies_with_its_owner(cast, world):
    client = Client()
    client.force_login(cast.hoo)
    assert "There is no address yet." in client.get(reverse("calendar_list")).content.decode()
    client.post(reverse("calendar_renew", args=["mine"]))
    first = cast.hoo.calendar.secret
    assert first in client.get(reverse("calendar_list")).content.decode()
    client.post(reverse("calendar_renew", args=["mine"]))
    cast.hoo.calendar.refresh_from_db()
    assert cast.hoo.calendar.secret != first
    assert len(first) > 40
    assert Client().get(reverse("calendar_feed", args=[first])).status_code == 404
    assert Client().get(reverse("calendar_feed", args=[cast.hoo.calendar.secret])).status_code == 200
    type(cast.hoo).objects.filter(pk=cast.hoo.pk).update(is_active=False)
    assert Client().get(reverse("calendar_feed", args=[cast.hoo.calendar.secret])).status_code == 404


def test_a_partner_cannot_have_the_address_of_a_prison(cast, world):
    client = Client()
    client.force_login(cast.contributor)
    assert client.post(reverse("calendar_renew", args=[cast.prison.slug])).status_code == 404
    assert cast.prison.name not in client.get(reverse("calendar_list")).content.decode()


def test_a_feed_says_nothing_that_somebody_typed(cast, world):
    secret = secret_of(cast.contributor)
    assert "Secret words" not in Client().get(reverse("calendar_feed", args=[secret])).content.decode()
