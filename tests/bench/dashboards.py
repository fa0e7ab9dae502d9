"""How long the dashboards take over a large estate, beside their own bare SQL and beside a signed-in page of 50 rows.

python -m tests.bench.dashboards 100000

Each part of the dashboards of the estate, of a prison and of an organisation is measured live (nothing kept), that of the
estate also as served (counted ahead by the worker). The bar for a dashboard is, live, its bare SQL plus a minimal view for
each part; as served, a page of 50 rows for any part. It makes the estate in the PostgreSQL that DATABASE_URL names, inside
a transaction that is rolled back.
"""

import datetime as dt
import statistics
import sys
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import django

from tests.bench.estate import BACKEND, estate, seconds
from tests.dashboards import counted_in_sql as sql
from tests.directory import provision_in_sql as provision

TURNS = 7
LIVE_BAR, LISTS_BAR = 1.5, 10
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
# What only the estate's dashboard tells.
ESTATES = (sql.CHECKS, sql.REFUSED, sql.BOUNCED)
LISTINGS = """
INSERT INTO directory_listing (reference, service_id, establishment_id, origin, agreement_reference, summary, easy_read,
    intake, contact_post, contact_mailbox, contact_phone, checked_by, checked_against, is_live, confirmed_on,
    asked_after_months, words, facets)
SELECT 'DL-' || s.id || '-' || e.id, s.id, e.id, 'agreement', 'DL-' || s.id || '-' || e.id, '', '', '', '', '', '', '', '',
    true, CURRENT_DATE, 0, '', ''
FROM directory_service s CROSS JOIN directory_establishment e
"""
TERMS = """
INSERT INTO directory_listing_terms (listing_id, term_id)
SELECT DISTINCT l.id, t.ids[1 + (l.id * n) %% array_length(t.ids, 1)]
FROM directory_listing l CROSS JOIN generate_series(1, 3) n
CROSS JOIN (SELECT array_agg(t.id) AS ids FROM directory_term t JOIN directory_vocabulary v ON v.id = t.vocabulary_id
    WHERE v.establishment_id IS NULL AND v.key IN ('needs', 'populations', 'protected_characteristics')) t
"""
# One party's rows in the place of everybody's, in a statement that names such a table first.
OWN = {
    "agreements_agreement a": "SELECT own.* FROM public.agreements_agreement own WHERE own.{party}",
    "agreements_version v": "SELECT v.* FROM public.agreements_version v JOIN public.agreements_agreement own "
    "ON own.id = v.agreement_id WHERE own.{party}",
    "agreements_statuschange": "SELECT c.* FROM public.agreements_statuschange c JOIN public.agreements_version v "
    "ON v.id = c.version_id JOIN public.agreements_agreement own ON own.id = v.agreement_id WHERE own.{party}",
    "directory_listing l": "SELECT l.* FROM public.directory_listing l WHERE l.{party}",
    "reviews_deliveryfigure": "SELECT f.* FROM public.reviews_deliveryfigure f JOIN public.agreements_agreement own "
    "ON own.id = f.agreement_id WHERE own.{party}",
}
OF_NEEDS = ("directory_listing l", "reviews_deliveryfigure")


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


def bare_sql(part: str, party: str) -> Callable[[], None]:
    """The statements of the second calculation; those about agreements for one party, if it is named."""
    from portal.dashboards.scope import Scope
    from portal.foundation import clock

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
        "needs": (provision.MATRIX, provision.EXTENTS, provision.gaps_of("needs", "needs")),
        "upkeep": (sql.ACTIONS, sql.VACANT) if party else (sql.ACTIONS, sql.VACANT, *ESTATES),
    }[part]
    narrowed = [own(statement, party) if party else statement for statement in statements]
    return lambda: [sql.rows(statement, **given) for statement in narrowed] and None


def own(statement: str, party: str) -> str:
    """The statement over the rows of one party: those of the table named first in OWN, and of both where listings and
    figures are put together."""
    tables = [table for table in OWN if table in statement]
    narrowed = [table for table in tables if table in OF_NEEDS] if OF_NEEDS[0] in tables else tables[:1]
    views = [f"{table.partition(' ')[0]} AS NOT MATERIALIZED ({OWN[table].format(party=party)})" for table in narrowed]
    return f"WITH {', '.join(views)} {statement}" if views else statement


def looks() -> list[tuple[str, str, str]]:
    """Whose dashboard, where it is, and which agreements are its own."""
    from directory.models import Establishment, Organisation

    prison = Establishment.objects.get(code="PER")
    party = Organisation.objects.get(slug="party-7")
    return [
        ("estate", "/dashboards/", ""),
        ("prison", f"/dashboards/prisons/{prison.slug}/", f"establishment_id = {prison.pk}"),
        ("organisation", f"/dashboards/organisations/{party.slug}/", f"organisation_id = {party.pk}"),
    ]


def measure(size: int) -> float:
    """Every part of every dashboard. The worst share of a bar."""
    from django.db import connection
    from django.test import Client

    client = Client()
    client.force_login(estate(size).cjvsf, backend=BACKEND)
    with connection.cursor() as cursor:
        for statement in (LISTINGS, TERMS):
            cursor.execute(statement, {})
        cursor.execute("ANALYZE")
    print(f"{size:,} agreements")
    return max(whole(client, *look) for look in looks())


def whole(client, kind: str, place: str, party: str) -> float:
    """One dashboard: each of its parts, and all of them together, by which it is judged. The worst share of a bar."""
    from portal.dashboards.parts import PARTS_OF

    parts = [compare(client, kind, part, f"{place}?part={part}", bare_sql(part, party)) for part in PARTS_OF[kind]]
    live, floor = sum(times.live for times in parts), sum(times.sql + times.least for times in parts)
    lists = max(times.served / times.fifty for times in parts)
    print(
        f"{kind}, all of it: ratio {live / floor:.2f} (bar {LIVE_BAR}); as served {lists:.1f} lists (bar {LISTS_BAR})"
    )
    return max(live / floor / LIVE_BAR, lists / LISTS_BAR)


class Times(NamedTuple):
    """Seconds, as medians. `fifty`: a signed-in page of 50 rows; `served`: the estate's are counted ahead."""

    live: float
    sql: float
    least: float
    fifty: float
    served: float


def compare(client, kind: str, part: str, address: str, bare: Callable[[], None]) -> Times:
    """In turns: live, bare, minimal view, list, as served."""
    from portal.dashboards.keeping import keep_all
    from portal.dashboards.models import KeptSums

    look = partial(client.get, address)
    acts = (look, bare, partial(client.get, "/health/live/"), partial(client.get, "/agreements/"))
    turns = []
    for _ in range(TURNS):
        KeptSums.objects.all().delete()
        times = [seconds(act) for act in acts]
        if kind == "estate":
            keep_all()
        turns.append((*times, seconds(look)))
    found = Times(*(statistics.median(times) for times in zip(*turns, strict=True)))
    print(
        f"{kind}, {part}: live {found.live * 1000:.0f} ms, bare SQL {found.sql * 1000:.0f} ms + view "
        f"{found.least * 1000:.1f} ms: ratio {found.live / (found.sql + found.least):.2f}; live {found.live / found.fifty:.1f}, "
        f"served {found.served / found.fifty:.2f} lists of {found.fifty * 1000:.0f} ms"
    )
    return found


if __name__ == "__main__":
    sys.exit(main([int(size.replace("_", "")) for size in sys.argv[1:]] or [100_000]))
