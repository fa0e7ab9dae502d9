"""Whose turn it is, since when, until when."""

import datetime as dt

import pytest

from agreements.effects import Request
from agreements.models import Side
from agreements.turns import my_turn, turn
from agreements.workflow import perform
from portal.foundation import clock
from tests import factories

pytestmark = pytest.mark.django_db

FRIDAY = dt.datetime(2026, 3, 27, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("status", "for_partner", "for_prison"),
    [
        ("outline", True, False),
        ("with prison", False, True),
        ("details", True, True),
        ("for approval", False, True),
        ("for signature", True, False),
        ("in force", False, False),
    ],
)
def test_home_lists_what_waits_for_ones_own_side(status, for_partner, for_prison):
    cast = factories.Cast()
    version = factories.bring_to(status, cast)
    assert (version in my_turn(cast.contributor)) is for_partner
    assert (version in my_turn(cast.hoo)) is for_prison
    assert not my_turn(cast.stranger)


def test_once_the_partner_has_signed_it_waits_for_the_prison():
    cast = factories.Cast()
    version = factories.bring_to("for signature", cast)
    factories.take("partner signs", version, cast)
    assert turn(factories.fresh(version)).sides == (Side.PRISON,)
    assert version in my_turn(cast.hoo)
    assert version not in my_turn(cast.signatory)


def test_the_target_counts_working_days_over_easter():
    cast = factories.Cast()
    with clock.set_to(FRIDAY):
        version = factories.bring_to("with prison", cast)
    # Ten working days after 27 March 2026, with Good Friday, 3 April, a bank holiday; Easter Monday isn't one in Scotland.
    assert turn(version).target_on == dt.date(2026, 4, 13)


def test_while_questions_are_with_the_partner_it_is_the_partners_turn_alone():
    cast = factories.Cast()
    version = factories.bring_to("for approval", cast)
    request = Request(reason="practical", note="Say more.", questions=("S3-07",), answer_by=dt.date(2027, 1, 5))
    perform("return-for-changes", version, by=cast.hoo, request=request)
    now = turn(factories.fresh(version))
    assert now.sides == (Side.PARTNER,)
    assert now.target_on == dt.date(2027, 1, 5)
    assert version not in my_turn(cast.hoo)
