"""A review is written by both sides, confirmed by both, and does what its outcome says."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from agreements.models import Action, Status, Version
from agreements.operations.drafting import save_answers as save_in_version
from agreements.questions.compare import compare_answers
from agreements.reading import read as read_version
from agreements.workflow import perform
from directory.models import Role
from portal.foundation import audit, clock
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.models import AuditEvent, Notification
from reviews import operations
from reviews.models import Kind, Review, ReviewAnswer, State
from reviews.operations import confirm, save_answers, seen
from reviews.reading import read
from reviews.tasks import schedule_reviews
from tests import factories
from tests.reviews import stories

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


def confirm_now(review: Review, by) -> Review:
    with clock.set_to(stories.HELD_AT):
        return confirm(review, words_seen=seen(read(review)), by=by)


def rows(review: Review, question_id: str) -> str:
    return str(ReviewAnswer.objects.get(review=review, question_id=question_id, replaced_at=None).pk)


def change_the_need(review: Review, by) -> None:
    moved = {"needed": "no", "reason": "It moved."}
    save_answers(review, {"RVW-04": moved}, replacing={"RVW-04": rows(review, "RVW-04")}, by=by)


def templates(*names: str) -> list[str]:
    return sorted(Notification.objects.filter(template__in=names).values_list("addressee", flat=True))


def test_a_review_is_held_when_both_sides_have_confirmed_it(cast):
    review = stories.written(cast)
    confirm_now(review, cast.signatory)
    review = stories.fresh(review)
    assert (review.state, set(review.confirmations)) == (State.OPEN, {"partner"})
    confirm_now(review, cast.hoo)
    review = stories.fresh(review)
    assert (review.state, review.outcome, review.held_on) == (State.HELD, "continue", dt.date(2027, 7, 12))
    assert review.next_due_on == dt.date(2028, 1, 5)


def test_each_side_confirms_through_those_who_decide_for_it(cast):
    review = stories.written(cast)
    coordinator = factories.hold(factories.post(Role.COORDINATOR, cast.prison))
    for nobody in (cast.contributor, coordinator, cast.cjvsf, cast.stranger):
        with pytest.raises(PermissionDenied):
            confirm_now(review, nobody)
    confirm_now(review, cast.hoo)
    with pytest.raises(NotReady, match="confirmed this review already"):
        confirm_now(stories.fresh(review), cast.hoo)


def test_an_incomplete_review_cant_be_confirmed_and_says_what_is_missing(cast):
    review = stories.planned(cast)
    with pytest.raises(NotReady) as refused:
        confirm_now(review, cast.signatory)
    words = review.question_set.words.questions
    assert f"RVW-02: {words['RVW-02'].text} Enter date held." in refused.value.reasons
    assert f"RVW-10: {words['RVW-10'].text} Choose an answer." in refused.value.reasons
    assert stories.fresh(review).confirmations == {}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (
            {"RVW_02": {"due": "2027-07-10", "held": "2027-07-13"}},
            "RVW-02: a review can’t have been held in the future",
        ),
        (
            {"RVW_02": {"due": "2027-07-10", "held": "2027-07-12", "next_due": "2027-07-12"}},
            "RVW-02: the next review is due after this one was held",
        ),
        (
            {"RVW_01": {"kind": "first", "starts": "2027-07-10", "ends": "2027-07-01"}},
            "RVW-01: the period ends before it starts",
        ),
        (
            stories.EXTENSION | {"RVP-03": {"end": "2028-01-09"}},
            "RVP-03: the agreement runs until 9 January 2028 already",
        ),
    ],
)
def test_dates_that_cant_be_are_refused(cast, given, reason):
    review = stories.written(cast, **given)
    with pytest.raises(NotReady, match=reason):
        confirm_now(review, cast.hoo)


def test_what_was_confirmed_has_to_be_confirmed_again_when_somebody_changes_it(cast):
    review = stories.written(cast)
    confirm_now(review, cast.signatory)
    change_the_need(review, by=cast.hoo)
    assert stories.fresh(review).confirmations == {}
    assert templates("review_changed") == [f"organisation:{cast.charity.pk}"]


def test_whoever_confirms_other_words_than_they_saw_is_refused(cast):
    review = stories.written(cast)
    opened = seen(read(review))
    change_the_need(review, by=cast.hoo)
    with pytest.raises(Overtaken), clock.set_to(stories.HELD_AT):
        confirm(review, words_seen=opened, by=cast.signatory)


def test_a_side_cant_write_for_the_other(cast):
    review = stories.planned(cast)
    with pytest.raises(PermissionDenied):
        save_answers(review, {"RVW-04": {"needed": "yes"}}, replacing={}, by=cast.contributor)
    for nobody in (cast.stranger, cast.cjvsf, factories.hold(factories.post(Role.READER, cast.prison))):
        with pytest.raises(PermissionDenied):
            save_answers(review, {"RVW-10": "continue"}, replacing={}, by=nobody)
    assert not ReviewAnswer.objects.exists()


def test_a_second_writer_loses_nothing(cast):
    review = stories.planned(cast)
    save_answers(review, {"RVW-10": "continue"}, replacing={"RVW-10": ""}, by=cast.hoo)
    saved = save_answers(review, {"RVW-10": "end"}, replacing={"RVW-10": ""}, by=cast.contributor)
    [conflict] = saved.conflicts
    assert (conflict.stored.value, conflict.typed) == ("continue", "end")
    assert read(review).written == {"RVW-10": "continue"}


def test_twin_without_saying_which_answer_is_replaced_the_first_text_is_lost(cast, monkeypatch):
    def replace(stored, replaces: str) -> bool:
        if stored:
            ReviewAnswer.objects.filter(pk=stored.pk).update(replaced_at=clock.now())
        return True

    monkeypatch.setattr("agreements.operations.answering.replace", replace)
    review = stories.planned(cast)
    save_answers(review, {"RVW-10": "continue"}, replacing={"RVW-10": ""}, by=cast.hoo)
    assert save_answers(review, {"RVW-10": "end"}, replacing={"RVW-10": ""}, by=cast.contributor).conflicts == []
    assert read(review).written == {"RVW-10": "end"}


def test_nothing_is_written_in_a_review_that_was_held(cast):
    review = stories.held(cast)
    with pytest.raises(PermissionDenied):
        save_answers(review, {"RVW-10": "end"}, replacing={"RVW-10": rows(review, "RVW-10")}, by=cast.hoo)


def test_everything_is_in_the_audit_and_both_sides_are_told(cast):
    review = stories.held(cast)
    about = review.agreement.about
    events = list(AuditEvent.objects.filter(about=about, event__contains="review").values_list("event", flat=True))
    assert events[-3:] == ["confirm review", "confirm review", "hold review"]
    assert "answer review" in events
    assert audit.first_broken_link(about) is None
    assert templates("review_to_confirm") == [f"establishment:{cast.prison.pk}"]
    assert templates("review_held") == [f"establishment:{cast.prison.pk}", f"organisation:{cast.charity.pk}"]


def current(review: Review) -> Version:
    return Version.objects.with_parties().filter(agreement=review.agreement_id).order_by("-number")[0]


def test_continue_leaves_the_agreement_as_it_is(cast):
    review = stories.held(cast)
    assert (current(review).number, current(review).status) == (1, Status.IN_FORCE)


def test_continue_with_changes_opens_the_next_version_with_everything_and_the_new_actions(cast):
    review = stories.held(cast, **stories.CHANGES)
    following = current(review)
    assert (following.number, following.status) == (2, Status.DETAILS)
    assert review.version.__class__.objects.get(pk=review.version_id).status == Status.IN_FORCE
    assert read_version(following).answers == read_version(review.version).answers
    assert set(following.actions.values_list("what", flat=True)) == {"Book the room", "Find a third room"}


def test_extend_opens_the_next_version_in_which_only_the_last_day_differs(cast):
    review = stories.held(cast, **stories.EXTENSION)
    following = current(review)
    old, new = read_version(review.version), read_version(following)
    changes = compare_answers(old.answers, new.answers, new.definitions[0], new.lookup)
    assert [change.question.id for change in changes] == ["S4-05"]
    assert (following.number, following.ends_on) == (2, dt.date(2028, 12, 31))


def test_pause_pauses_it_with_its_reason(cast):
    review = stories.held(cast, **stories.PAUSE)
    change = current(review).changes.get(step="pause")
    assert (current(review).status, change.reason) == (Status.PAUSED, "prison-staffing")
    assert change.note == "Until the hall is staffed."


def test_end_gives_notice_to_the_last_day_with_the_plan_for_people_and_data(cast):
    review = stories.held(cast, **stories.ENDING)
    version = current(review)
    assert (version.status, version.ends_on) == (Status.IN_FORCE, dt.date(2027, 8, 31))
    note = version.changes.get(step="end").note
    assert "Everyone finishes the course." in note
    assert "The partner deletes its lists." in note


def test_an_outcome_that_the_agreement_refuses_holds_nothing(cast, monkeypatch):
    review = stories.written(cast, **stories.CHANGES)
    confirm_now(review, cast.signatory)
    perform("vary", review.version, by=cast.hoo)
    monkeypatch.setattr(operations, "reasons_against", lambda reading: [])
    with pytest.raises(NotReady, match="Version 2 is being drafted already"):
        confirm_now(stories.fresh(review), cast.hoo)
    review = stories.fresh(review)
    assert (review.state, set(review.confirmations)) == (State.OPEN, {"partner"})


def test_what_the_agreement_would_refuse_is_said_before(cast):
    review = stories.written(cast, **stories.CHANGES)
    perform("vary", review.version, by=cast.hoo)
    with pytest.raises(NotReady, match="RVW-10: version 2 is being drafted already"):
        confirm_now(review, cast.hoo)


@pytest.mark.parametrize(
    ("told", "state"), [("close", Action.State.DONE), ("drop", Action.State.DROPPED), ("keep", Action.State.OPEN)]
)
def test_actions_become_what_both_sides_say_in_the_review(cast, told, state):
    rows = [{"for": "Book the room", "done": "yes", "next": told, "note": "In May"}]
    review = stories.planned(cast)
    save_answers(review, {"RVW-06": rows}, replacing={}, by=cast.hoo)
    for person in (cast.contributor, cast.hoo):
        stories.write(review, by=person, **stories.CHANGES)
    for person in (cast.signatory, cast.hoo):
        confirm_now(stories.fresh(review), person)
    action = review.version.actions.get()
    assert (action.state, action.is_settled) == (state, told != "keep")
    carried = current(review).actions.filter(copied_from=action).exists()
    assert carried == (told == "keep")


def test_an_interim_review_doesnt_take_the_place_of_the_planned_one(cast):
    early = {"kind": "interim", "starts": "2027-01-10", "ends": "2027-03-31"}
    held = {"due": "2027-07-10", "held": "2027-04-01", "next_due": "2028-07-10"}
    review = stories.held(cast, RVW_01=early, RVW_02=held)
    assert (review.kind, review.due_on) == (Kind.INTERIM, dt.date(2027, 4, 1))
    schedule_reviews()
    following = Review.objects.open().get()
    assert (following.due_on, following.number) == (stories.DUE, 2)


def test_a_side_of_the_version_is_written_by_the_one_who_confirms_last(cast):
    """The extension is written through the same door as every other answer."""
    review = stories.held(cast, **stories.EXTENSION)
    row = read_version(current(review)).rows["S4-05"]
    assert row.by == cast.hoo
    assert save_in_version(current(review), {"S4-05": row.value}, replacing={}, by=cast.signatory).conflicts == []
