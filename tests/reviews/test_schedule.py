"""The sweep that plans reviews: each agreement its next one, once."""

import datetime as dt
import threading

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from agreements.models import Status, Version
from portal.foundation import clock
from reviews import dates, schedule
from reviews.models import Kind, Review, ReviewAnswer, State
from reviews.tasks import schedule_reviews
from tests import factories
from tests.reviews.estate import LONG_AGO, in_force
from tests.reviews.oracle import every_day, nth

pytestmark = pytest.mark.django_db
START = dt.date(2027, 1, 10)
GUARDS = ("review_number_once", "one_open_review_an_agreement")


def hold(review: Review, **fields) -> None:
    """As if both sides had confirmed it on the day that it was due."""
    someone, now = factories.user(), clock.now()
    held = {
        "state": State.HELD,
        "outcome": "continue",
        "held_on": review.due_on,
        "partner_confirmed_at": now,
        "partner_confirmed_by": someone,
        "prison_confirmed_at": now,
        "prison_confirmed_by": someone,
    }
    Review.objects.filter(pk=review.pk).update(**held | fields)


def hold_all() -> None:
    """The same for every open review, in one statement."""
    someone, now = factories.user(), clock.now()
    for due_on in Review.objects.open().values_list("due_on", flat=True).distinct():
        Review.objects.open().filter(due_on=due_on).update(
            state=State.HELD,
            outcome="continue",
            held_on=due_on,
            partner_confirmed_at=now,
            partner_confirmed_by=someone,
            prison_confirmed_at=now,
            prison_confirmed_by=someone,
        )


def only(version: Version) -> Review:
    return Review.objects.open().get(agreement=version.agreement_id)


def test_the_first_review_is_six_months_after_the_start_and_the_next_ones_yearly():
    [version] = in_force([dt.date(2026, 8, 31)])
    schedule_reviews()
    review = only(version)
    assert (review.due_on, review.kind, review.number) == (dt.date(2027, 2, 28), Kind.FIRST, 1)
    assert (review.period_from, review.period_to) == (dt.date(2026, 8, 31), dt.date(2027, 2, 28))
    hold(review)
    schedule_reviews()
    review = only(version)
    assert (review.due_on, review.kind, review.number) == (dt.date(2028, 2, 28), Kind.SCHEDULED, 2)
    assert (review.period_from, review.version) == (dt.date(2027, 3, 1), version)


def test_what_the_agreement_says_goes_before_the_usual_six_months():
    [version] = in_force([START], first_review_on=dt.date(2027, 4, 30))
    schedule_reviews()
    assert only(version).due_on == dt.date(2027, 4, 30)


def test_the_database_counts_as_the_calendar_does_for_every_start_of_four_years():
    """Five cycles on the database, against the oracle; the short form takes every fifth start and all month ends."""
    starts = [day for day in every_day(dt.date(2026, 3, 1), 4) if day.day > 27 or day.toordinal() % 5 == 0]
    versions = in_force(starts)
    for cycle in range(5):
        schedule_reviews()
        due = dict(Review.objects.open().values_list("version_id", "due_on"))
        assert [due[version.pk] for version in versions] == [
            nth(nth(version.starts_on, 6, 1), 12, cycle) for version in versions
        ]
        hold_all()


def test_the_database_and_the_page_agree_on_the_next_date_after_a_late_review():
    [version] = in_force([START])
    schedule_reviews()
    hold(only(version), held_on=dt.date(2029, 8, 1))
    schedule_reviews()
    assert only(version).due_on == dates.next_review(dt.date(2027, 7, 10), dt.date(2029, 8, 1)) == dt.date(2030, 7, 10)


def test_the_date_that_both_sides_agreed_goes_before_the_usual_one_and_doesnt_move_the_cycle():
    [version] = in_force([START])
    schedule_reviews()
    hold(only(version), next_due_on=dt.date(2027, 10, 1))
    schedule_reviews()
    assert only(version).due_on == dt.date(2027, 10, 1)
    hold(only(version))
    schedule_reviews()
    assert only(version).due_on == dt.date(2028, 7, 10)


def test_the_last_review_is_due_on_the_last_day_and_none_comes_after_it():
    [version] = in_force([START], ends_on=dt.date(2028, 1, 9))
    schedule_reviews()
    hold(only(version))
    schedule_reviews()
    assert (only(version).due_on, only(version).kind) == (dt.date(2028, 1, 9), Kind.FINAL)
    hold(only(version))
    assert schedule_reviews() == 0


def test_an_agreement_that_came_in_from_paper_gets_the_next_date_and_not_one_of_years_ago():
    [version] = in_force([dt.date(2019, 1, 31)], status=Status.ON_PAPER)
    schedule_reviews()
    assert only(version).due_on == dt.date(2020, 7, 31)


@pytest.mark.parametrize(
    ("moment", "due_on"),
    [
        (dt.datetime(2027, 7, 9, 22, 59, tzinfo=dt.UTC), dt.date(2027, 7, 10)),
        (dt.datetime(2027, 7, 9, 23, 1, tzinfo=dt.UTC), dt.date(2028, 7, 10)),
    ],
)
def test_days_are_london_days(moment, due_on):
    """In summer the day in London begins an hour before that in UTC."""
    [version] = in_force([START], started_at=moment)
    schedule_reviews()
    assert only(version).due_on == due_on


@pytest.mark.parametrize("status", [Status.DETAILS, Status.PAUSED, Status.ENDED, Status.OVERTAKEN])
def test_only_agreements_in_force_get_a_review(status):
    in_force([START], status=status)
    assert schedule_reviews() == 0
    assert Review.objects.count() == 0


def test_a_second_sweep_plans_nothing_twice():
    in_force([START] * 3)
    assert schedule_reviews() == 3
    assert schedule_reviews() == 0
    assert Review.objects.count() == 3


def test_a_review_that_nobody_has_begun_follows_the_last_day():
    [version] = in_force([START])
    schedule_reviews()
    was = only(version)
    Version.objects.filter(pk=version.pk).update(ends_on=dt.date(2027, 5, 31))
    schedule_reviews()
    review = only(version)
    assert (review.pk, review.due_on, review.kind) == (was.pk, dt.date(2027, 5, 31), Kind.FINAL)


def test_a_review_that_nobody_has_begun_follows_the_version_in_force_and_a_begun_one_stays():
    untouched, begun = in_force([START] * 2)
    schedule_reviews()
    ReviewAnswer.objects.create(review=only(begun), question_id="RVW-10", value="continue", by=factories.user())
    following = [next_version(version) for version in (untouched, begun)]
    schedule_reviews()
    assert [only(version).version for version in (untouched, begun)] == [following[0], begun]
    assert only(untouched).due_on == dt.date(2027, 9, 30)


def next_version(version: Version) -> Version:
    """Version 2 in force, with another first review."""
    Version.objects.filter(pk=version.pk).update(status=Status.OVERTAKEN)
    following = Version.objects.get(pk=version.pk)
    following.pk, following.number, following.status = None, 2, Status.IN_FORCE
    following.first_review_on = dt.date(2027, 9, 30)
    following.save(force_insert=True)
    type(version.agreement).objects.filter(pk=version.agreement_id).update(current_version=following)
    return following


def test_a_review_that_nobody_has_begun_isnt_needed_when_the_agreement_is_over():
    [version] = in_force([START])
    schedule_reviews()
    Version.objects.filter(pk=version.pk).update(status=Status.ENDED)
    schedule_reviews()
    assert Review.objects.get().state == State.NOT_NEEDED


def test_the_final_review_can_be_held_after_the_last_day():
    [version] = in_force([START], ends_on=dt.date(2027, 6, 30))
    schedule_reviews()
    Version.objects.filter(pk=version.pk).update(status=Status.ENDED)
    schedule_reviews()
    assert only(version).kind == Kind.FINAL


def at_once(call) -> None:
    """Twice at the same moment, each on a connection of its own."""
    start = threading.Barrier(2)
    faults: list[Exception] = []

    def run() -> None:
        try:
            start.wait(10)
            call()
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []


@pytest.mark.usefixtures("transactional_db")
def test_two_sweeps_at_once_plan_each_review_once():
    in_force([START] * 40)
    at_once(schedule_reviews)
    assert Review.objects.count() == 40


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets only one writer in")
@pytest.mark.usefixtures("transactional_db")
def test_twin_without_the_constraints_two_sweeps_at_once_plan_reviews_twice():
    in_force([START] * 40)
    guards = [guard for guard in Review._meta.constraints if guard.name in GUARDS]
    with connection.schema_editor() as editor:
        for guard in guards:
            editor.remove_constraint(Review, guard)
    try:
        at_once(slow_sweep)
        assert Review.objects.count() == 80
    finally:
        Review.objects.all().delete()
        with connection.schema_editor() as editor:
            for guard in guards:
                editor.add_constraint(Review, guard)


both_have_written = threading.Barrier(2)


def slow_sweep() -> None:
    """Neither commits before both have written."""
    with transaction.atomic():
        schedule.insert_next_reviews()
        both_have_written.wait(10)


def test_the_sweep_is_also_a_command(capsys):
    in_force([START])
    call_command("schedule_reviews")
    assert capsys.readouterr().out == "1 planned\n"
    assert Review.objects.get().planned_at > LONG_AGO
