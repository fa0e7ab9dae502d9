"""How long the dashboards take over a large estate, beside their own bare SQL and beside a signed-in page of 50 rows.

python -m tests.bench.dashboards 100000

Each part of the estate's dashboard is measured live (nothing kept) and as served (counted ahead by the worker); the bar
for the first is its bare SQL plus a minimal view, for the second a page of 50 rows. It makes the estate in the
PostgreSQL that DATABASE_URL names, inside a transaction that is rolled back.
"""

import datetime as dt
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

import django

TURNS = 7
LIVE_BAR, SERVED_BAR = 1.5, 1.5
AGREEMENTS = """
INSERT INTO agreements_agreement
    (reference, organisation_id, establishment_id, service_id, started_at, started_by_id, sent_at)
SELECT 'PA-' || n, s.organisation_id, p.ids[1 + n %% array_length(p.ids, 1)], s.id,
       now() - (n %% 1000) * interval '1 day', %(by)s, now()
FROM generate_series(1, %(size)s) n
JOIN (SELECT id, organisation_id, row_number() OVER () AS place FROM directory_service) s ON s.place = 1 + n %% 300
CROSS JOIN (SELECT array_agg(id) AS ids FROM directory_establishment) p
"""
VERSIONS = """
INSERT INTO agreements_version (agreement_id, number, status, status_since, question_set_id, sharing_set_id,
    consent_set_id, started_at, ends_on, places)
SELECT a.id, 1, (ARRAY['in force', 'in force', 'in force', 'outline', 'with prison', 'details', 'ended', 'declined',
        'for approval', 'paused'])[1 + a.id %% 10],
    now(), %(agreement)s, %(sharing)s, %(consent)s, a.started_at,
    CASE WHEN a.id %% 7 > 0 THEN CURRENT_DATE + (a.id %% 900)::int END, a.id %% 30
FROM agreements_agreement a
"""
CURRENT = """UPDATE agreements_agreement a SET current_version_id = v.id
FROM agreements_version v WHERE v.agreement_id = a.id"""
CHANGES = """
INSERT INTO agreements_statuschange (version_id, step, from_status, to_status, at, side, reason, note, working_days)
SELECT v.id, t.step, t.before, t.after, now() - ((v.id * 7 + t.place) %% 700) * interval '1 day', 'prison', t.reason, '',
    (v.id * 13 + t.place) %% 40
FROM agreements_version v
CROSS JOIN (VALUES (1, 'submit', 'outline', 'with prison', ''), (2, 'return-outline', 'with prison', 'outline', 'security'),
    (3, 'accept', 'with prison', 'details', ''), (4, 'send-for-approval', 'details', 'for approval', ''),
    (5, 'sign', 'for signature', 'in force', '')) t (place, step, before, after, reason)
"""
REVIEWS = """
INSERT INTO reviews_review (agreement_id, number, version_id, question_set_id, kind, state, due_on, period_from,
    period_to, planned_at, outcome)
SELECT v.agreement_id, 1, v.id, %(review)s, 'first', 'open', CURRENT_DATE + (v.id %% 200 - 40)::int, CURRENT_DATE,
    CURRENT_DATE, now(), '' FROM agreements_version v WHERE v.status = 'in force'
"""
ACTIONS = """
INSERT INTO agreements_action (version_id, uid, what, owner, post_title, before_first_session, due_on, state,
    from_question, completion_note, evidence, done_for, by_id, at, revision)
SELECT v.id, gen_random_uuid(), 'Book the room', (ARRAY['partner', 'prison', 'both'])[1 + n], 'Coordinator', false,
    CURRENT_DATE + (v.id %% 90 - 30)::int, CASE WHEN v.id %% 3 = 0 THEN 'open' ELSE 'done' END, '', '', '', '', %(by)s,
    now(), 1 FROM agreements_version v CROSS JOIN generate_series(0, 2) n
"""
FIGURES = """
INSERT INTO reviews_deliveryfigure (agreement_id, quarter, question_id, name, number, by_id, at)
SELECT a.id, (date_trunc('quarter', CURRENT_DATE) - n * interval '3 months')::date, 'S5-02', name, a.id %% 20, %(by)s, now()
FROM agreements_agreement a CROSS JOIN generate_series(0, 1) n CROSS JOIN unnest(ARRAY['referrals', 'started']) name
"""
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


def estate(size: int):
    """So many agreements of 300 services at every prison, with what belongs to them. Who looks at them."""
    from django.core.management import call_command
    from django.db import connection

    from agreements.models import Kind, QuestionSet
    from directory.models import Organisation, Service
    from tests import factories

    call_command("load_estate", verbosity=0)
    call_command("load_question_sets", verbosity=0)
    cast = factories.Cast()
    parties = Organisation.objects.bulk_create(Organisation(name=f"Party {n}", slug=f"party-{n}") for n in range(100))
    Service.objects.bulk_create(Service(organisation=parties[n % 100], name=f"Service {n}") for n in range(300))
    sets = {kind.value: QuestionSet.objects.newest(kind).pk for kind in Kind}
    with connection.cursor() as cursor:
        for sql in (AGREEMENTS, VERSIONS, CURRENT, CHANGES, REVIEWS, ACTIONS, FIGURES):
            cursor.execute(sql, {"size": size, "by": cast.cjvsf.pk} | sets)
        cursor.execute("ANALYZE")
    return cast.cjvsf


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


def seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def measure(size: int) -> float:
    """Every part in turns: live, as served, bare, minimal view, list; the medians. The worst share of a bar."""
    from django.test import Client

    from portal.dashboards.keeping import keep_all
    from portal.dashboards.models import KeptSums

    client = Client()
    client.force_login(estate(size), backend="allauth.account.auth_backends.AuthenticationBackend")
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
