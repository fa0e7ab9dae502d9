"""Every figure of the estate equals a second calculation in SQL over the base tables."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from agreements.models import EligibilityCheck, Kind, QuestionSet, Version
from directory import needs_map
from directory.models import Role
from portal.dashboards.counting import count
from portal.dashboards.parts import MAKERS
from portal.dashboards.scope import Scope, every_prison
from portal.foundation import clock
from portal.foundation.models import Notification
from reviews.recording import save_figures
from tests import factories
from tests.dashboards import counted_in_sql as sql
from tests.dashboards.telling import told  # noqa: F401
from tests.directory import provision_in_sql

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def given():
    """The bounds of the usual period, worked out here."""
    today = dt.datetime.now(LONDON).date()
    first = dt.date(today.year - 1, today.month + 1, 1) if today.month < 12 else dt.date(today.year, 1, 1)
    horizon = dt.date(today.year + (today.month + 3 > 12), (today.month + 2) % 12 + 1, 1)
    days = (horizon.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    midnight = lambda day: dt.datetime.combine(day, dt.time(), LONDON).astimezone(dt.UTC)  # noqa: E731
    return {
        "today": today,
        "first": first,
        "horizon": horizon.replace(day=min(today.day, days.day)),
        "since": midnight(first),
        "after": midnight(today + dt.timedelta(days=1)),
    }


@pytest.fixture
def shown(db):
    """What the estate's dashboard shows: by panel and row, the cells as words or numbers."""
    scope = Scope(prisons=every_prison())
    panels = [
        panel for part in ("agreements", "delivery", "upkeep") for panel in MAKERS[part](scope, count(part, scope))
    ]
    return {
        panel.title: {row.label: [getattr(cell, "number", cell) for cell in row.cells] for row in panel.rows}
        for panel in panels
    }


def some(given, *names):
    return {name: given[name] for name in names}


def enter_six_quarters() -> None:
    """For every agreement that runs: more than count, and different ones."""
    for number, version in enumerate(Version.objects.filter(status__in=LIVE).with_parties().order_by("pk"), start=1):
        who = factories.hold(factories.post(Role.CONTRIBUTOR, version.agreement.organisation))
        for back in range(6):
            quarter = dt.date(2031 - back // 4, 10 - back % 4 * 3, 1)
            save_figures(version, quarter, {"S5-02": {"started": number * (back + 1)}}, replacing={}, by=who)


def test_people_reached_by_prison_and_need_are_the_same():
    """The listings say it; the second calculation adds up the figures themselves."""
    enter_six_quarters()
    scope = Scope(prisons=every_prison())
    [panel] = [panel for panel in MAKERS["needs"](scope, {}) if panel.title.startswith("People reached")]
    shown = {
        (row.label, label): figure.number
        for row in panel.rows
        for label, figure in zip(panel.headings[1:], row.cells, strict=True)
        if figure.number
    }
    needs = {term.slug: term.label for term in needs_map.read().needs.values()}
    names = {prison.code: prison.name for prison in scope.prisons}
    again = {
        (names[prison], needs[need]): people
        for (prison, need), (_, people) in provision_in_sql.extents().items()
        if people
    }
    assert len(shown) > 2
    assert shown == again


def slugs():
    return {prison.slug: prison.name for prison in every_prison()}


STATUS_WORDS = {
    "Outline": "outline",
    "With the prison": "with prison",
    "Supported, funding awaited": "supported",
    "Agreeing details": "details",
    "For approval": "for approval",
    "For signature": "for signature",
    "In force": "in force",
    "Paused": "paused",
    "In force, signed on paper": "on paper",
    "Overtaken": "overtaken",
    "Ended": "ended",
    "Declined": "declined",
    "Withdrawn": "withdrawn",
    "Lapsed": "lapsed",
}
LIVE = ("in force", "paused", "on paper")
DRAFTED = ("outline", "with prison", "supported", "details", "for approval", "for signature")
STAGES = {1: DRAFTED[:1], 2: DRAFTED[1:3], 3: DRAFTED[3:4], 4: DRAFTED[4:], 5: LIVE}


def test_statuses_stages_use_and_completeness_are_the_same(shown, given):
    found = sql.rows(sql.STATUSES)
    by_status = {status: sum(row[2] for row in found if row[1] == status) for status in STATUS_WORDS.values()}
    assert shown["Agreements by status"] == {
        **{words: [by_status[status]] for words, status in STATUS_WORDS.items()},
        "All": [sum(by_status.values())],
    }
    assert shown["Agreements that go on, by stage of the form"] == {
        f"Stage {stage}": [sum(by_status[status] for status in statuses)] for stage, statuses in STAGES.items()
    }
    live = [row for row in found if row[1] in LIVE]
    assert list(shown["Completeness of agreements in force"].values()) == [
        [sum(row[2] - row[place] for row in live)] for place in (3, 4, 5)
    ]
    ending = dict(sql.rows(sql.ENDING, **some(given, "today", "horizon")))
    assert {name: numbers for name, numbers in shown["Use by prison"].items() if any(numbers)} == {
        name: numbers
        for slug, name in slugs().items()
        if any(
            numbers := [
                *(sum(row[2] for row in found if row[0] == slug and row[1] in group) for group in (LIVE, DRAFTED)),
                ending.get(slug, 0),
            ]
        )
    }


def test_reasons_and_months_are_the_same(shown, given):
    period = some(given, "since", "after")
    reasons = sql.rows(sql.REASONS, **period)
    assert reasons
    panel = shown["Why agreements were returned, declined, withdrawn, paused or ended"]
    assert sorted(number for (number,) in panel.values()) == sorted(row[2] for row in reasons)
    months = shown["Month by month"].values()
    assert [sum(row[place] for row in months) for place in range(3)] == [
        sql.number(sql.LED_TO, status="with prison", step="submit", **period),
        sql.number(sql.LED_TO, status="in force", step="sign", **period),
        sql.number(sql.LED_TO, status="ended", step="%", **period),
    ]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no percentiles")
def test_medians_and_ninth_deciles_are_the_same(shown, given):
    def plain(days):
        return f"{days:.1f}".removesuffix(".0")

    ours = {
        STATUS_WORDS[label]: (row[0], row[1], row[3]) for label, row in shown["Working days in each status"].items()
    }
    theirs = sql.rows(sql.TIMES, **some(given, "since", "after"))
    assert theirs
    assert ours == {status: (plain(half), plain(most), times) for status, half, most, times in theirs}


def test_reviews_actions_places_and_delivery_are_the_same(shown, given):
    names = slugs()
    reviews = {names[slug]: list(numbers) for slug, *numbers in sql.rows(sql.REVIEWS, **some(given, "today", "first"))}
    assert shown["Reviews"] == reviews | {"All": [sum(row[place] for row in reviews.values()) for place in range(3)]}
    actions = {owner.capitalize(): list(numbers) for owner, *numbers in sql.rows(sql.ACTIONS, today=given["today"])}
    assert {side: row for side, row in shown["Agreed actions late, by side"].items() if any(row)} == actions
    places = {names[slug]: [number or 0] for slug, number in sql.rows(sql.PLACES)}
    assert shown["Places at one time"] == places | {"All": [sum(number for (number,) in places.values())]}
    delivered = sql.rows(sql.DELIVERED, **some(given, "first", "today"))
    for question, title in (("S5-02", "People reached and sessions"), ("S5-03", "Sessions cancelled, by cause")):
        ours = sorted(number for (number,) in shown[title].values() if number)
        assert ours == sorted(number for id_, _, number in delivered if id_ == question and number)
        assert ours


def test_posts_mail_and_checks_are_the_same(given):
    factories.post(factories.Role.READER, factories.prison())
    words = QuestionSet.objects.newest(Kind.ELIGIBILITY)
    EligibilityCheck.objects.create(question_set=words, result="full", row=1)
    for number, state in enumerate(({"refused_at": clock.now()}, {"sent_at": clock.now(), "bounced_at": clock.now()})):
        Notification.objects.create(dedupe_key=f"second:{number}", addressee="user:1", template="x", **state)
    sums = count("upkeep", Scope())
    today = some(given, "today")
    assert dict(sums["posts"]) == dict(sql.rows(sql.VACANT, **today))
    assert dict(sums["mail"]) == {"refused": sql.number(sql.REFUSED), "bounced": sql.number(sql.BOUNCED)}
    assert dict(sums["checks"]) == dict(sql.rows(sql.CHECKS, since=given["since"]))
    assert all(dict(sums[name]) for name in ("posts", "mail", "checks"))
