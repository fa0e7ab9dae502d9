"""Two people at once, each on a connection of their own. Each guard has a twin without it, which shows the loss."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, models

from agreements import workflow
from agreements.effects import Request, copy_answers
from agreements.models import Agreement, Answer, Approval, Document, Status, StatusChange, Version
from agreements.models.agreement import VersionQuerySet
from agreements.operations import answering, drafting
from agreements.workflow import perform
from directory.models import Role
from portal.foundation import clock
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
only_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite lets only one writer in: there is nothing to switch off"
)

SECONDS = 60
Call = Callable[[], Any]


def race(*calls: Call, done: Call = lambda: None) -> list[Any]:
    """Make the calls at once, each in a thread of its own. What each returned or raised, in order."""
    start = threading.Barrier(len(calls))

    def run(call: Call) -> Any:
        try:
            start.wait(SECONDS)
            return call()
        except Exception as error:
            return error
        finally:
            done()
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


class Gate:
    """Lets nobody write before everybody has checked; then they write one after the other."""

    def __init__(self, count: int):
        self.everybody_has_checked = threading.Barrier(count)
        self.one_writes = threading.Lock()
        self.writer = threading.local()

    def enter(self) -> None:
        self.everybody_has_checked.wait(SECONDS)
        self.one_writes.acquire(timeout=SECONDS)
        self.writer.is_me = True

    def leave(self) -> None:
        if getattr(self.writer, "is_me", False):
            self.writer.is_me = False
            self.one_writes.release()


@pytest.fixture
def cast(transactional_db) -> factories.Cast:
    return factories.Cast()


@pytest.fixture
def deputy(cast) -> User:
    return factories.hold(cast.hoo_post, name="Dana Deputy", as_deputy=True)


@pytest.fixture
def for_approval(cast) -> Version:
    return factories.bring_to("for approval", cast)


def copy_for_approval(version: Version, cast: factories.Cast) -> Version:
    """Another agreement with the same words, for approval as well. Quicker than writing everything again."""
    another = cast.start()
    copy_answers(version, another, by=cast.contributor)
    factories.add_an_action(another, by=cast.contributor)
    Version.objects.filter(pk=another.pk).update(status=Status.DETAILS)
    Agreement.objects.filter(pk=another.agreement_id).update(sent_at=clock.now())
    perform("send-for-approval", another, by=cast.contributor)
    return factories.fresh(another)


def approving(version: Version, by: User) -> Call:
    """An approver who has the words open. Everything is read before the race begins."""
    request = Request(words_sha256=factories.words_sha256(version))
    return partial(perform, "approve", version, by=by, request=request)


def bring_back(version: Version, cast: factories.Cast) -> None:
    request = Request(reason="practical", note="Again", questions=("S1-01",), answer_by=dt.date(2030, 1, 1))
    perform("return-for-changes", version, by=cast.hoo, request=request)
    perform("send-for-approval", version, by=cast.contributor)


# Two approvers


def approved(version: Version) -> tuple[int, int, int]:
    """How often it was approved, counted in three ways: steps taken, approvals given, documents frozen."""
    steps = StatusChange.objects.filter(version=version, step="approve", to_status=Status.FOR_SIGNATURE)
    rows = Approval.objects.filter(version=version), Document.objects.filter(version=version)
    return steps.count(), rows[0].count(), rows[1].count()


def race_pairs(version: Version, cast: factories.Cast, deputy: User, pairs: int) -> int:
    """Race the HOO and the deputy, and check what each loser is told. How many rounds had no single winner."""
    without_one_winner = 0
    for number in range(pairs):
        if number:
            bring_back(version, cast)
        results = race(approving(version, cast.hoo), approving(version, deputy))
        winners = [result for result in results if isinstance(result, StatusChange)]
        losers = [result for result in results if isinstance(result, NotReady)]
        without_one_winner += (len(winners), len(losers)) != (1, 1)
        assert [loser.reasons for loser in losers] == [(who_was_quicker(winner),) for winner in winners]
    return without_one_winner


def who_was_quicker(change: StatusChange) -> str:
    when = clock.say_moment(change.at)
    return f"{change.by.name} took the step “Approve” on {when}. It is now: for signature."


@pytest.mark.sqlite
def test_of_thirty_pairs_of_approvers_each_approves_once_and_the_loser_hears_who_and_when(cast, deputy, for_approval):
    assert race_pairs(for_approval, cast, deputy, 30) == 0
    assert approved(for_approval) == (30, 30, 30)


@pytest.mark.slow
@only_postgresql
def test_of_a_thousand_approvals_raced_in_pairs_none_counts_twice(cast, deputy, for_approval):
    assert race_pairs(for_approval, cast, deputy, 500) == 0
    assert approved(for_approval) == (500, 500, 500)


@contextmanager
def without(*constraints: tuple[type[models.Model], str]) -> Iterator[None]:
    """The database without these constraints. What broke them is cleared away before they come back."""
    found = [
        (model, next(rule for rule in model._meta.constraints if rule.name == name)) for model, name in constraints
    ]
    with connection.schema_editor() as editor:
        for model, rule in found:
            editor.remove_constraint(model, rule)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model, _ in found)
            cursor.execute(f"TRUNCATE {tables} CASCADE")
        with connection.schema_editor() as editor:
            for model, rule in found:
                editor.add_constraint(model, rule)


def not_locked(self: VersionQuerySet, version: Version) -> Version:
    return self.with_parties().get(pk=version.pk)


def saved(version: Version, before: Status, after: Status) -> None:
    """The end of get, check, save: the check was a while ago, and the save asks nothing."""
    version.status = after
    version.save(update_fields=["status"])


@pytest.fixture
def unguarded(monkeypatch) -> Gate:
    """No lock, no conditional UPDATE; and both approvers have checked before either writes."""
    gate, save = Gate(2), Approval.save

    def save_in_turn(self: Approval, *args: Any, **kwargs: Any) -> None:
        gate.enter()
        save(self, *args, **kwargs)

    monkeypatch.setattr(VersionQuerySet, "locked", not_locked)
    monkeypatch.setattr(workflow, "move", saved)
    monkeypatch.setattr(Approval, "save", save_in_turn)
    return gate


@only_postgresql
def test_twin_without_lock_condition_and_constraint_an_agreement_is_approved_twice(
    cast, deputy, for_approval, unguarded
):
    constraints = (Approval, "one_standing_approval_a_post"), (Document, "one_standing_document_a_version")
    with without(*constraints):
        results = race(approving(for_approval, cast.hoo), approving(for_approval, deputy), done=unguarded.leave)
        assert [type(result) for result in results] == [StatusChange, StatusChange]
        assert approved(for_approval) == (2, 2, 2)


@only_postgresql
def test_the_constraint_alone_still_stops_a_second_approval_of_one_post(cast, deputy, for_approval, unguarded):
    results = race(approving(for_approval, cast.hoo), approving(for_approval, deputy), done=unguarded.leave)
    assert sorted(type(result).__name__ for result in results) == [IntegrityError.__name__, StatusChange.__name__]
    assert approved(for_approval) == (1, 1, 1)


@pytest.fixture
def security(cast) -> User:
    """Approves in parallel with the HOO."""
    return factories.hold(factories.post(Role.APPROVER, cast.prison, title="Head of Security", approval_order=1))


@pytest.mark.sqlite
def test_two_approvers_in_parallel_both_count_and_the_second_completes_the_approval(cast, security, for_approval):
    results = race(approving(for_approval, cast.hoo), approving(for_approval, security))
    assert sorted(result.to_status for result in results) == [Status.FOR_APPROVAL, Status.FOR_SIGNATURE]
    assert factories.fresh(for_approval).status == Status.FOR_SIGNATURE


@only_postgresql
def test_twin_without_the_lock_neither_of_two_parallel_approvers_sees_that_the_other_was_the_last(
    cast, security, for_approval, monkeypatch
):
    both_have_counted, move = threading.Barrier(2), workflow.move

    def move_together(*args: Any) -> None:
        both_have_counted.wait(SECONDS)
        move(*args)

    monkeypatch.setattr(VersionQuerySet, "locked", not_locked)
    monkeypatch.setattr(workflow, "move", move_together)
    monkeypatch.setattr("portal.foundation.audit.record", lambda *args, **kwargs: None)
    race(approving(for_approval, cast.hoo), approving(for_approval, security))
    assert Approval.objects.filter(version=for_approval).count() == 2
    assert factories.fresh(for_approval).status == Status.FOR_APPROVAL


# Any two steps at once


REASON = Request(reason="other", note="Because")
BACK = Request(reason="practical", note="See below", questions=("S1-01",), answer_by=dt.date(2030, 1, 1))


def calls(version: Version, cast: factories.Cast, deputy: User) -> dict[str, Call]:
    return {
        "approve": approving(version, cast.hoo),
        "withdraw": partial(perform, "withdraw", version, by=cast.signatory, request=REASON),
        "return": partial(perform, "return-for-changes", version, by=deputy, request=BACK),
        "decline": partial(perform, "decline", version, by=deputy, request=REASON),
    }


def attempt(call: Call) -> Any:
    try:
        return call()
    except NotReady as told:
        return told


def what_came_of_it(version: Version, results: list[Any]) -> tuple:
    """Where it ended, by which steps, what each person was told, and what stands."""
    steps = version.changes.exclude(step="send-for-approval").values_list("step", "from_status", "to_status")
    standing = [rows.filter(overtaken_at=None).count() for rows in (version.approvals, version.documents)]
    return factories.fresh(version).status, tuple(steps), tuple(type(result) for result in results), tuple(standing)


PAIRS = [
    ("approve", "withdraw"),
    ("approve", "return"),
    ("approve", "decline"),
    ("return", "withdraw"),
    ("decline", "withdraw"),
    ("withdraw", "withdraw"),
]


@pytest.mark.sqlite
@pytest.mark.parametrize(("one", "other"), PAIRS, ids=[f"{one} and {other}" for one, other in PAIRS])
def test_two_steps_at_once_end_where_they_could_have_ended_one_after_the_other(cast, deputy, for_approval, one, other):
    def outcome(in_order: Callable[[Call, Call], list[Any]]) -> tuple:
        version = copy_for_approval(for_approval, cast)
        open_now = calls(version, cast, deputy)
        return what_came_of_it(version, in_order(open_now[one], open_now[other]))

    serially = {
        outcome(lambda first, last: [attempt(first), attempt(last)]),
        outcome(lambda last, first: [attempt(first), attempt(last)][::-1]),
    }
    raced = {outcome(race) for _ in range(3)}
    assert raced <= serially


@only_postgresql
def test_twin_without_lock_and_condition_an_agreement_is_approved_after_it_was_withdrawn(
    cast, deputy, for_approval, unguarded, monkeypatch
):
    """Both have checked; the withdrawal is written first, the approval over it."""
    withdrawn = threading.Event()

    def save_late(self: Approval, *args: Any, **kwargs: Any) -> None:
        withdrawn.wait(SECONDS)
        Approval.save_base(self, force_insert=True)

    open_now = calls(for_approval, cast, deputy)

    def withdraw_first() -> Any:
        try:
            return open_now["withdraw"]()
        finally:
            withdrawn.set()

    monkeypatch.setattr(Approval, "save", save_late)
    race(open_now["approve"], withdraw_first)
    assert factories.fresh(for_approval).status == Status.FOR_SIGNATURE
    assert for_approval.changes.filter(step="withdraw", to_status=Status.WITHDRAWN).exists()


# Two tabs


def save_in_two_tabs(version: Version, by: User, rounds: int) -> tuple[int, int]:
    """Both tabs save the same answer each round: how many edits were lost in silence, how many were conflicts."""
    lost = conflicts = 0
    base = ""
    for number in range(rounds):
        texts = [f"Round {number}, {tab} tab" for tab in ("first", "second")]
        saves = race(*(partial(save, version, text, base, by) for text in texts))
        stored = Answer.objects.get(version=version, question_id="S1-06", replaced_at=None)
        told = [(conflict.stored.value, conflict.typed) for result in saves for conflict in result.conflicts]
        loser = next(text for text in texts if text != stored.value)
        lost += told != [(stored.value, loser)]
        conflicts += len(told)
        base = str(stored.pk)
    return lost, conflicts


def save(version: Version, text: str, base: str, by: User) -> answering.Saved:
    return drafting.save_answers(version, {"S1-06": text}, replacing={"S1-06": base}, by=by)


@pytest.mark.sqlite
def test_two_tabs_that_save_the_same_answer_twenty_times_lose_no_edit(cast):
    assert save_in_two_tabs(cast.start(), cast.contributor, 20) == (0, 20)


@pytest.mark.slow
@only_postgresql
def test_two_tabs_that_save_the_same_answer_a_hundred_times_lose_no_edit(cast):
    assert save_in_two_tabs(cast.start(), cast.contributor, 100) == (0, 100)


def test_two_people_who_save_different_answers_at_once_meet_no_conflict(cast):
    version = cast.start()
    colleague = factories.hold(factories.post(Role.CONTRIBUTOR, cast.charity))
    one = partial(drafting.save_answers, version, {"S1-06": "Why"}, replacing={"S1-06": ""}, by=cast.contributor)
    other = partial(drafting.save_answers, version, {"S1-07": "How"}, replacing={"S1-07": ""}, by=colleague)
    assert [saved.conflicts for saved in race(one, other)] == [[], []]
    assert set(version.answers.values_list("question_id", "value")) == {("S1-06", "Why"), ("S1-07", "How")}


@pytest.mark.sqlite
def test_twin_without_saying_which_answer_is_replaced_every_round_loses_an_edit(cast, monkeypatch):
    def replace(stored: Answer | None, replaces: str) -> bool:
        if stored:
            Answer.objects.filter(pk=stored.pk).update(replaced_at=clock.now())
        return True

    monkeypatch.setattr(answering, "replace", replace)
    assert save_in_two_tabs(cast.start(), cast.contributor, 5) == (5, 0)
