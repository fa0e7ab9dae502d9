"""Reviews whose turn it is stand under "Waiting for you"."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.foundation import clock
from reviews.models import Review
from reviews.operations import confirm, seen
from reviews.reading import read
from reviews.turns import my_turn
from tests import factories
from tests.reviews import stories

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


def home_of(user) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse("home")).content.decode()


@pytest.mark.parametrize(("days_before", "waits"), [(29, False), (28, True), (0, True), (-40, True)])
def test_a_review_waits_for_both_sides_from_its_first_reminder_on(cast, days_before, waits):
    review = stories.planned(cast)
    noon = dt.datetime.combine(review.due_on - dt.timedelta(days=days_before), dt.time(12), dt.UTC)
    with clock.set_to(noon):
        for person in (cast.contributor, cast.hoo):
            assert (review.get_absolute_url() in home_of(person)) == waits
        for nobody in (cast.stranger, cast.cjvsf):
            assert review.get_absolute_url() not in home_of(nobody)


def test_once_a_side_has_confirmed_it_waits_for_the_other_only(cast):
    review = stories.written(cast)
    with clock.set_to(stories.HELD_AT):
        confirm(review, words_seen=seen(read(review)), by=cast.signatory)
        assert review.get_absolute_url() not in home_of(cast.contributor)
        page = home_of(cast.hoo)
    assert review.get_absolute_url() in page
    assert "The partner" in page


def test_what_the_other_side_has_confirmed_waits_at_once_however_far_the_date(cast):
    review = stories.written(cast)
    with clock.set_to(stories.HELD_AT):
        confirm(review, words_seen=seen(read(review)), by=cast.signatory)
        Review.objects.filter(pk=review.pk).update(due_on=dt.date(2030, 1, 1))
        assert list(my_turn(cast.hoo)) == [review]
        assert list(my_turn(cast.signatory)) == []


def test_a_review_that_was_held_waits_for_nobody(cast):
    review = stories.held(cast)
    with clock.set_to(stories.HELD_AT):
        assert review.get_absolute_url() not in home_of(cast.hoo)


def test_three_reviews_cost_as_many_queries_as_one(cast):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            home_of(cast.hoo)
        return len(captured)

    stories.planned(cast)
    with clock.set_to(stories.HELD_AT):
        queries()
        one = queries()
    for _ in range(2):
        other = factories.Cast()
        other.hoo, other.hoo_post = cast.hoo, cast.hoo_post
        stories.planned(other)
    with clock.set_to(stories.HELD_AT):
        assert home_of(cast.hoo).count('data-heading="Review of"') == 3
        assert queries() == one
