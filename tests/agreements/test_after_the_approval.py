"""What follows later: returns, variations, pauses, endings."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from agreements import rules
from agreements.effects import Request
from agreements.models import Side, Signature, Status, Version
from agreements.operations import drafting
from agreements.reading import read
from agreements.tasks import end_what_has_ended
from agreements.turns import turn, unlocked
from agreements.workflow import perform
from directory.models import Listing
from portal.foundation import clock
from tests import factories
from tests.agreements.taking_steps import (
    approve,
    parties,
    refused,
    send_back,
    standing_approvals,
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
