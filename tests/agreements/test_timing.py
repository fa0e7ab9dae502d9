"""Time in each stage, in working days: whose it was, and when a clock stands still."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from agreements.effects import Request
from agreements.models import Side, Status
from agreements.timing import spells
from agreements.turns import turn
from agreements.workflow import perform
from portal.foundation import clock
from portal.foundation.working_days import working_days_after, working_days_between
from tests import factories

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")


def on(year: int, month: int, day: int):
    return clock.set_to(dt.datetime(year, month, day, 10, tzinfo=LONDON))


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (dt.date(2026, 11, 20), 1, dt.date(2026, 11, 23)),  # Friday to Monday
        (dt.date(2026, 11, 23), -1, dt.date(2026, 11, 20)),
        (dt.date(2026, 12, 24), 1, dt.date(2026, 12, 29)),  # Christmas, and Boxing Day's Monday
        (dt.date(2026, 12, 31), 1, dt.date(2027, 1, 5)),  # Scotland's second of January, on the Monday after
        (dt.date(2026, 11, 27), 1, dt.date(2026, 12, 1)),  # St Andrew's Day
        (dt.date(2026, 8, 28), 1, dt.date(2026, 8, 31)),  # England's bank holiday, not Scotland's
        (dt.date(2026, 7, 31), 1, dt.date(2026, 8, 4)),  # Scotland's, on the first Monday
    ],
)
def test_working_days_are_those_of_scotland(day, count, expected):
    assert working_days_after(day, count) == expected
    first, last = sorted([day, expected])
    assert working_days_between(first, last) == abs(count)


def test_a_clock_stands_still_while_the_other_side_has_questions_open():
    cast = factories.Cast()
    with on(2026, 11, 2):
        version = factories.bring_to("for approval", cast)
    asked = Request(reason="practical", note="When?", questions=("S1-01",), answer_by=dt.date(2026, 11, 20))
    with on(2026, 11, 5):
        perform("return-for-changes", version, by=cast.hoo, request=asked)
    with on(2026, 11, 13):
        perform("send-for-approval", factories.fresh(version), by=cast.contributor)
    with on(2026, 11, 17):
        found = [
            (spell.status, spell.sides, spell.working_days, spell.is_answering, spell.is_over)
            for spell in spells(factories.fresh(version))
            if spell.working_days
        ]
        now = turn(factories.fresh(version))
        assert (now.working_days, now.target_on) == (2, dt.date(2026, 11, 27))
    assert found == [
        (Status.FOR_APPROVAL, (Side.PRISON,), 3, False, True),
        (Status.DETAILS, (Side.PARTNER,), 6, True, True),
        (Status.FOR_APPROVAL, (Side.PRISON,), 2, False, False),
    ]


def test_a_step_keeps_the_working_days_of_the_status_that_it_left():
    """As the spells have them; the days in which the other side had been asked something count for neither."""
    cast = factories.Cast()
    with on(2026, 11, 2):
        version = factories.bring_to("for approval", cast)
    asked = Request(reason="practical", note="When?", questions=("S1-01",), answer_by=dt.date(2026, 11, 20))
    with on(2026, 11, 5):
        perform("return-for-changes", version, by=cast.hoo, request=asked)
    with on(2026, 11, 13):
        perform("send-for-approval", factories.fresh(version), by=cast.contributor)
    with on(2026, 11, 17):
        factories.take("approve", version, cast)
    kept = [(change.step, change.working_days) for change in version.changes.all()]
    assert kept[-4:] == [
        ("send-for-approval", 0),
        ("return-for-changes", 3),
        ("send-for-approval", None),
        ("approve", 2),
    ]


def test_a_step_that_leaves_the_status_as_it_is_keeps_no_days():
    cast = factories.Cast()
    version = factories.bring_to("for signature", cast)
    factories.take("partner signs", version, cast)
    assert list(version.changes.filter(step="sign").values_list("working_days", flat=True)) == [None]


def test_the_prisons_turn_to_sign_begins_with_the_partners_signature():
    cast = factories.Cast()
    with on(2026, 11, 2):
        version = factories.bring_to("for signature", cast)
    with on(2026, 11, 4):
        factories.sign(version, by=cast.signatory)
    with on(2026, 11, 17):
        now = turn(factories.fresh(version))
        assert (now.sides, now.working_days, now.target_on) == ((Side.PRISON,), 9, dt.date(2026, 11, 11))
        last = spells(factories.fresh(version))[-1]
        assert (last.sides, last.working_days, last.is_late) == ((Side.PRISON,), 9, True)


def test_both_sides_see_whose_turn_it_is_and_for_how_long():
    cast = factories.Cast()
    with on(2026, 11, 2):
        version = factories.bring_to("with prison", cast)
    reference = version.agreement.reference
    with on(2026, 11, 4):
        for person in (cast.contributor, cast.hoo):
            client = Client()
            client.force_login(person)
            page = client.get(reverse("agreement_detail", args=[reference])).content.decode()
            assert "That is 2 working days so far." in page
            assert "Answer wanted by 16 November 2026." in page
            assert "Time in each stage" in client.get(reverse("agreement_history", args=[reference])).content.decode()
