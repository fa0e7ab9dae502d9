"""Who is told of a step, and what it writes in its one transaction."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.effects import Request
from agreements.models import Comment, Version
from agreements.operations import drafting
from agreements.workflow import perform, steps_open_to
from directory.delivery import send_mail
from directory.models import Holding, Role
from portal.foundation import audit, clock
from portal.foundation.models import Notification, User
from tests import factories
from tests.agreements.taking_steps import (
    approve,
    approver,
    parties,
    refused,
    status,
    told_of,
)

pytestmark = pytest.mark.django_db

TODAY = dt.datetime(2026, 11, 21, 10, 42, tzinfo=dt.UTC)
REASON = Request(reason="other", note="Because")


@pytest.fixture(autouse=True)
def _today():
    with clock.set_to(TODAY):
        yield


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


# Who is told


# Where it is, what happens, by whom, and who has acted by then: the contributor wrote, the HOO wrote or decided.
REFUSALS = {
    "decline with prison": ("with prison", "decline", "hoo", {"contributor", "hoo"}),
    "end support": ("supported", "end-support", "hoo", {"contributor", "hoo"}),
    "decline in details": ("details", "decline", "hoo", {"contributor", "hoo"}),
    "decline for approval": ("for approval", "decline", "hoo", {"contributor", "hoo"}),
    "decline for signature": ("for signature", "decline", "hoo", {"contributor", "hoo"}),
    "withdraw with prison": ("with prison", "withdraw", "signatory", {"contributor", "signatory"}),
    "withdraw supported": ("supported", "withdraw", "signatory", {"contributor", "signatory", "hoo"}),
    "withdraw in details": ("details", "withdraw", "signatory", {"contributor", "signatory", "hoo"}),
    "withdraw for approval": ("for approval", "withdraw", "signatory", {"contributor", "signatory", "hoo"}),
    "withdraw for signature": ("for signature", "withdraw", "signatory", {"contributor", "signatory", "hoo"}),
}


@pytest.mark.parametrize(("at", "step", "by", "acted"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_told_to_everyone_who_acted_and_to_nobody_else(cast, at, step, by, acted):
    version = factories.bring_to(at, cast)
    change = perform(step, version, by=getattr(cast, by), request=REASON)
    assert told_of(change) == {f"user:{getattr(cast, name).pk}" for name in acted} | parties(cast)


def test_a_refusal_reaches_approvers_and_signatories_who_have_moved_on_to_another_post_there(cast):
    security = approver(cast, 2, "Head of Security")
    version = factories.bring_to("for approval", cast)
    approve(version, cast.hoo)
    approve(version, security)
    factories.sign(factories.fresh(version), by=cast.signatory)
    Holding.objects.filter(user=security).update(until_on=dt.date(2026, 11, 20))
    factories.hold(factories.post(Role.READER, cast.prison), security)
    change = perform("decline", factories.fresh(version), by=cast.hoo, request=REASON)
    acted = {cast.contributor, cast.hoo, cast.signatory, security}
    assert told_of(change) == {f"user:{who.pk}" for who in acted} | parties(cast)


def test_a_refusal_reaches_whoever_commented_or_added_an_action(cast):
    version = factories.bring_to("details", cast)
    commenter = factories.hold(factories.post(Role.COORDINATOR, cast.prison))
    planner = factories.hold(factories.post(Role.COORDINATOR, cast.prison))
    drafting.add_comment(version, question_id="S1-01", text="Which hall?", mentions=[], by=commenter)
    factories.add_an_action(version, by=planner)
    change = perform("decline", version, by=cast.hoo, request=REASON)
    assert {f"user:{commenter.pk}", f"user:{planner.pk}"} <= told_of(change)


def test_a_prison_that_never_saw_the_outline_is_not_told_of_its_withdrawal(cast):
    version = factories.bring_to("outline", cast)
    change = perform("withdraw", version, by=cast.signatory, request=REASON)
    assert told_of(change) == {f"user:{cast.signatory.pk}", f"organisation:{cast.charity.pk}"}


def test_a_notice_holds_no_answer_and_no_note(cast):
    version = factories.bring_to("with prison", cast)
    change = perform("decline", version, by=cast.hoo, request=Request(reason="other", note="Too many at once"))
    context = Notification.objects.filter(dedupe_key__startswith=f"step:{change.pk}:").first().context
    assert set(context) == {"title", "organisation", "reference", "status", "link", "step", "by"}


# One transaction


def test_a_step_writes_its_change_its_audit_line_and_its_notices_or_nothing(cast, monkeypatch):
    version = factories.bring_to("with prison", cast)
    before = facts_about(version)

    def fails(*args, **kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("agreements.workflow._tell", fails)
    with pytest.raises(RuntimeError):
        perform("decline", version, by=cast.hoo, request=REASON)
    assert facts_about(version) == before


def facts_about(version: Version) -> tuple:
    about = version.agreement.about
    return status(version), version.changes.count(), audit.head(about), Notification.objects.count()


def test_every_step_leaves_a_chained_audit_line(cast):
    version = factories.bring_to("in force", cast)
    assert audit.first_broken_link(version.agreement.about) is None
    steps = [change.step for change in version.changes.all()]
    assert steps == ["submit", "accept", "send-for-approval", "approve", "sign", "sign"]


def test_a_step_that_somebody_else_has_taken_says_who_and_when(cast):
    version = factories.bring_to("with prison", cast)
    factories.take("accept", version, cast)
    assert refused("accept", version, cast.hoo) == (
        f"{cast.hoo.name} took the step “Accept the outline: its funding is secured” on 21 November 2026 at 10:42. "
        "It is now: agreeing details.",
    )


def test_the_buttons_cost_the_same_for_one_version_and_for_three(cast):
    """The page asks once where its reader stands."""
    counts = []
    for number in (1, 3):
        versions = [factories.bring_to("outline", cast) for _ in range(number)]
        reader = User.objects.get(pk=cast.hoo.pk)
        with CaptureQueriesContext(connection) as queries:
            for version in versions:
                steps_open_to(reader, version)
        counts.append(len(queries))
    assert counts == [1, 1]


def test_whoever_acted_and_has_left_hears_nothing_although_the_account_is_open(cast):
    """Left before, or left while the mail waited: neither gets it, and those who are there do."""
    before, meanwhile = (factories.hold(factories.post(Role.CONTRIBUTOR, cast.charity)) for _ in range(2))
    version = factories.bring_to("with prison", cast)
    for who in (before, meanwhile):
        Comment.objects.create(version=version, question_id="S1-03", text="I was here", by=who)
    Holding.objects.filter(user=before).update(until_on=clock.today() - dt.timedelta(days=1))
    perform("decline", version, by=cast.hoo, request=Request(reason="other", note="No"))
    Holding.objects.filter(user=meanwhile).update(until_on=clock.today() - dt.timedelta(days=1))
    Notification.objects.update(at_once=True)
    for _ in range(3):
        send_mail()
    rows = Notification.objects.filter(template="agreement_changed", sent_at__isnull=False)
    reached = set(rows.values_list("addressee", flat=True))
    assert {f"user:{before.pk}", f"user:{meanwhile.pk}"} & reached == set()
    assert f"user:{cast.contributor.pk}" in reached
    closed = Notification.objects.get(addressee=f"user:{meanwhile.pk}")
    assert (closed.sent_at, closed.server_answer) == (None, "Holds no post there any more")
