"""Every count that people enter is a row that can be added up: by agreement, quarter, and for those who may see it."""

import datetime as dt

import pytest

from agreements.models import Version
from directory.models import Listing
from portal.foundation import clock
from reviews.figures import CANCELLED, COUNTS
from reviews.models import DeliveryFigure
from reviews.recording import save_figures
from tests import factories
from tests.reviews import stories

pytestmark = pytest.mark.django_db
FIRST, SECOND = dt.date(2027, 1, 1), dt.date(2027, 4, 1)


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


def every_count(version: Version) -> dict[str, object]:
    """A number for each part of S5-02 and each reason of S5-03, all different."""
    words = version.question_set.words.questions
    counts = {part.id: number for number, part in enumerate(words[COUNTS].parts, start=1)}
    reasons = words[CANCELLED].part("reason").options
    return {
        COUNTS: counts,
        CANCELLED: [{"reason": option.value, "count": number} for number, option in enumerate(reasons, start=50)],
    }


def as_sums(values: dict, times: int = 1) -> dict[tuple[str, str], int]:
    counts = {(COUNTS, name): times * number for name, number in values[COUNTS].items()}
    return counts | {(CANCELLED, row["reason"]): times * row["count"] for row in values[CANCELLED]}


def enter(version: Version, quarter: dt.date, cast: factories.Cast) -> dict:
    values = every_count(version)
    save_figures(version, quarter, values, replacing={}, by=cast.contributor)
    return values


def test_every_count_and_every_reason_of_a_quarter_is_a_row(cast):
    version = stories.signed(cast)
    values = enter(version, FIRST, cast)
    assert {
        *("referrals", "accepted", "started", "completed", "left_early"),
        *("sessions_planned", "sessions_held", "cancelled_by_prison", "cancelled_by_partner"),
    } <= values[COUNTS].keys()
    assert DeliveryFigure.objects.sums() == as_sums(values)


def test_quarters_add_up_within_a_period_and_what_was_replaced_counts_for_nothing(cast):
    version = stories.signed(cast)
    values = enter(version, FIRST, cast)
    enter(version, SECOND, cast)
    figures = DeliveryFigure.objects.all()
    assert figures.sums() == as_sums(values, times=2)
    assert figures.within(SECOND, dt.date(2027, 12, 31)).sums() == as_sums(values)
    base = {COUNTS: str(figures.filter(quarter=FIRST, question_id=COUNTS).latest("pk").pk)}
    save_figures(version, FIRST, {COUNTS: {"referrals": 100}}, replacing=base, by=cast.contributor)
    assert figures.within(FIRST, FIRST).sums()[COUNTS, "referrals"] == 100


def test_the_listing_says_how_many_people_the_newest_four_quarters_reached(cast):
    version = stories.signed(cast)
    assert reached(version) is None
    quarters = [
        dt.date(2026, 10, 1),
        dt.date(2027, 1, 1),
        dt.date(2027, 4, 1),
        dt.date(2027, 7, 1),
        dt.date(2027, 10, 1),
    ]
    told = []
    for number, quarter in enumerate(quarters, start=1):
        save_figures(version, quarter, {COUNTS: {"started": 10**number}}, replacing={}, by=cast.contributor)
        told.append(reached(version))
    assert told == [10, 110, 1110, 11110, 111100]
    newest = str(DeliveryFigure.objects.latest("quarter").pk)
    save_figures(version, quarters[-1], {COUNTS: {"referrals": 3}}, replacing={COUNTS: newest}, by=cast.contributor)
    assert reached(version) == 11110


def test_the_listing_of_another_agreement_is_left_alone(cast):
    version, other = stories.signed(cast), stories.signed(factories.Cast("EDI"))
    save_figures(version, FIRST, {COUNTS: {"started": 7}}, replacing={}, by=cast.contributor)
    assert (reached(version), reached(other)) == (7, None)


def reached(version: Version) -> int | None:
    return Listing.objects.get(agreement_reference=version.agreement.reference).people_reached


def test_a_person_adds_up_what_they_may_see(cast):
    other = factories.Cast("EDI")
    values = enter(stories.signed(cast), FIRST, cast)
    enter(stories.signed(other), FIRST, other)
    assert DeliveryFigure.objects.visible_to(cast.hoo).sums() == as_sums(values)
    assert DeliveryFigure.objects.visible_to(cast.stranger).sums() == {}
    assert DeliveryFigure.objects.visible_to(cast.cjvsf).sums() == as_sums(values, times=2)


def test_the_numbers_of_a_review_are_rows_once_it_is_held(cast):
    given = {"RVW_09": {"number": 3, "response": "We talked."}, "RVP_02": {"good": 7, "mixed": 2, "bad": 1}}
    review = stories.written(cast, **given)
    assert not DeliveryFigure.objects.exists()
    for person in (cast.signatory, cast.hoo):
        with clock.set_to(stories.HELD_AT):
            stories.confirm(review, words_seen=stories.seen(stories.read(stories.fresh(review))), by=person)
    assert DeliveryFigure.objects.sums() == {
        ("RVW-09", "number"): 3,
        ("RVP-02", "good"): 7,
        ("RVP-02", "mixed"): 2,
        ("RVP-02", "bad"): 1,
    }
    assert set(DeliveryFigure.objects.values_list("quarter", flat=True)) == {dt.date(2027, 7, 1)}


def test_the_numbers_of_a_review_stand_beside_those_of_the_quarter(cast):
    review = stories.held(cast, RVW_09={"number": 3, "response": "We talked."})
    with clock.set_to(stories.HELD_AT):
        values = enter(review.version, dt.date(2027, 7, 1), cast)
    sums = DeliveryFigure.objects.sums()
    assert sums["RVW-09", "number"] == 3
    assert as_sums(values).items() <= sums.items()
