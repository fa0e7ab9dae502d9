"""What follows when it is approved and signed: approvers, deputies, both sides, signatures."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from agreements import certificate, documents, rules
from agreements.effects import Request
from agreements.models import Answer, Approval, Document, Side, Signature, Status
from agreements.operations import drafting
from agreements.workflow import perform, steps_offered_to
from directory.models import Holding, Role
from portal.foundation import clock
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.models import User
from tests import factories
from tests.agreements.taking_steps import (
    approve,
    approver,
    refused,
    status,
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


def test_whoever_has_approved_or_signed_is_not_offered_it_again(cast):
    security = approver(cast, 2, "Head of Security")
    version = factories.bring_to("for approval", cast)
    approve(version, cast.hoo)
    assert [offered(version, user) for user in (cast.hoo, security)] == [False, True]
    approve(version, security)
    assert [offered(version, user, "sign") for user in (cast.signatory, cast.hoo)] == [True, True]
    factories.sign(version, by=cast.signatory)
    assert [offered(version, user, "sign") for user in (cast.signatory, cast.hoo)] == [False, True]


def offered(version, user, name="approve") -> bool:
    version.refresh_from_db()
    return name in {step.name for step in steps_offered_to(user, version)}


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
    page = certificate.final_page(Document.objects.get(), seal_fingerprint="0" * 64)
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
