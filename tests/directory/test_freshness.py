"""Owners are asked after 10, 11 and 12 months; then the listing sinks. Ends and missed reviews show on the same day."""

import datetime as dt

import pytest
from django.core.management import call_command

from directory import freshness
from directory.addressing import people_behind
from directory.freshness import ask_to_confirm, mark_missed_reviews
from directory.models import Listing, Role
from directory.operations.listings import confirm_listing
from portal.foundation import clock
from portal.foundation.models import Notification
from reviews.models import Review
from reviews.tasks import schedule_reviews
from tests import factories
from tests.directory.shelf import listed

pytestmark = pytest.mark.django_db
START = dt.datetime(2027, 1, 15, 12, tzinfo=dt.UTC)


def in_months(months: int, days: int = 0):
    day = clock.add_months(START.date(), months) + dt.timedelta(days=days)
    return clock.set_to(dt.datetime.combine(day, START.time(), dt.UTC))


@pytest.fixture
def cast():
    with clock.set_to(START):
        return factories.Cast()


@pytest.fixture
def listing(cast):
    with clock.set_to(START):
        return listed("Choir", organisation=cast.charity)


def mails() -> list[Notification]:
    return list(Notification.objects.filter(template="listings_to_confirm").order_by("pk"))


def test_a_year_of_sweeps_asks_three_times(listing):
    asked = []
    for days in range(500):
        with clock.set_to(START + dt.timedelta(days=days)):
            if ask_to_confirm():
                asked.append(clock.today())
            assert ask_to_confirm() == 0
    assert asked == [dt.date(2027, 11, 15), dt.date(2027, 12, 15), dt.date(2028, 1, 15)]
    assert [mail.context["months"] for mail in mails()] == [10, 11, 12]


def test_a_run_that_was_missed_asks_once_on_the_rung_that_is_due(listing):
    with in_months(13):
        assert (ask_to_confirm(), ask_to_confirm()) == (1, 0)
    assert [mail.context["months"] for mail in mails()] == [12]


def test_where_the_month_is_too_short_it_is_the_day_after(listing):
    Listing.objects.update(confirmed_on=dt.date(2027, 1, 31))
    for day, mails_sent in ((dt.date(2027, 11, 30), 0), (dt.date(2027, 12, 1), 1)):
        with clock.set_to(dt.datetime.combine(day, START.time(), dt.UTC)):
            assert ask_to_confirm() == mails_sent


def test_the_manager_is_copied_from_the_second_mail_on(cast, listing):
    administrator = factories.hold(factories.post(Role.ADMINISTRATOR, cast.charity))
    reached = []
    for months in (10, 11, 12):
        with in_months(months):
            ask_to_confirm()
            reached.append(people_behind(mails()[-1].addressee))
    owner, manager = cast.contributor.pk, administrator.pk
    assert reached == [{owner}, {owner, manager}, {owner, manager}]


def test_one_mail_for_all_listings_of_an_organisation(cast, listing):
    with clock.set_to(START):
        listed("Second", organisation=cast.charity)
        listed("Of another")
    with in_months(10):
        assert ask_to_confirm() == 2
    assert sorted(mail.context["number"] for mail in mails()) == [1, 2]


def test_a_confirmation_begins_another_year(cast, listing):
    with in_months(11):
        ask_to_confirm()
        confirm_listing(listing, by=cast.contributor)
        assert ask_to_confirm() == 0
    with in_months(20):
        assert ask_to_confirm() == 0
    with in_months(21):
        assert ask_to_confirm() == 1


def test_nobody_is_asked_about_what_is_not_shown(listing):
    Listing.objects.update(is_live=False)
    with in_months(12):
        assert ask_to_confirm() == 0


def test_twin_without_the_claim_the_same_is_asked_again_the_next_day(listing, monkeypatch):
    with in_months(10):
        assert ask_to_confirm() == 1
    with in_months(10, 1):
        assert ask_to_confirm() == 0
        monkeypatch.setattr(freshness, "due", lambda rung, today: Listing.objects.listed().order_by())
        assert ask_to_confirm() == 3


def test_it_says_so_from_the_twelfth_month_on(client, listing):
    said = {}
    for months, days in ((12, -1), (12, 0)):
        with in_months(months, days):
            page = client.get(f"/directory/inside/services/{listing.service.reference}/").content.decode()
            said[days] = "Not confirmed since 15 January 2027" in page
    assert said == {-1: False, 0: True}


def test_the_command_does_what_the_sweep_does(listing, capsys):
    with in_months(10):
        call_command("ask_to_confirm")
    assert capsys.readouterr().out == "1 mails\n"


def test_a_late_review_shows_on_the_same_day_and_goes_when_it_is_held(client):
    with clock.set_to(dt.datetime(2027, 1, 10, 12, tzinfo=dt.UTC)):
        factories.bring_to("in force", factories.Cast())
        schedule_reviews()
    review, listing = Review.objects.get(), Listing.objects.get()
    address = f"/directory/services/{listing.service.reference}/"
    for days, is_late in ((0, False), (1, True)):
        with clock.set_to(dt.datetime.combine(review.due_on + dt.timedelta(days=days), dt.time(12), dt.UTC)):
            schedule_reviews()
            assert ("Its review is late" in client.get(address).content.decode()) is is_late
    assert mark_missed_reviews({}) == 1
    assert Listing.objects.get().review_missed_on is None


def test_only_what_has_changed_is_written():
    listed(agreement_reference="PA-000001")
    day = dt.date(2027, 1, 1)
    assert mark_missed_reviews({"PA-000001": day}) == 1
    assert mark_missed_reviews({"PA-000001": day}) == 0
