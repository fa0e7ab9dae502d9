"""The ladder, without a database: what is due when, and who hears of it."""

import datetime as dt

import pytest

from reviews.ladder import LADDERS, Reach, Rung, Thing, Watched, due_now

DUE = dt.date(2027, 3, 1)


def a_thing(kind: Watched = Watched.REVIEW, due_on: dt.date = DUE) -> Thing:
    return Thing(kind, f"{kind}:1", due_on, 1, ("organisation:1",), ("organisation_lead:1",))


def due(thing: Thing, today: dt.date, climbed=frozenset()) -> list[tuple[str, str]]:
    return [(rung.name, recipient) for item in due_now([thing], climbed, today) for rung, recipient in item.steps]


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (Watched.REVIEW, ["28 days before", "14 days before", "on the day", "14 days late", "28 days late"]),
        (Watched.ACTION, ["7 days before", "on the day", "7 days late", "14 days late"]),
        (
            Watched.CLAIM,
            ["3 working days before", "on the day", "5 working days late", "10 working days late"],
        ),
    ],
)
def test_the_ladder_is_the_agreed_one(kind, names):
    assert [rung.name for rung in LADDERS[kind].rungs] == names


def test_a_late_review_goes_to_the_lead_and_then_to_cjvsf():
    told = {rung.name: a_thing().recipients(rung) for rung in LADDERS[Watched.REVIEW].rungs}
    assert told["on the day"] == ("organisation:1",)
    assert told["14 days late"] == ("organisation:1", "organisation_lead:1")
    assert told["28 days late"] == ("organisation:1", "organisation_lead:1", "cjvsf")


def test_every_rung_tells_at_least_those_of_the_rung_before():
    """Otherwise a rung that is overtaken would be missed by somebody."""
    for ladder in LADDERS.values():
        reaches = [rung.reach for rung in ladder.rungs]
        assert reaches == sorted(reaches)
        days = [rung.days for rung in ladder.rungs]
        assert days == sorted(set(days))


def test_rungs_that_were_overtaken_make_one_mail_about_the_newest():
    (item,) = due_now([a_thing()], frozenset(), DUE)
    assert [rung.name for rung, _ in item.steps] == ["28 days before", "14 days before", "on the day"]
    assert item.newest.name == "on the day"
    assert item.recipients == ("organisation:1",)


def test_what_was_told_is_not_told_again_and_a_moved_date_begins_anew():
    climbed = frozenset({("review:1", DUE, "28 days before", "organisation:1")})
    day = DUE - dt.timedelta(days=28)
    assert due(a_thing(), day, climbed) == []
    assert due(a_thing(due_on=DUE + dt.timedelta(days=1)), day + dt.timedelta(days=1), climbed) != []


def test_a_post_that_comes_to_own_something_later_is_told_too():
    climbed = frozenset({("review:1", DUE, "28 days before", "post:1")})
    assert due(a_thing(), DUE - dt.timedelta(days=28), climbed) == [("28 days before", "organisation:1")]


def test_rungs_in_working_days_are_quiet_at_weekends_and_on_scottish_bank_holidays():
    rung = Rung(0, in_working_days=True)
    friday = dt.date(2026, 11, 27)
    quiet = [dt.date(2026, 11, 28), dt.date(2026, 11, 29), dt.date(2026, 11, 30)]  # weekend and St Andrew's Day
    assert rung.is_due(friday, friday)
    assert [rung.is_due(friday, day) for day in quiet] == [False, False, False]
    assert rung.is_due(friday, dt.date(2026, 12, 1))


@pytest.mark.parametrize("kind", Watched)
def test_nothing_is_due_before_its_horizon_comes_near(kind):
    """What the sweep asks the database for reaches as far as the first rung, on every day of a year."""
    ladder = LADDERS[kind]
    for number in range(366):
        due_on = dt.date(2026, 6, 1) + dt.timedelta(days=number)
        first = min(rung.day(due_on) for rung in ladder.rungs)
        assert ladder.horizon(first) >= due_on


def test_who_is_told_when_nobody_owns_it():
    thing = Thing(Watched.ACTION, "action:1", DUE, 1, (), ("establishment_lead:2",))
    assert thing.recipients(Rung(0, Reach.OWNER)) == ("establishment_lead:2",)
