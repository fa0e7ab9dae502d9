"""The sweep over a large estate costs little more than the bare statement that does the same work."""

import datetime as dt
import time
import tracemalloc
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from agreements.models import Kind as SetKind
from agreements.models import QuestionSet
from portal.foundation import clock
from reviews.models import Review, State
from reviews.tasks import schedule_reviews
from tests.reviews.estate import in_force

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="measured where a large estate would be"),
]
START = dt.date(2027, 1, 31)
BARE = """INSERT INTO reviews_review
(agreement_id, version_id, number, kind, due_on, period_from, period_to, question_set_id, planned_at, state, outcome)
SELECT v.agreement_id, v.id,
    (SELECT coalesce(max(number), 0) + 1 FROM reviews_review WHERE agreement_id = v.agreement_id),
    'first', (v.starts_on + make_interval(months => 6))::date, v.starts_on,
    (v.starts_on + make_interval(months => 6))::date, %s, %s, 'open', ''
FROM agreements_version v
WHERE v.status IN ('in force', 'on paper')
    AND NOT EXISTS (SELECT 1 FROM reviews_review o WHERE o.agreement_id = v.agreement_id AND o.state = 'open')
ON CONFLICT DO NOTHING"""


def estate(size: int) -> int:
    """So many agreements in force, of which every tenth has no review yet. How many have none."""
    versions = in_force([START] * size)
    words = QuestionSet.objects.newest(SetKind.REVIEW)
    planned = [version for number, version in enumerate(versions) if number % 10]
    Review.objects.bulk_create(
        (
            Review(
                agreement_id=version.agreement_id,
                number=1,
                version=version,
                question_set=words,
                kind="first",
                due_on=dt.date(2027, 7, 31),
                period_from=START,
                period_to=dt.date(2027, 7, 31),
            )
            for version in planned
        ),
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return size - len(planned)


def bare() -> int:
    with connection.cursor() as cursor:
        cursor.execute(BARE, [QuestionSet.objects.newest(SetKind.REVIEW).pk, clock.now()])
        return cursor.rowcount


def seconds(sweep: Callable[[], int], expected: int) -> float:
    """How long it takes; rolled back."""
    with transaction.atomic():
        began = time.perf_counter()
        assert sweep() == expected
        took = time.perf_counter() - began
        transaction.set_rollback(True)
    return took


@pytest.mark.slow
@pytest.mark.parametrize("size", [5_000, 100_000])
def test_the_sweep_takes_at_most_one_and_a_half_times_the_bare_statement(size):
    """Measured in turns, and the best of each counts: what else the machine does slows down some of them."""
    due = estate(size)
    sweeps, statements = [], []
    for _ in range(12):
        sweeps.append(seconds(schedule_reviews, due))
        statements.append(seconds(bare, due))
    print(f"{size} agreements, {due} due: sweep {min(sweeps):.3f} s, bare statement {min(statements):.3f} s")
    assert min(sweeps) <= 1.5 * min(statements)


@pytest.mark.slow
def test_memory_stays_flat():
    estate(20_000)
    tracemalloc.start()
    schedule_reviews()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000
    assert Review.objects.filter(state=State.OPEN).count() == 20_000
