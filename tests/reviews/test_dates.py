"""Review dates against a calendar that was written apart."""

import datetime as dt

import pytest

from reviews import dates
from tests.reviews.oracle import every_day, nth

# Four years with a 29 February in them.
STARTS = every_day(dt.date(2026, 3, 1), 4)


@pytest.mark.parametrize("months", [3, 6, 12])
def test_every_start_of_four_years_gives_the_dates_of_the_calendar_for_five_cycles(months):
    assert len(STARTS) == 1461
    wrong = [
        (start, number)
        for start in STARTS
        for number in range(1, 6)
        if dates.nth_review(dates.add_months(start, 0), number + 1, months) != nth(start, months, number)
    ]
    assert wrong == []


@pytest.mark.parametrize("months", [3, 6, 12])
def test_yearly_reviews_follow_the_first_without_drift(months):
    for start in STARTS:
        first = nth(start, months, 1)
        after = start
        for number in range(5):
            after = dates.next_review(first, after)
            assert after == nth(first, 12, number), start


def test_twin_adding_a_year_to_the_last_review_drifts_off_the_29th_of_february():
    first = after = dt.date(2028, 2, 29)
    for _ in range(4):
        after = dates.add_months(after, 12)
    assert (after, nth(first, 12, 4)) == (dt.date(2032, 2, 28), dt.date(2032, 2, 29))


def test_the_first_review_is_six_months_after_the_start_unless_the_agreement_says():
    assert dates.first_review(dt.date(2026, 8, 31)) == dt.date(2027, 2, 28)
    assert dates.first_review(dt.date(2026, 8, 31), dt.date(2026, 12, 1)) == dt.date(2026, 12, 1)


def test_cycles_that_were_missed_are_not_made_up_for():
    assert dates.next_review(dt.date(2026, 7, 10), dt.date(2029, 7, 10)) == dt.date(2030, 7, 10)
    assert dates.next_review(dt.date(2026, 7, 10), dt.date(2029, 7, 9)) == dt.date(2029, 7, 10)


@pytest.mark.parametrize(
    ("day", "first", "name"),
    [
        (dt.date(2027, 1, 1), dt.date(2027, 1, 1), "2027-Q1"),
        (dt.date(2027, 3, 31), dt.date(2027, 1, 1), "2027-Q1"),
        (dt.date(2027, 12, 31), dt.date(2027, 10, 1), "2027-Q4"),
    ],
)
def test_a_quarter_has_a_first_day_and_a_name(day, first, name):
    assert dates.quarter_of(day) == first
    assert dates.quarter_name(first) == name
    assert dates.read_quarter(name) == first


@pytest.mark.parametrize("name", ["2027-Q5", "2027-Q0", "27-Q1", "2027", "", "２０２７-Q1", "0000-Q1x"])
def test_what_is_no_quarter_isnt_read_as_one(name):
    assert dates.read_quarter(name) is None


def test_the_quarters_of_a_period_are_those_that_it_touches():
    quarters = dates.quarters_between(dt.date(2026, 12, 31), dt.date(2027, 7, 1))
    assert [dates.quarter_name(quarter) for quarter in quarters] == ["2026-Q4", "2027-Q1", "2027-Q2", "2027-Q3"]
