"""Estates for the benches: many agreements and what belongs to them, made in bulk in PostgreSQL.

Made in a transaction that is rolled back, or in a database of its own, where it is vacuumed as a database in use is.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.factories import Cast

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
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


@contextmanager
def own_database() -> Iterator[None]:
    """A database beside the one that DATABASE_URL names, for what must be committed and vacuumed; dropped afterwards."""
    from django.core.management import call_command
    from django.db import connection

    used = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"bench_{used}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        call_command("createcachetable", verbosity=0)
        yield
    finally:
        connection.creation.destroy_test_db(used, verbosity=0)


def estate(size: int) -> "Cast":
    """So many agreements of 300 services at every prison, with what belongs to them. The people who look at them."""
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
        # Within a transaction nothing can be vacuumed: then only the planner learns what is there.
        cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE")
    return cast


def seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def medians(acts: dict[str, Callable[[], object]], turns: int) -> dict[str, float]:
    """Each in its turn, so many rounds after a first one that warms up."""
    rounds = [[seconds(act) for act in acts.values()] for _ in range(turns + 1)][1:]
    return {name: statistics.median(times) for name, times in zip(acts, zip(*rounds, strict=True), strict=True)}
