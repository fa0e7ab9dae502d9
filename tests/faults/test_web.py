"""Approvals over HTTP, with a real web server: Redis is away or silent, the server is killed, people press twice."""

import html
import http.client
import shutil
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest
from django.urls import reverse

from agreements.models import Approval, Document, Printing, Status, StatusChange, Version
from portal.foundation.models import Notification
from script.services import UNPACKED, answers, free_port, running
from tests import factories
from tests.agreements.test_races import copy_for_approval, only_postgresql, without
from tests.faults.web import Visitor, silence, web
from tests.journeys.surroundings import mail_server, share_a_folder, wait_until, worker_and_beat
from tests.tiers import few_of

pytestmark = pytest.mark.django_db(transaction=True)

NOBODY_LISTENS = "redis://127.0.0.1:1/0"
REDIS = shutil.which("redis-server", path=f"{UNPACKED}/usr/bin:/usr/bin:/usr/local/bin")
BARS = {"each": 2.0, "most": 1.0}


@pytest.fixture
def cast(transactional_db) -> factories.Cast:
    cast = factories.Cast()
    cast.deputy = factories.hold(cast.hoo_post, name="Dana Deputy", as_deputy=True)
    return cast


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    share_a_folder(tmp_path, settings)
    return tmp_path


def waiting(cast: factories.Cast, count: int = 1) -> list[Version]:
    """Agreements that wait for approval."""
    first = factories.bring_to("for approval", cast)
    return [first, *(copy_for_approval(first, cast) for _ in range(count - 1))]


def step(version: Version) -> str:
    return f"/agreements/{version.agreement.reference}/steps/approve/"


def approved(version: Version) -> tuple[int, int, int]:
    """How often it was approved: steps taken, approvals given, documents frozen."""
    steps = StatusChange.objects.filter(version=version, step="approve", to_status=Status.FOR_SIGNATURE)
    rows = Approval.objects.filter(version=version), Document.objects.filter(version=version)
    return steps.count(), rows[0].count(), rows[1].count()


def approve(visitor: Visitor, version: Version) -> float:
    """Approve over HTTP, and ask for the words as a PDF. How many seconds the slower of the two took."""
    form, seconds = visitor.form(step(version)), 0.0
    for path in (step(version), reverse("pdf_ask", args=[version.agreement.reference])):
        status, page = visitor.post(path, form)
        assert status == 302, page
        seconds = max(seconds, visitor.seconds)
    return seconds


# F02, F03: Redis


@contextmanager
def redis_at(port: int, folder: Path) -> Iterator[str]:
    server = [REDIS, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    with running(server, folder / "redis.log", signal.SIGTERM, lambda: answers(port), cwd=folder):
        yield f"redis://127.0.0.1:{port}/0"


def approve_while_redis_is(silent: bool, agreements: int, cast: factories.Cast, folder: Path) -> list[float]:
    """Approve with Redis gone or silent; then it comes back, and mail and PDFs follow. The seconds of each approval."""
    versions = waiting(cast, agreements)
    with ExitStack() as stack:
        mails = stack.enter_context(mail_server())
        outage = ExitStack()
        port = outage.enter_context(silence()) if silent else free_port()
        broker = f"redis://127.0.0.1:{port}/0"
        site = stack.enter_context(web(folder, broker=broker))
        where = {"broker": broker, "mail_port": mails.controller.port, "site_url": site}
        stack.enter_context(worker_and_beat(folder, **where))
        hoo = Visitor(cast.hoo, site)
        seconds = [approve(hoo, version) for version in versions]
        assert [approved(version) for version in versions] == [(1, 1, 1)] * agreements
        assert not mails.mails
        outage.close()
        stack.enter_context(redis_at(port, folder))
        wait_until(lambda: everything_followed(versions), seconds=120)
        wait_until(lambda: len(mails.to(cast.signatory.email)) >= agreements)
    return seconds


def everything_followed(versions: list[Version]) -> bool:
    unsent = Notification.objects.filter(sent_at=None, closed_at=None, at_once=True)
    printed = Printing.objects.filter(version__in=versions).exclude(printed_at=None)
    return not unsent.exists() and printed.count() >= len(versions)


@pytest.mark.skipif(not REDIS, reason="It needs Redis: script/setup --dev brings it.")
@pytest.mark.parametrize("silent", few_of([False, True], [False]), ids=["gone", "silent"])
def test_an_approval_doesnt_wait_for_redis_and_its_mail_and_pdf_follow_when_it_is_back(cast, folder, silent):
    """The first approval warms the web server up: what it loads then has nothing to do with Redis."""
    _, seconds = approve_while_redis_is(silent, 2, cast, folder)
    assert seconds < BARS["each"]


@pytest.mark.slow
@pytest.mark.skipif(not REDIS, reason="It needs Redis: script/setup --dev brings it.")
@pytest.mark.parametrize("silent", [False, True], ids=["gone", "silent"])
def test_fifty_approvals_dont_wait_for_redis(cast, folder, silent):
    seconds = sorted(approve_while_redis_is(silent, 50, cast, folder))
    print(f"\nslowest {seconds[-1]:.2f} s, 95th percentile {seconds[47]:.2f} s")
    assert seconds[47] < BARS["most"]
    assert seconds[-1] < BARS["each"]


@pytest.mark.thorough
def test_twin_a_page_that_spoke_to_a_silent_redis_would_keep_its_reader_waiting():
    """What the web would do if it handed its work to the broker."""
    with silence() as port, ThreadPoolExecutor(1) as pool:
        from kombu import Connection

        waits = pool.submit(Connection(f"redis://127.0.0.1:{port}/0", transport_options=LIMITS).connect)
        assert isinstance(waits.exception(timeout=30), Exception)
        assert not waits.cancelled()


LIMITS = {"socket_timeout": 3, "socket_connect_timeout": 3, "max_retries": 0}


# F13: the web server is killed


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("moment", "is_approved", "second"),
    [
        ("between its writes", False, 302),
        ("before the commit", False, 302),
        ("after the commit", True, 409),
        ("before the answer", True, 409),
    ],
)
def test_a_server_that_is_killed_in_the_middle_leaves_one_approval_when_it_is_sent_again(
    cast, folder, moment, is_approved, second
):
    [version] = waiting(cast)
    told = Notification.objects.filter(addressee=f"organisation:{cast.charity.pk}")
    before = told.count()
    with web(folder, broker=NOBODY_LISTENS, application="tests.faults.deadly") as site:
        hoo = Visitor(cast.hoo, site)
        form = hoo.form(step(version))
        with pytest.raises((OSError, http.client.HTTPException)):
            hoo.post(step(version), form, X_Die=moment)
        assert approved(version) == ((1, 1, 1) if is_approved else (0, 0, 0))
        status, page = hoo.post(step(version), form)
    assert status == second
    assert (cast.hoo.name in html.unescape(page)) == is_approved
    assert approved(version) == (1, 1, 1)
    assert told.count() == before + 1


@only_postgresql
@pytest.mark.thorough
def test_twin_without_a_transaction_a_server_that_is_killed_leaves_half_an_approval(cast, folder):
    [version] = waiting(cast)
    with web(folder, broker=NOBODY_LISTENS, application="tests.faults.unguarded") as site:
        hoo = Visitor(cast.hoo, site)
        form = hoo.form(step(version))
        with pytest.raises((OSError, http.client.HTTPException)):
            hoo.post(step(version), form, X_Die="between its writes")
    assert approved(version) == (0, 1, 0)


# F14, F15: the same form twice, and two approvers


def at_once(*calls):
    with ThreadPoolExecutor(len(calls)) as pool:
        return [call.result() for call in [pool.submit(call) for call in calls]]


@pytest.mark.sqlite
def test_the_same_form_sent_twice_at_once_approves_once(cast, folder):
    versions = waiting(cast, 3)
    with web(folder, broker=NOBODY_LISTENS) as site:
        hoo = Visitor(cast.hoo, site)
        for version in versions:
            press = partial(hoo.post, step(version), hoo.form(step(version)))
            answers = at_once(press, press)
            assert sorted(status for status, _ in answers) == [302, 409]
    assert [approved(version) for version in versions] == [(1, 1, 1)] * 3


def race_over_http(cast: factories.Cast, folder: Path, pairs: int) -> None:
    versions = waiting(cast, pairs)
    with web(folder, broker=NOBODY_LISTENS) as site:
        people = [Visitor(cast.hoo, site), Visitor(cast.deputy, site)]
        for version in versions:
            forms = [person.form(step(version)) for person in people]
            pairs_of = zip(people, forms, strict=True)
            answers = at_once(*[partial(person.post, step(version), form) for person, form in pairs_of])
            winner = StatusChange.objects.get(version=version, step="approve").by
            loser_page = next(page for status, page in answers if status == 409)
            assert sorted(status for status, _ in answers) == [302, 409]
            assert f"{winner.name} took the step “Approve” on" in html.unescape(loser_page)
    assert [version for version in versions if approved(version) != (1, 1, 1)] == []


def test_of_two_approvers_over_http_one_approves_and_the_other_hears_who_and_when(cast, folder):
    race_over_http(cast, folder, 5)


@only_postgresql
@pytest.mark.parametrize("other", ["hoo", "deputy"], ids=["the same form twice", "two approvers"])
@pytest.mark.thorough
def test_twin_without_lock_condition_and_constraint_both_of_two_presses_approve(cast, folder, other):
    [version] = waiting(cast)
    constraints = (Approval, "one_standing_approval_a_post"), (Document, "one_standing_document_a_version")
    with without(*constraints), web(folder, broker=NOBODY_LISTENS, application="tests.faults.unguarded") as site:
        people = [Visitor(cast.hoo, site), Visitor(getattr(cast, other), site)]
        presses = [partial(person.post, step(version), person.form(step(version))) for person in people]
        assert [status for status, _ in at_once(*presses)] == [302, 302]
        assert approved(version) == (2, 2, 2)


@pytest.mark.slow
@only_postgresql
def test_of_a_thousand_pairs_over_http_none_approves_twice(cast, folder):
    race_over_http(cast, folder, 1000)
