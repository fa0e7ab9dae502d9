"""The database dies in the middle of a step, is away for a while, or is full of others. Over HTTP, with its own PostgreSQL."""

import http.client
import itertools
import random
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg2
import pytest
from django.db import connection
from lxml import html

from agreements.models import Answer, Status, Version
from portal.foundation.models import AuditEvent, Notification
from tests import factories
from tests.agreements.test_races import only_postgresql
from tests.faults.cluster import Cluster, database_of_its_own
from tests.faults.test_web import NOBODY_LISTENS, approved, step, waiting
from tests.faults.web import Visitor, form_of, silence, web
from tests.journeys.surroundings import share_a_folder

pytestmark = [pytest.mark.django_db(transaction=True), only_postgresql]

WORDS = "We ran a survey in the halls, and this is what people said."
FEW = "max_connections=10"
PATIENCE = 10.0


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    share_a_folder(tmp_path, settings)
    return tmp_path


@pytest.fixture
def cluster(transactional_db, shipped_facts) -> Iterator[Cluster]:
    with database_of_its_own() as cluster:
        yield cluster


# F09: it dies in the middle


def written(version: Version) -> tuple[int, ...]:
    """What one approval writes, each in its own table: all of it once, or nothing."""
    about = version.agreement.about
    return (
        *approved(version),
        AuditEvent.objects.filter(about=about, event="approve").count(),
        Notification.objects.filter(addressee=f"organisation:{version.agreement.organisation_id}").count(),
        int(factories.fresh(version).status == Status.FOR_SIGNATURE),
    )


@pytest.mark.parametrize(
    ("moment", "is_acknowledged", "second"),
    [("between its writes", False, 302), ("before the commit", False, 302), ("after the commit", True, 409)],
)
def test_a_database_that_dies_in_the_middle_of_a_step_keeps_all_of_it_or_nothing(
    cluster, folder, moment, is_acknowledged, second
):
    cast = factories.Cast()
    [version] = waiting(cast)
    before = written(version)
    after = (1, 1, 1, 1, before[4] + 1, 1)
    with web(folder, broker=NOBODY_LISTENS, application="tests.faults.deadly", VICTIM=str(cluster.number_file)) as site:
        hoo = Visitor(cast.hoo, site)
        form = hoo.form(step(version))
        assert (hoo.post(step(version), form, X_Die=moment)[0] == 302) == is_acknowledged
        cluster.was_stopped()
        cluster.start()
        assert written(version) == (after if is_acknowledged else before)
        assert hoo.post(step(version), form)[0] == second
    assert written(version) == after


@pytest.mark.thorough
def test_twin_without_a_transaction_a_database_that_dies_keeps_half_a_step(cluster, folder):
    cast = factories.Cast()
    [version] = waiting(cast)
    own = {"application": "tests.faults.unguarded", "VICTIM": str(cluster.number_file)}
    with web(folder, broker=NOBODY_LISTENS, **own) as site:
        hoo = Visitor(cast.hoo, site)
        assert hoo.post(step(version), hoo.form(step(version)), X_Die="between its writes")[0] >= 500
        cluster.was_stopped()
        cluster.start()
    assert approved(version) == (0, 1, 0)


def kill(cluster: Cluster, how: signal.Signals) -> None:
    """At a moment that nobody chose, and start it anew."""
    time.sleep(random.uniform(0, 0.1))
    cluster.stop(how)
    cluster.start()


def approve_until_told(visitor: Visitor, version: Version) -> int:
    """As somebody would who doesn't give up. How often they heard nothing, or that something was wrong."""
    form: dict[str, str] = {}
    for failed in itertools.count():
        try:
            form = form or visitor.form(step(version))
            if visitor.post(step(version), form)[0] in (302, 409):
                return failed
        except (OSError, http.client.HTTPException, AssertionError):
            pass
        time.sleep(0.1)
    raise AssertionError


def approve_under_fire(cluster: Cluster, folder: Path, agreements: int, kills: int) -> None:
    cast = factories.Cast()
    versions = waiting(cast, agreements)
    told = Notification.objects.filter(addressee=f"organisation:{cast.charity.pk}")
    before, every, failed = told.count(), agreements // kills, 0
    with web(folder, broker=NOBODY_LISTENS) as site, ThreadPoolExecutor(1) as pool:
        hoo, killed = Visitor(cast.hoo, site), []
        for number, version in enumerate(versions):
            if number % every == 0:
                killed.append(pool.submit(kill, cluster, (signal.SIGQUIT, signal.SIGKILL)[len(killed) % 2]))
            failed += approve_until_told(hoo, version)
        assert [each.result() for each in killed] == [None] * kills
    connection.close()
    print(f"\n{kills} kills, {failed} tries that failed")
    assert failed > 0
    assert [version for version in versions if written(version)[:4] != (1, 1, 1, 1)] == []
    assert told.count() == before + agreements


def test_of_approvals_under_a_database_that_is_killed_none_is_lost_halved_or_doubled(cluster, folder):
    approve_under_fire(cluster, folder, 30, 3)


@pytest.mark.slow
def test_of_a_thousand_approvals_under_fifty_kills_of_the_database_none_is_lost_halved_or_doubled(cluster, folder):
    approve_under_fire(cluster, folder, 1000, 50)


# F10: it is away


def heading(page: str) -> str:
    return html.document_fromstring(page).xpath("//h1")[0].text_content()


def test_while_the_database_is_away_people_are_told_so_and_keep_what_they_typed(cluster, folder):
    cast = factories.Cast()
    version = cast.start()
    section = f"/agreements/{version.agreement.reference}/sections/S1/"
    with web(folder, broker=NOBODY_LISTENS, application="tests.faults.candid") as site:
        charity = Visitor(cast.contributor, site)
        stranger = Visitor(factories.user(), site)
        stranger.cookies.clear()
        form = charity.form(section) | {"S1-06": WORDS}
        cluster.stop()
        assert [stranger.ask("GET", f"/health/{what}/")[0] for what in ("ready", "live")] == [503, 200]
        status, page = charity.ask("GET", section)
        assert (status, charity.told["Retry-After"], heading(page)) == (
            503,
            "60",
            "Sorry, the service is not available",
        )
        assert "<form" not in page
        assert [word for word in ("Traceback", "psycopg", "OperationalError", "127.0.0.1") if word in page] == []
        status, page = charity.post(section, form)
        assert (status, charity.told["Cache-Control"]) == (503, "no-store")
        cluster.start()
        assert stranger.ask("GET", "/health/ready/")[0] == 200
        assert charity.post(section, form_of(page))[0] == 302
    assert Answer.objects.get(version=version, question_id="S1-06", replaced_at=None).value == WORDS


@pytest.mark.thorough
def test_a_database_that_takes_connections_and_never_answers_holds_nobody_up_for_long(cluster, folder, monkeypatch):
    with silence() as port:
        away = f"postgres://portal@127.0.0.1:{port}/postgres"
        with web(folder, broker=NOBODY_LISTENS, application="tests.faults.candid", DATABASE_URL=away) as site:
            stranger = Visitor(factories.user(), site)
            assert stranger.ask("GET", "/home/")[0] == 503
            assert stranger.seconds < PATIENCE


# F11: it is full of others


@pytest.mark.thorough
def test_a_database_without_a_free_connection_is_told_at_once_and_serves_again(transactional_db, shipped_facts, folder):
    with ExitStack() as stack:
        cluster = stack.enter_context(database_of_its_own(FEW))
        site = stack.enter_context(web(folder, broker=NOBODY_LISTENS, application="tests.faults.candid"))
        somebody = Visitor(factories.user(), site)
        connection.close()
        others = take_every_connection(cluster)
        answers = []
        for _ in range(50):
            status, _ = somebody.ask("GET", "/home/")
            answers.append((status, somebody.told["Retry-After"], somebody.seconds < PATIENCE))
        for other in others:
            other.close()
        assert answers == [(503, "60", True)] * 50
        assert somebody.ask("GET", "/home/")[0] == 200


def take_every_connection(cluster: Cluster) -> list:
    taken = []
    while True:
        try:
            taken.append(psycopg2.connect(host="127.0.0.1", port=cluster.port, user="portal", dbname="postgres"))
        except psycopg2.OperationalError:
            return taken
