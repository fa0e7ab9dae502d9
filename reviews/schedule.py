"""Which review each agreement gets next, in the database's own words: one statement for the whole estate.

It says the same as `reviews.dates`, which a test compares it with.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.db import connection
from django.db.models import Exists, F, Max, OuterRef, QuerySet

from agreements.models import OVER, QuestionSet, Status
from agreements.models import Kind as SetKind
from portal.foundation import clock
from reviews.dates import EVERY, FIRST_AFTER
from reviews.models import Kind, Review, ReviewAnswer, State

REVIEWED = (Status.IN_FORCE, Status.ON_PAPER)
BATCH = 500


@dataclass(frozen=True)
class Dialect:
    """How a database counts days: the same day of a month that is too short is its last day.

    `fence` keeps what is inside from being worked out again wherever it is named outside.
    """

    later: str
    year: str
    next_day: str
    london: str
    greatest: str
    least: str
    fence: str


DIALECTS = {
    "postgresql": Dialect(
        later="({day} + make_interval(months => {months}))::date",
        year="extract(year FROM {day})::integer",
        next_day="({day} + 1)",
        london="({moment} AT TIME ZONE 'Europe/London')::date",
        greatest="GREATEST",
        least="LEAST",
        fence="OFFSET 0",
    ),
    "sqlite": Dialect(
        later="min(date({day}, ({months}) || ' months'), "
        "date({day}, 'start of month', ({months}) || ' months', '+1 month', '-1 day'))",
        year="CAST(strftime('%%Y', {day}) AS integer)",
        next_day="date({day}, '+1 day')",
        london="django_datetime_cast_date({moment}, 'Europe/London', 'UTC')",
        greatest="max",
        least="min",
        fence="LIMIT -1 OFFSET 0",
    ),
}

# From the inside out: what is known of each agreement, after which day, in which cycle, on which day.
PLAN = """
SELECT agreement_id, version_id, number, after_on, due_on, {least}(period_from, due_on) AS period_from,
    CASE WHEN due_on = ends_on THEN '{final}' WHEN due_on = first_on THEN '{first}' ELSE '{scheduled}' END AS kind
FROM (SELECT counted.*, {least}(
        CASE
            WHEN agreed_on > after_on THEN agreed_on
            WHEN first_on > after_on THEN first_on
            WHEN {this_year} > after_on THEN {this_year}
            ELSE {next_year}
        END,
        coalesce(ends_on, '9999-12-31')
    ) AS due_on
    FROM (SELECT known.*, {after_year} - {first_year} AS years
        FROM (SELECT version.agreement_id, version.id AS version_id, version.ends_on,
                coalesce(version.first_review_on, {first_review}) AS first_on,
                {greatest}({began}, coalesce(held.due_on, {began}), coalesce(held.held_on, {began})) AS after_on,
                held.next_due_on AS agreed_on,
                coalesce({after_period}, version.starts_on) AS period_from,
                (SELECT coalesce(max(number), 0) + 1 FROM {review} WHERE agreement_id = version.agreement_id) AS number
            FROM {version} AS version
            LEFT JOIN {review} AS held ON held.id = (
                SELECT id FROM {review} WHERE agreement_id = version.agreement_id AND state = '{held}'
                ORDER BY due_on DESC, id DESC LIMIT 1
            )
            WHERE version.status IN ({reviewed}) AND version.starts_on IS NOT NULL AND {which}
        {fence}) AS known
    ) AS counted
) AS dated
WHERE due_on > after_on
"""

WITHOUT_A_REVIEW = "NOT EXISTS (SELECT 1 FROM {review} WHERE agreement_id = version.agreement_id AND state = '{open}')"
INSERT = """INSERT INTO {review}
(agreement_id, version_id, number, kind, due_on, period_from, period_to, question_set_id, planned_at, state, outcome)
SELECT agreement_id, version_id, number, kind, due_on, period_from, due_on, %s, %s, '{open}', ''
FROM ({plan}) AS planned WHERE true
ON CONFLICT DO NOTHING"""
MOVE = """UPDATE {review} SET version_id = planned.version_id, kind = planned.kind, due_on = planned.due_on,
    period_from = planned.period_from, period_to = planned.due_on
FROM ({plan}) AS planned
WHERE {review}.agreement_id = planned.agreement_id AND {review}.state = '{open}'"""


def insert_next_reviews() -> int:
    """Give every agreement in force that has no open review its next one. How many were new."""
    words = QuestionSet.objects.only("pk").newest(SetKind.REVIEW)
    return _run(INSERT, WITHOUT_A_REVIEW, [words.pk, connection.ops.adapt_datetimefield_value(clock.now())])


def move_misplaced_reviews() -> int:
    """Reviews that nobody has begun follow the version in force, and its last day. How many have moved."""
    moved = 0
    for batch in batched(_misplaced(), BATCH):
        moved += _run(MOVE, f"version.agreement_id IN ({', '.join(map(str, batch))})", [])
    return moved


def _misplaced() -> Iterator[int]:
    """The agreements of reviews about a version that was overtaken, or due after the last day. Each half has its index."""
    agreements = _unwritten().order_by().values_list("agreement_id", flat=True)
    yield from agreements.filter(version__status=Status.OVERTAKEN)
    latest = Review.objects.open().aggregate(latest=Max("due_on"))["latest"]
    if latest:
        ends_before = agreements.filter(version__status__in=REVIEWED, version__ends_on__lt=latest)
        yield from ends_before.filter(due_on__gt=F("version__ends_on")).iterator()


def close_reviews_of_ended_agreements() -> int:
    """What nobody has begun isn't needed when the agreement is over, but for the final review."""
    of_ended = _unwritten().filter(agreement__current_version__status__in=OVER).exclude(kind=Kind.FINAL)
    return of_ended.update(state=State.NOT_NEEDED)


def _unwritten() -> QuerySet[Review]:
    return Review.objects.open().filter(~Exists(ReviewAnswer.objects.filter(review=OuterRef("pk"))))


def batched(rows: Iterator[int], size: int) -> Iterator[list[int]]:
    while batch := list(islice(rows, size)):
        yield batch


def _run(statement: str, which: str, parameters: list) -> int:
    names = _names()
    plan = PLAN.format(which=which.format(**names), **names)
    with connection.cursor() as cursor:
        cursor.execute(statement.format(plan=plan, **names), parameters)
        return max(cursor.rowcount, 0)


def _names() -> dict[str, str]:
    say = DIALECTS[connection.vendor]
    return {
        "review": "reviews_review",
        "version": "agreements_version",
        "open": State.OPEN.value,
        "held": State.HELD.value,
        "first": Kind.FIRST.value,
        "scheduled": Kind.SCHEDULED.value,
        "final": Kind.FINAL.value,
        "reviewed": ", ".join(f"'{status.value}'" for status in REVIEWED),
        "greatest": say.greatest,
        "least": say.least,
        "fence": say.fence,
        "began": say.london.format(moment="version.started_at"),
        "first_review": say.later.format(day="version.starts_on", months=FIRST_AFTER),
        "after_period": say.next_day.format(day="held.period_to"),
        "after_year": say.year.format(day="after_on"),
        "first_year": say.year.format(day="first_on"),
        "this_year": say.later.format(day="first_on", months=f"years * {EVERY}"),
        "next_year": say.later.format(day="first_on", months=f"(years + 1) * {EVERY}"),
    }
