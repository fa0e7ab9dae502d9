"""What the pictures say in words is what their tables say."""

import datetime as dt

import pytest

from portal.dashboards import on_agreements, on_needs, on_time
from portal.dashboards.panels import of_most
from portal.dashboards.scope import Scope
from tests import factories
from tests.directory import needing


def test_a_status_that_was_left_on_the_same_day_has_been_left():
    panel = on_time.overall(Scope(), {"waits": [[1, "outline", 0, 12]]})
    assert panel.said == "By median. The longest: outline (0)."


def test_a_median_between_two_days_is_drawn_as_the_table_says_it():
    panel = on_time.overall(Scope(), {"waits": [[1, "outline", 2, 1], [1, "outline", 3, 1]]})
    assert panel.said == "By median. The longest: outline (2.5)."
    assert panel.rows[0].cells[0] == "2.5"
    assert ">2.5</text>" in panel.picture


def test_where_nothing_was_left_that_is_said():
    assert on_time.overall(Scope(), {"waits": []}).said == "No status has been left in this period."


def test_the_months_under_a_trend_have_a_name_and_a_year():
    panel = on_agreements.trend(Scope(last_day=dt.date(2026, 11, 22)), {"changes": []})
    assert [f">{month}</text>" in panel.picture for month in ("Dec 25", "Jun 26", "Nov 26")] == [True] * 3


def test_the_highest_number_is_named_as_its_row_is():
    assert of_most([("Bella Centre", 3), ("HMP Glenochil", 1_083)], "") == "Most: HMP Glenochil (1,083)."


@pytest.mark.django_db
def test_a_gap_in_the_table_has_the_weight_that_the_picture_frames():
    prison = factories.prison("PER")
    needing.publish(prison, needing.coordinator(prison), needs={"health": 3})
    services = on_needs.panels(Scope(), {})[0]
    cells = {
        str(figure) for row in services.rows for figure in row.cells if row.label == prison.name or str(figure) != "0"
    }
    assert cells == {"0", "0, gap 3"}
