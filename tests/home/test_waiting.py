"""What waits beside turns stands under "Waiting for you", for those who can do something about it."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import Action
from agreements.operations.showing import share_with_funder
from directory.models import Organisation, Role
from directory.operations.corrections import suggest_correction
from portal.foundation import clock
from portal.home.waiting import besides_turns
from tests import factories
from tests.directory import needing

pytestmark = pytest.mark.django_db

NOTHING_SHARED = "No organisation shares an agreement with you today."


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


@pytest.fixture
def funder() -> Organisation:
    return Organisation.objects.create(name="Heron Trust", is_funder=True)


def home_of(user) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse("home")).content.decode()


def told(user) -> list[str]:
    return [f"{waits.number} {waits.one if waits.number == 1 else waits.many}" for waits in besides_turns(user)]


def later(**ago) -> dt.datetime:
    return clock.now() + dt.timedelta(**ago)


def test_an_agreed_action_waits_for_its_post_once_it_is_late(cast):
    action, holder = factories.bring_to("in force", cast).actions.exclude(due_on=None).first(), cast.contributor
    Action.objects.filter(pk=action.pk).update(post=holder.holdings.get().post)
    assert told(holder) == []
    with clock.set_to(later(days=(action.due_on - clock.today()).days + 1)):
        assert told(holder)[0] == "1 agreed action of yours is late"
        assert f"{reverse('action_board')}?state=overdue&amp;post=mine" in home_of(holder)
    assert told(cast.cjvsf) == []


def test_an_idea_waits_for_those_who_answer_it_until_they_have(cast):
    reader = factories.hold(factories.post(Role.READER, cast.prison))
    elsewhere = needing.coordinator(factories.prison("EDI"))
    needing.idea(cast.prison, cast.charity, cast.contributor)
    assert told(cast.hoo) == told(needing.coordinator(cast.prison)) == ["1 idea to answer"]
    assert [told(who) for who in (reader, elsewhere, cast.contributor, cast.cjvsf)] == [[]] * 4
    assert f"{reverse('idea_list')}?state=waiting" in home_of(cast.hoo)


def test_cjvsf_is_told_of_ideas_that_were_not_answered_in_time(cast):
    needing.idea(cast.prison, cast.charity, cast.contributor)
    with clock.set_to(later(days=60)):
        assert told(cast.cjvsf) == ["1 idea that a prison hasn’t answered in time"]


def test_a_correction_waits_for_the_owner_and_for_cjvsf(cast):
    for words in ("Six weeks", "Seven weeks"):
        listing = needing.listing(cast.prison, organisation=cast.charity, confirmed_on=clock.today())
        suggest_correction(listing, by=None, network="192.0.2.0/24", field="summary", proposed=words, note="")
    assert told(cast.contributor) == told(cast.cjvsf) == ["2 corrections to decide"]
    assert [told(who) for who in (cast.hoo, cast.stranger)] == [[], []]
    assert reverse("correction_list") in home_of(cast.contributor)


def test_an_entry_waits_for_its_owner_from_the_tenth_month_on(cast):
    needing.listing(cast.prison, organisation=cast.charity, confirmed_on=clock.today())
    assert told(cast.contributor) == []
    with clock.set_to(later(days=310)):
        assert told(cast.contributor) == ["1 entry in the directory to confirm"]
        assert [told(who) for who in (cast.hoo, cast.stranger, cast.cjvsf)] == [[]] * 3
        assert reverse("listing_list") in home_of(cast.contributor)


def test_nothing_waits_where_nothing_does(cast):
    assert "Nothing waits for you." in home_of(cast.hoo)
    needing.idea(cast.prison, cast.charity, cast.contributor)
    assert "Nothing waits for you." not in home_of(cast.hoo)


@pytest.mark.parametrize("who", ["hoo", "contributor", "cjvsf"])
def test_the_queries_are_the_same_for_one_and_for_three(cast, who):
    counts = []
    for number in (1, 3):
        for _ in range(number):
            needing.idea(cast.prison, cast.charity, cast.contributor)
        with CaptureQueriesContext(connection) as queries:
            home_of(getattr(cast, who))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_funder_begins_at_what_is_shared_and_is_shown_no_lists_of_others(cast, funder):
    reader = factories.hold(factories.post(Role.FUNDER, funder))
    assert NOTHING_SHARED in home_of(reader)
    version = factories.bring_to("in force", cast)
    share_with_funder(version, funder=funder, until_on=clock.today(), by=cast.signatory)
    text = home_of(reader)
    assert "1 agreement that you may read about" in text
    lists = [reverse(name) for name in ("agreement_list", "review_list", "action_board")]
    assert [address for address in lists if f'href="{address}"' in text] == []
    assert [address for address in lists if f'href="{address}"' not in home_of(cast.hoo)] == []
    assert reverse("portfolio") not in home_of(cast.hoo)


@pytest.mark.parametrize("who", ["hoo", "contributor", "cjvsf", "stranger"])
def test_the_first_page_takes_at_most_fifteen_queries(cast, who):
    client = Client()
    client.force_login(getattr(cast, who))
    client.get(reverse("home"))
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("home"))
    assert len(queries) <= 15
