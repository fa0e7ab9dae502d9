"""How long the dashboards take over a large estate, beside their own bare SQL and beside a signed-in page of 50 rows.

python -m tests.bench.dashboards 100000

Each part of the estate's dashboard is measured live (nothing kept) and as served (counted ahead by the worker); the bar
for the first is its bare SQL plus a minimal view, for the second a page of 50 rows. It makes the estate in the
PostgreSQL that DATABASE_URL names, inside a transaction that is rolled back.
"""

import datetime as dt
import statistics
import sys
from collections.abc import Callable
from functools import partial

import django

from tests.bench.estate import BACKEND, estate, seconds

TURNS = 7
LIVE_BAR, SERVED_BAR = 1.5, 1.5
TIMES = """
SELECT a.establishment_id, c.from_status, percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY c.working_days)
FROM agreements_statuschange c JOIN agreements_version v ON v.id = c.version_id
JOIN agreements_agreement a ON a.id = v.agreement_id
WHERE c.working_days IS NOT NULL AND c.at >= %(since)s AND c.at < %(after)s GROUP BY 1, 2
"""
MONTHS = """
SELECT date_trunc('month', at), step, reason, to_status, count(*) FROM agreements_statuschange
WHERE at >= %(since)s AND at < %(after)s GROUP BY 1, 2, 3, 4
"""


def main(sizes: list[int]) -> int:
    django.setup()
    from django.conf import settings
    from django.db import transaction

    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["*"]
    worst = 0.0
    for size in sizes:
        with transaction.atomic():
            worst = max(worst, measure(size))
            transaction.set_rollback(True)
    return int(worst > 1)


def bare_sql(part: str) -> Callable[[], None]:
    from portal.dashboards.scope import Scope
    from portal.foundation import clock
    from tests.dashboards import counted_in_sql as sql

    scope = Scope()
    today = scope.until
    given = {
        "today": today,
        "first": scope.since,
        "horizon": clock.add_months(today, 3),
        "since": clock.start_of(scope.since),
        "after": clock.start_of(today + dt.timedelta(days=1)),
    }
    statements = {
        "agreements": (sql.STATUSES, sql.ENDING, TIMES, MONTHS),
        "delivery": (sql.REVIEWS, sql.PLACES, sql.DELIVERED),
        "upkeep": (sql.ACTIONS, sql.VACANT, sql.CHECKS, sql.REFUSED, sql.BOUNCED),
    }[part]
    return lambda: [sql.rows(statement, **given) for statement in statements] and None


def measure(size: int) -> float:
    """Every part in turns: live, as served, bare, minimal view, list; the medians. The worst share of a bar."""
    from django.test import Client

    from portal.dashboards.keeping import keep_all
    from portal.dashboards.models import KeptSums

    client = Client()
    client.force_login(estate(size).cjvsf, backend=BACKEND)
    worst = 0.0
    for part in ("agreements", "delivery", "upkeep"):
        look, bare = partial(client.get, f"/dashboards/?part={part}"), bare_sql(part)
        view, rows = partial(client.get, "/health/live/"), partial(client.get, "/agreements/")
        turns = []
        for _ in range(TURNS):
            KeptSums.objects.all().delete()
            live, *floors = (seconds(act) for act in (look, bare, view, rows))
            keep_all()
            turns.append((live, seconds(look), *floors))
        live, served, sql, least, fifty = (statistics.median(times) for times in zip(*turns, strict=True))
        print(
            f"{size:,} agreements, {part}: live {live * 1000:.0f} ms, bare SQL {sql * 1000:.0f} ms + view {least * 1000:.1f} ms: "
            f"ratio {live / (sql + least):.2f} (bar {LIVE_BAR}), {live / fifty:.1f} lists; served {served * 1000:.0f} ms, "
            f"list of 50 {fifty * 1000:.0f} ms: ratio {served / fifty:.2f} (bar {SERVED_BAR})"
        )
        worst = max(worst, live / (sql + least) / LIVE_BAR, served / fifty / SERVED_BAR)
    return worst


if __name__ == "__main__":
    sys.exit(main([int(size.replace("_", "")) for size in sys.argv[1:]] or [100_000]))
