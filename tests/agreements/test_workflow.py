"""What follows when a step is taken: approvals, deputies, signatures, returns, variations, endings, and who is told."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements import documents, rules
from agreements.effects import Request
from agreements.models import Answer, Approval, Comment, Document, Side, Signature, Status, StatusChange, Version
from agreements.operations import drafting
from agreements.reading import read
from agreements.tasks import end_what_has_ended
from agreements.turns import turn, unlocked
from agreements.workflow import perform, steps_open_to
from directory.delivery import send_mail
from directory.models import Holding, Listing, Role
from portal.foundation import audit, clock
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.models import Notification, User
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = dt.datetime(2026, 11, 21, 10, 42, tzinfo=dt.UTC)
REASON = Request(reason="other", note="Because")
NOTHING_SAID = Request()


@pytest.fixture(autouse=True)
def _today():
    with clock.set_to(TODAY):
        yield


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


def approve(version: Version, by: User) -> StatusChange:
    return perform("approve", version, by=by, request=Request(words_sha256=factories.words_sha256(version)))


def send_back(version: Version, by: User, *questions: str) -> StatusChange:
    request = Request(reason="practical", note="See below", questions=questions, answer_by=dt.date(2026, 12, 5))
    return perform("return-for-changes", version, by=by, request=request)


def status(version: Version) -> str:
    return Version.objects.get(pk=version.pk).status


def refused(name: str, version: Version, by: User | None, request: Request = NOTHING_SAID) -> tuple[str, ...]:
    """The sentences that this person is told instead."""
    with pytest.raises(NotReady) as told:
        perform(name, version, by=by, request=request)
    return told.value.reasons


def approver(cast: factories.Cast, order: int, title: str) -> User:
    return factories.hold(factories.post(Role.APPROVER, cast.prison, title=title, approval_order=order), name=title)


def standing_approvals(version: Version) -> list[str]:
    return [str(row.by) for row in Approval.objects.filter(version=version, overtaken_at=None)]


# Several approvers


def test_approvers_in_order_wait_for_those_before_them(cast):
    security = approver(cast, 2, "Head of Security")
    version = factories.bring_to("for approval", cast)
    request = Request(words_sha256=factories.words_sha256(version))
    assert refused("approve", version, security, request) == ("Waiting for Head of Offender Outcomes first.",)


def test_the_last_approver_in_order_completes_the_approval(cast):
    security = approver(cast, 2, "Head of Security")
    version = factories.bring_to("for approval", cast)
    approve(version, cast.hoo)
    assert status(version) == Status.FOR_APPROVAL
    assert not Document.objects.filter(version=version).exists()
    approve(version, security)
    assert status(version) == Status.FOR_SIGNATURE
    assert Document.objects.filter(version=version).count() == 1


@pytest.mark.parametrize("first_is_security", [True, False], ids=["security first", "health first"])
def test_approvers_with_the_same_number_approve_in_any_order(cast, first_is_security):
    security, health = approver(cast, 2, "Head of Security"), approver(cast, 2, "Head of Health")
    version = factories.bring_to("for approval", cast)
    approve(version, cast.hoo)
    first, last = (security, health) if first_is_security else (health, security)
    approve(version, first)
    assert status(version) == Status.FOR_APPROVAL
    approve(version, last)
    assert status(version) == Status.FOR_SIGNATURE


def test_nobody_approves_twice_and_is_told_who_has_approved_and_when(cast):
    approver(cast, 2, "Head of Security")
    version = factories.bring_to("for approval", cast)
    approve(version, cast.hoo)
    told = refused("approve", version, cast.hoo, Request(words_sha256=factories.words_sha256(version)))
    assert told == (f"{cast.hoo.name} approved this for Head of Offender Outcomes on 21 November 2026 at 10:42.",)


def test_a_deputy_is_told_that_the_holder_has_approved_already(cast):
    approver(cast, 2, "Head of Security")
    deputy = factories.hold(cast.hoo_post, as_deputy=True)
    version = factories.bring_to("for approval", cast)
    approve(version, cast.hoo)
    told = refused("approve", version, deputy, Request(words_sha256=factories.words_sha256(version)))
    assert told == (f"{cast.hoo.name} approved this for Head of Offender Outcomes on 21 November 2026 at 10:42.",)


def test_the_document_bears_the_hash_of_the_words_that_every_approver_saw(cast):
    security = approver(cast, 2, "Head of Security")
    version = factories.bring_to("for approval", cast)
    approve(version, cast.hoo)
    approve(version, security)
    document = Document.objects.get(version=version)
    assert {row.words_sha256 for row in version.approvals.all()} == {document.sha256}
    assert documents.sha256(document.html) == document.sha256


def test_words_that_changed_after_the_first_approval_are_not_frozen_as_if_both_had_approved_them(cast):
    """The prison may still write its approval note (S4-04) then, and what each approver saw is what counts."""
    security = approver(cast, 2, "Head of Security")
    version = factories.bring_to("for approval", cast)
    approve(version, cast.hoo)
    stored = Answer.objects.filter(version=version, question_id="S4-04", replaced_at=None).first()
    replacing = {"S4-04": str(stored.pk) if stored else ""}
    try:
        drafting.save_answers(version, {"S4-04": "Only on weekdays."}, replacing=replacing, by=cast.hoo)
        approve(version, security)
    except (PermissionDenied, NotReady, Overtaken):
        return  # refusing either of the two is as good
    document = Document.objects.filter(version=version).first()
    seen = set(version.approvals.filter(overtaken_at=None).values_list("words_sha256", flat=True))
    assert document is None or seen == {document.sha256}


def test_an_approver_who_saw_other_words_is_told_to_read_again(cast):
    version = factories.bring_to("for approval", cast)
    with pytest.raises(Overtaken, match="The words have changed since you opened this page"):
        perform("approve", version, by=cast.hoo, request=Request(words_sha256="0" * 64))
    assert status(version) == Status.FOR_APPROVAL
    assert not version.approvals.exists()


def test_a_signatory_who_saw_other_words_is_told_to_read_again(cast):
    version = factories.bring_to("for signature", cast)
    request = Request(words_sha256="0" * 64, evidence=factories.evidence())
    with pytest.raises(Overtaken, match="The words have changed since you opened this page"):
        perform("sign", version, by=cast.signatory, request=request)
    assert not Signature.objects.exists()


def test_an_approver_may_approve_what_the_prison_wrote(cast):
    version = factories.bring_to("for approval", cast)
    assert version.answers.filter(by=cast.hoo).exists()
    approve(version, cast.hoo)
    assert status(version) == Status.FOR_SIGNATURE


# Deputies


def test_a_deputy_approves_and_signs_for_the_post(cast):
    version = factories.bring_to("for approval", cast)
    deputy = factories.hold(cast.hoo_post, name="Dana Deputy", as_deputy=True)
    approve(version, deputy)
    factories.sign(factories.fresh(version), by=cast.signatory)
    factories.sign(factories.fresh(version), by=deputy)
    approval, signature = Approval.objects.get(), Signature.objects.get(side=Side.PRISON)
    assert (approval.by, approval.post, approval.as_deputy) == (deputy, cast.hoo_post, True)
    assert (signature.by, signature.post, signature.as_deputy) == (deputy, cast.hoo_post, True)


def test_the_certificate_says_x_for_y(cast):
    version = factories.bring_to("for approval", cast)
    deputy = factories.hold(cast.hoo_post, name="Dana Deputy", as_deputy=True)
    approve(version, deputy)
    factories.sign(factories.fresh(version), by=cast.signatory)
    factories.sign(factories.fresh(version), by=deputy)
    page = documents.final_page(Document.objects.get(), seal_fingerprint="0" * 64)
    assert "Approval by Dana Deputy for Head of Offender Outcomes" in page
    assert "Signature of Dana Deputy for Head of Offender Outcomes" in page
    assert f"Signature of {cast.signatory.name}, Chief Executive" in page


def test_the_holder_of_a_post_is_not_called_a_deputy(cast):
    factories.bring_to("in force", cast)
    assert set(Approval.objects.values_list("as_deputy")) | set(Signature.objects.values_list("as_deputy")) == {
        (False,)
    }


# Both sides


@pytest.mark.parametrize("as_deputy", [False, True], ids=["as holder", "as deputy"])
def test_whoever_stands_on_both_sides_neither_approves_nor_signs(cast, as_deputy):
    both = factories.hold(factories.post(Role.SIGNATORY, cast.charity))
    factories.hold(cast.hoo_post, both, as_deputy=as_deputy)
    for_approval, for_signature = (factories.bring_to(name, cast) for name in ("for approval", "for signature"))
    with pytest.raises(PermissionDenied):
        approve(for_approval, both)
    with pytest.raises(PermissionDenied):
        factories.sign(for_signature, by=both)


def move_to_the_charity(who: User, cast: factories.Cast) -> User:
    """Leaves every post today, and is a signatory of the charity from now on."""
    Holding.objects.filter(user=who).update(until_on=dt.date(2026, 11, 20))
    return User.objects.get(pk=factories.hold(factories.post(Role.SIGNATORY, cast.charity), who).pk)


def test_whoever_approved_for_the_prison_cannot_sign_for_the_partner_after_changing_jobs(cast):
    version = factories.bring_to("for signature", cast)
    moved = move_to_the_charity(cast.hoo, cast)
    with pytest.raises((PermissionDenied, NotReady)):
        factories.sign(version, by=moved)


def test_whoever_signed_for_the_partner_cannot_sign_for_the_prison_after_changing_jobs(cast):
    version = factories.bring_to("for signature", cast)
    factories.sign(version, by=cast.signatory)
    Holding.objects.filter(user=cast.signatory).update(until_on=dt.date(2026, 11, 20))
    factories.hold(cast.hoo_post, cast.signatory)
    with pytest.raises((PermissionDenied, NotReady)):
        factories.sign(factories.fresh(version), by=User.objects.get(pk=cast.signatory.pk))


def test_a_cjvsf_administrator_never_approves_even_in_an_approving_post(cast):
    version = factories.bring_to("for approval", cast)
    factories.hold(cast.hoo_post, cast.cjvsf)
    with pytest.raises(PermissionDenied):
        approve(version, User.objects.get(pk=cast.cjvsf.pk))


# Signing


def test_the_prison_waits_for_the_partner(cast):
    version = factories.bring_to("for signature", cast)
    request = Request(words_sha256=rules.standing_document(version).sha256, evidence=factories.evidence())
    assert refused("sign", version, cast.hoo, request) == ("The partner signs first.",)


def test_the_partner_signs_once(cast):
    second = factories.hold(factories.post(Role.SIGNATORY, cast.charity))
    version = factories.bring_to("for signature", cast)
    factories.sign(version, by=cast.signatory)
    request = Request(words_sha256=rules.standing_document(version).sha256, evidence=factories.evidence())
    assert refused("sign", version, second, request) == ("The partner has signed already.",)


def test_every_signing_post_of_the_prison_signs_in_its_order(cast):
    governor = factories.hold(factories.post(Role.APPROVER, cast.prison, title="Governor", signing_order=2))
    version = factories.bring_to("for signature", cast)
    factories.sign(version, by=cast.signatory)
    request = Request(words_sha256=rules.standing_document(version).sha256, evidence=factories.evidence())
    assert refused("sign", version, governor, request) == ("Waiting for Head of Offender Outcomes first.",)
    factories.sign(factories.fresh(version), by=cast.hoo)
    assert status(version) == Status.FOR_SIGNATURE
    factories.sign(factories.fresh(version), by=governor)
    assert status(version) == Status.IN_FORCE


def test_a_signature_says_who_for_whom_how_proved_and_which_words(cast):
    version = factories.bring_to("for signature", cast)
    factories.sign(version, by=cast.signatory)
    signature = Signature.objects.get()
    assert (signature.name, signature.post_title, signature.party_name, signature.side) == (
        cast.signatory.name,
        "Chief Executive",
        cast.charity.name,
        "partner",
    )
    assert (signature.at, signature.proved_by) == (TODAY, "password and one-time code")
    assert signature.words_sha256 == signature.document.sha256


# Returned for changes


@pytest.fixture
def returned(cast) -> Version:
    """Approved, signed by the partner, then sent back by the prison with two questions."""
    version = factories.bring_to("for signature", cast)
    factories.sign(version, by=cast.signatory)
    send_back(factories.fresh(version), cast.hoo, "S1-04", "S3-07")
    return factories.fresh(version)


def test_a_return_overtakes_the_document_and_the_approvals(returned):
    assert returned.status == Status.DETAILS
    assert {row.overtaken_at for row in returned.documents.all()} == {TODAY}
    assert {row.overtaken_at for row in returned.approvals.all()} == {TODAY}


def test_a_return_keeps_the_signatures_under_the_old_document(returned, cast):
    assert [(row.by, row.side) for row in Signature.objects.filter(document__version=returned)] == [
        (cast.signatory, "partner")
    ]
    assert rules.standing_signatures(returned).count() == 0


def test_a_return_unlocks_only_the_named_questions(returned, cast):
    reading, asked = read(returned), turn(returned).asked
    found = {name: unlocked(reading, getattr(cast, name), asked) for name in ("contributor", "signatory", "hoo")}
    assert found == {
        "contributor": {"S1-04", "S3-07"},
        "signatory": {"S1-04", "S3-07"},
        "hoo": {"S3-07"},
    }


def test_a_return_stops_the_clock_of_the_side_that_asked(returned):
    now = turn(returned)
    assert (now.sides, now.target_on) == ((Side.PARTNER,), dt.date(2026, 12, 5))


def test_a_question_that_was_not_named_stays_locked(returned, cast):
    stored = returned.answers.get(question_id="S1-01", replaced_at=None)
    with pytest.raises(PermissionDenied):
        drafting.save_answers(returned, {"S1-01": "Other"}, replacing={"S1-01": str(stored.pk)}, by=cast.contributor)


def test_what_was_returned_is_approved_and_signed_anew(returned, cast):
    perform("send-for-approval", returned, by=cast.contributor)
    assert turn(factories.fresh(returned)).asked is None
    approve(factories.fresh(returned), cast.hoo)
    factories.sign(factories.fresh(returned), by=cast.signatory)
    assert status(returned) == Status.FOR_SIGNATURE
    factories.sign(factories.fresh(returned), by=cast.hoo)
    assert status(returned) == Status.IN_FORCE
    assert (returned.documents.count(), returned.documents.filter(overtaken_at=None).count()) == (2, 1)
    assert (returned.approvals.count(), len(standing_approvals(returned))) == (2, 1)


# Variations


@pytest.fixture
def varied(cast) -> tuple[Version, Version]:
    """Version 1 in force, version 2 opened by the prison."""
    first = factories.bring_to("in force", cast)
    perform("vary", first, by=cast.hoo)
    return factories.fresh(first), first.agreement.versions.get(number=2)


def sign_off(version: Version, cast: factories.Cast) -> None:
    perform("send-for-approval", version, by=cast.contributor)
    approve(factories.fresh(version), cast.hoo)
    factories.sign(factories.fresh(version), by=cast.signatory)
    factories.sign(factories.fresh(version), by=cast.hoo)


def current_number(version: Version) -> int:
    return type(version.agreement).objects.get(pk=version.agreement_id).current_version.number


def test_a_variation_starts_in_details_with_the_answers_and_open_actions(varied):
    first, second = varied
    assert (first.status, second.status) == (Status.IN_FORCE, Status.DETAILS)
    assert read(second).answers == read(first).answers
    assert [row.what for row in second.actions.all()] == [row.what for row in first.actions.all()]
    assert (first.actions.count(), current_number(first)) == (1, 1)


def test_there_is_one_open_variation_at_most(varied, cast):
    first, _ = varied
    assert refused("vary", first, cast.signatory) == ("Version 2 is being drafted already.",)


def test_a_version_stays_in_force_until_the_next_one_is_signed_by_both(varied, cast):
    first, second = varied
    perform("send-for-approval", second, by=cast.contributor)
    approve(factories.fresh(second), cast.hoo)
    factories.sign(factories.fresh(second), by=cast.signatory)
    assert (status(first), current_number(first)) == (Status.IN_FORCE, 1)
    factories.sign(factories.fresh(second), by=cast.hoo)
    assert (status(first), status(second), current_number(first)) == (Status.OVERTAKEN, Status.IN_FORCE, 2)


def test_a_paused_version_is_overtaken_too(varied, cast):
    first, second = varied
    perform("pause", first, by=cast.hoo, request=REASON)
    sign_off(second, cast)
    assert (status(first), status(second)) == (Status.OVERTAKEN, Status.IN_FORCE)


def test_everyone_who_acted_hears_that_a_version_was_overtaken(varied, cast):
    first, second = varied
    sign_off(second, cast)
    change = first.changes.get(step="overtake")
    assert change.by is None
    assert f"user:{cast.signatory.pk}" in told_of(change)


@pytest.mark.parametrize("ending", ["withdraw", "decline"])
def test_after_a_variation_came_to_nothing_another_one_can_be_opened(varied, cast, ending):
    first, second = varied
    by = cast.signatory if ending == "withdraw" else cast.hoo
    perform(ending, second, by=by, request=REASON)
    perform("vary", first, by=cast.hoo)
    assert list(first.agreement.versions.values_list("number", "status")) == [
        (1, "in force"),
        (2, "withdrawn" if ending == "withdraw" else "declined"),
        (3, "details"),
    ]


def test_a_third_version_can_follow_the_second(varied, cast):
    first, second = varied
    sign_off(second, cast)
    perform("vary", factories.fresh(second), by=cast.signatory)
    assert list(first.agreement.versions.values_list("number", "status")) == [
        (1, "overtaken"),
        (2, "in force"),
        (3, "details"),
    ]


# Pausing and ending


def test_a_pause_takes_the_service_off_the_directory_and_resuming_brings_it_back(cast):
    version = factories.bring_to("in force", cast)
    perform("pause", version, by=cast.signatory, request=REASON)
    assert (status(version), Listing.objects.get().is_live) == (Status.PAUSED, False)
    perform("resume", version, by=cast.hoo)
    assert (status(version), Listing.objects.get().is_live) == (Status.IN_FORCE, True)


def test_a_paused_agreement_ends_on_its_last_day_all_the_same(cast):
    version = factories.bring_to("paused", cast)
    with clock.set_to(dt.datetime(2028, 1, 10, 9, tzinfo=dt.UTC)):
        end_what_has_ended()
    assert status(version) == Status.ENDED


def test_ending_with_notice_keeps_it_in_force_until_its_last_day_has_passed(cast):
    version = factories.bring_to("in force", cast)
    request = Request(reason="other", note="Because", last_day=dt.date(2026, 12, 31))
    change = perform("end", version, by=cast.signatory, request=request)
    assert (change.step, change.from_status, change.to_status, change.reason) == (
        "end",
        "in force",
        "in force",
        "other",
    )
    found = {}
    for day in (dt.date(2026, 12, 30), dt.date(2026, 12, 31), dt.date(2027, 1, 1)):
        with clock.set_to(dt.datetime.combine(day, dt.time(23, 59), dt.UTC)):
            end_what_has_ended()
        found[day.isoformat()] = status(version)
    assert found == {"2026-12-30": "in force", "2026-12-31": "in force", "2027-01-01": "ended"}
    assert Listing.objects.get().is_live is False


def test_notice_to_end_is_told_to_both_sides(cast):
    version = factories.bring_to("in force", cast)
    request = Request(reason="other", note="Because", last_day=dt.date(2026, 12, 31))
    change = perform("end", version, by=cast.signatory, request=request)
    assert told_of(change) == parties(cast)


def test_ending_an_agreement_withdraws_its_open_variation(varied, cast):
    first, second = varied
    with clock.set_to(dt.datetime(2028, 1, 10, 9, tzinfo=dt.UTC)):
        end_what_has_ended()
    assert (status(first), status(second)) == (Status.ENDED, Status.WITHDRAWN)


def test_the_sweep_ends_each_agreement_once(cast):
    version = factories.bring_to("in force", cast)
    with clock.set_to(dt.datetime(2028, 1, 10, 9, tzinfo=dt.UTC)):
        assert [end_what_has_ended(), end_what_has_ended()] == [1, 0]
    assert version.changes.filter(step="expire").count() == 1


def test_an_outline_lapses_after_twelve_months_of_silence_and_not_before(cast):
    version = factories.bring_to("supported", cast)
    found = []
    for day in (dt.datetime(2027, 11, 20, tzinfo=dt.UTC), dt.datetime(2027, 11, 23, tzinfo=dt.UTC)):
        with clock.set_to(day):
            end_what_has_ended()
        found.append(status(version))
    assert found == ["supported", "lapsed"]


def test_writing_breaks_the_silence_of_a_supported_outline(cast):
    version = factories.bring_to("supported", cast)
    with clock.set_to(dt.datetime(2027, 11, 1, 9, tzinfo=dt.UTC)):
        stored = version.answers.get(question_id="S1-13", replaced_at=None)
        given = {"start": "2028-03-01", "end": "2029-02-28"}
        drafting.save_answers(version, {"S1-13": given}, replacing={"S1-13": str(stored.pk)}, by=cast.contributor)
    with clock.set_to(dt.datetime(2027, 12, 1, 9, tzinfo=dt.UTC)):
        end_what_has_ended()
    assert status(version) == Status.SUPPORTED


# Who is told


def told_of(change: StatusChange) -> set[str]:
    return set(
        Notification.objects.filter(dedupe_key__startswith=f"step:{change.pk}:").values_list("addressee", flat=True)
    )


def parties(cast: factories.Cast) -> set[str]:
    return {f"organisation:{cast.charity.pk}", f"establishment:{cast.prison.pk}"}


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
