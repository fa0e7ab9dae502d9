"""When one may: each rule has a sentence for what is missing, and is silent when it is there."""

import datetime as dt
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied

from agreements import rules
from agreements.models import Answer, Version
from agreements.operations import drafting
from agreements.steps import STEPS
from agreements.workflow import reasons_against
from directory.models import Post
from portal.foundation import clock
from portal.foundation.models import User
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = dt.datetime(2026, 11, 21, 10, 42, tzinfo=dt.UTC)
FUNDING = factories.PARTICULAR["S1-14"][0]


@pytest.fixture(autouse=True)
def _today():
    with clock.set_to(TODAY):
        yield


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


@pytest.fixture
def empty(cast) -> Version:
    """An outline in which nothing is answered yet."""
    return cast.start()


@pytest.fixture
def ready(cast) -> Version:
    """In details, with everything that approval needs."""
    version = factories.bring_to("details", cast)
    factories.answer_all(version, by=cast.contributor)
    factories.add_an_action(version, by=cast.contributor)
    return factories.fresh(version)


def answer(version: Version, cast: factories.Cast, question_id: str, value: Any) -> Version:
    """As if it had been answered so, whoever may answer it now."""
    version.answers.filter(question_id=question_id, replaced_at=None).update(replaced_at=clock.now())
    Answer.objects.create(version=version, question_id=question_id, value=value, by=cast.contributor)
    return factories.fresh(version)


def about(reasons: list[str]) -> set[str]:
    """Which questions the sentences are about."""
    return {reason.partition(":")[0] for reason in reasons}


def says(rule, version: Version, cast: factories.Cast) -> list[str]:
    return rule(version, cast.contributor)


# The answers


def test_an_outline_without_answers_names_every_required_question_of_the_outline(empty, cast):
    reasons = says(rules.outline_is_complete, empty, cast)
    words = empty.question_set.words.questions.values()
    required = {question.id for question in words if question.due == "outline" and question.required}
    always_asked = {question.id for question in words if not question.asked_when} & required
    assert always_asked <= about(reasons) <= required


def test_an_outline_with_its_answers_is_complete(ready, cast):
    assert says(rules.outline_is_complete, ready, cast) == []


def test_the_prison_says_what_it_offers_before_it_accepts(cast):
    version = factories.bring_to("with prison", cast)
    reasons = says(rules.specification_is_complete, version, cast)
    assert {reason[:3] for reason in reasons} == {"S2-"}


def test_a_specification_with_its_answers_is_complete(ready, cast):
    assert says(rules.specification_is_complete, ready, cast) == []


def test_an_agreement_with_every_answer_is_complete_enough_for_approval(ready, cast):
    assert says(rules.is_complete_enough_for_approval, ready, cast) == []


@pytest.mark.parametrize("question_id", ["S1-01", "S2-01", "S3-05", "S4-05", "S4-06"])
def test_each_stage_and_the_dates_count_for_approval(ready, cast, question_id):
    version = answer(ready, cast, question_id, None)
    assert about(says(rules.is_complete_enough_for_approval, version, cast)) == {question_id}


@pytest.mark.parametrize("question_id", ["S5-02", "S5-03", "S5-04", "S5-05", "S5-06", "S4-04"])
def test_what_is_answered_later_is_not_asked_for_before_approval(ready, cast, question_id):
    version = answer(ready, cast, question_id, None)
    assert says(rules.is_complete_enough_for_approval, version, cast) == []


def test_the_information_sharing_agreement_counts_where_personal_information_will_pass(ready, cast):
    version = answer(ready, cast, "S3-27", "yes")
    reasons = says(rules.is_complete_enough_for_approval, version, cast)
    assert {"ISA-01", "ISA-09"} <= about(reasons)


def test_the_information_sharing_agreement_is_not_asked_for_where_none_will_pass(ready, cast):
    version = answer(ready, cast, "S3-27", "no")
    assert [reason for reason in says(rules.is_complete_enough_for_approval, version, cast) if "ISA" in reason] == []


def test_an_information_sharing_agreement_with_its_answers_is_complete(cast):
    version = factories.bring_to("details", cast, S3_27="yes")
    answer(version, cast, "S3-27", "yes")
    for who in (cast.contributor, cast.hoo, cast.contributor):
        factories.answer_all(factories.fresh(version), by=who)
    party = version.answers.get(question_id="ISA-01", replaced_at=None).value[0]
    answer(version, cast, "ISA-01", [party, party])
    reasons = says(rules.is_complete_enough_for_approval, factories.fresh(version), cast)
    assert [reason for reason in reasons if reason.startswith("ISA")] == []


def test_every_sentence_names_its_question_and_ends(empty, cast):
    for reason in says(rules.outline_is_complete, empty, cast):
        question_id, _, sentence = reason.partition(": ")
        assert question_id in empty.question_set.words.questions
        assert sentence[0].isupper()
        assert sentence.endswith(".")


# Dates, money, actions, comments


def test_an_agreement_without_an_action_is_told_to_add_one(ready, cast):
    ready.actions.all().delete()
    assert says(rules.has_an_agreed_action, ready, cast) == ["Add at least one agreed action."]


def test_an_agreement_with_an_action_has_one(ready, cast):
    assert says(rules.has_an_agreed_action, ready, cast) == []


def test_an_open_comment_is_named_once_however_many_there_are(ready, cast):
    for text in ("Which hall?", "And when?"):
        drafting.add_comment(ready, question_id="S1-02", text=text, mentions=[], by=cast.hoo)
    drafting.add_comment(ready, question_id="S3-05", text="Why?", mentions=[], by=cast.hoo)
    assert says(rules.has_no_open_comment, ready, cast) == [
        "Resolve the open comment on S1-02.",
        "Resolve the open comment on S3-05.",
    ]


def test_a_resolved_comment_blocks_nothing(ready, cast):
    comment = drafting.add_comment(ready, question_id="S1-02", text="Which hall?", mentions=[], by=cast.hoo)
    drafting.resolve_comment(comment, by=cast.contributor)
    assert says(rules.has_no_open_comment, ready, cast) == []


DATES = {
    "with the last funding": ({"start": "2027-01-10", "end": "2028-03-31"}, True),
    "a day later": ({"start": "2027-01-10", "end": "2028-04-01"}, False),
    "a day later, with a reason": ({"start": "2027-01-10", "end": "2028-04-01", "end_reason": "Own means"}, True),
}


@pytest.mark.parametrize(("dates", "is_silent"), DATES.values(), ids=DATES)
def test_an_agreement_ends_no_later_than_its_last_funding_unless_it_says_why(ready, cast, dates, is_silent):
    reasons = says(rules.ends_with_its_funding, answer(ready, cast, "S4-05", dates), cast)
    told = "S4-05: the agreement ends after its last funding does, on 31 March 2028. Say why, or end it by then."
    assert reasons == ([] if is_silent else [told])


@pytest.mark.parametrize(("end", "is_silent"), [("2027-01-09", False), ("2027-01-10", True), ("2027-01-11", True)])
def test_an_agreement_starts_before_it_ends(ready, cast, end, is_silent):
    version = answer(ready, cast, "S4-05", {"start": "2027-01-10", "end": end})
    told = "S4-05: the agreement ends before it starts. Change one of the two dates."
    assert says(rules.starts_before_it_ends, version, cast) == ([] if is_silent else [told])


NOT_SECURED = ["S1-14 says that the funding is not yet secured."]
MONEY = {
    "all secured": ([FUNDING, FUNDING], []),
    "one of two applied for": ([FUNDING, FUNDING | {"status": "applied"}], NOT_SECURED),
    "no funder named": ([], NOT_SECURED),
    "not answered": (None, NOT_SECURED),
}


@pytest.mark.parametrize(("rows", "told"), MONEY.values(), ids=MONEY)
def test_full_details_need_secured_funding(ready, cast, rows, told):
    assert says(rules.funding_is_secured, answer(ready, cast, "S1-14", rows), cast) == told


SPENDING = ["S2-11 says that this commits the prison to spending. That needs separate authority before you can go on."]


@pytest.mark.parametrize(("commits", "told"), [("yes", SPENDING), ("no", [])])
def test_a_prison_that_commits_to_spending_needs_authority_first(ready, cast, commits, told):
    assert says(rules.commits_no_spending, answer(ready, cast, "S2-11", {"commits": commits}), cast) == told


# People and posts


def test_who_has_no_second_factor_is_told_to_set_one_up(ready, cast):
    Authenticator.objects.filter(user=cast.hoo).delete()
    assert rules.has_a_second_factor(ready, cast.hoo) == ["Set up your second factor first, under Your account."]


def test_who_has_only_recovery_codes_has_no_second_factor(ready, cast):
    Authenticator.objects.filter(user=cast.hoo).update(type=Authenticator.Type.RECOVERY_CODES)
    assert rules.has_a_second_factor(ready, cast.hoo) != []


def test_who_has_a_second_factor_hears_nothing(ready, cast):
    assert rules.has_a_second_factor(ready, cast.hoo) == []


NOBODY_APPROVES = ["Nobody at the prison holds an approving post. Ask CJVSF to appoint somebody."]


def test_a_prison_without_an_approving_post_cannot_be_asked(ready, cast):
    Post.objects.filter(pk=cast.hoo_post.pk).update(approval_order=None)
    assert says(rules.an_approver_is_named, ready, cast) == NOBODY_APPROVES


def test_a_prison_whose_approving_post_nobody_holds_cannot_be_asked(ready, cast):
    """The post stays when its holder leaves; somebody must be able to approve."""
    cast.hoo_post.holdings.update(until_on=dt.date(2026, 11, 20))
    assert says(rules.an_approver_is_named, ready, cast) == NOBODY_APPROVES


def test_a_prison_with_a_holder_in_its_approving_post_can_be_asked(ready, cast):
    assert says(rules.an_approver_is_named, ready, cast) == []


def test_a_deputy_in_the_approving_post_is_enough(ready, cast):
    cast.hoo_post.holdings.update(until_on=dt.date(2026, 11, 20))
    factories.hold(cast.hoo_post, as_deputy=True)
    assert says(rules.an_approver_is_named, ready, cast) == []


def test_no_prison_approves_by_having_nobody_to_ask(cast):
    """A policy that is emptied while an agreement waits approves nothing."""
    version = factories.bring_to("for approval", cast)
    Post.objects.filter(pk=cast.hoo_post.pk).update(approval_order=None)
    cast.hoo = User.objects.get(pk=cast.hoo.pk)
    with pytest.raises(PermissionDenied):
        factories.take("approve", version, cast)


def test_nothing_is_in_force_without_a_signature_of_each_party(cast):
    version = factories.bring_to("for signature", cast)
    assert rules.is_signed_by_both_parties(version) is False
    factories.sign(version, by=cast.signatory)
    assert rules.is_signed_by_both_parties(version) is False
    factories.sign(factories.fresh(version), by=cast.hoo)
    assert rules.is_signed_by_both_parties(version) is True


def test_a_version_that_is_not_the_newest_cannot_be_varied_while_the_newest_is_drafted(cast):
    first = factories.bring_to("in force", cast)
    assert says(rules.no_other_version_is_being_drafted, first, cast) == []


def test_nobody_acts_for_both_parties_even_after_changing_jobs(cast):
    version = factories.bring_to("for signature", cast)
    factories.hold(factories.post("signatory", cast.charity), cast.hoo)
    cast.hoo.holdings.filter(post=cast.hoo_post).update(until_on=dt.date(2026, 11, 20))
    moved = User.objects.get(pk=cast.hoo.pk)
    assert rules.has_not_acted_for_the_other_side(version, moved) == [
        "You have approved or signed this agreement for the other side."
    ]
    assert rules.has_not_acted_for_the_other_side(version, cast.signatory) == []


def test_an_agreement_expires_only_after_its_last_day(cast):
    version = factories.bring_to("in force", cast)
    assert rules.is_past_its_last_day(version, None) == ["Its last day isn’t over."]
    version.ends_on = dt.date(2026, 11, 20)
    assert rules.is_past_its_last_day(version, None) == []


def test_writing_in_a_supported_outline_breaks_its_silence(cast):
    version = factories.bring_to("supported", cast)
    with clock.set_to(TODAY + dt.timedelta(days=400)):
        assert rules.has_been_silent_for_a_year(version, None) == []
    with clock.set_to(TODAY + dt.timedelta(days=300)):
        drafting.add_comment(version, question_id="S1-14", text="Nearly there.", mentions=[], by=cast.contributor)
    with clock.set_to(TODAY + dt.timedelta(days=400)):
        assert rules.has_been_silent_for_a_year(version, None) == ["Somebody has written in it."]


def test_paper_says_what_for_whom_and_from_when_to_when(ready, cast):
    assert says(rules.paper_says_enough, ready, cast) == []
    without_days = answer(ready, cast, "S4-05", None)
    assert says(rules.paper_says_enough, without_days, cast) == ["S4-05: enter the first and the last day."]
    without_needs = answer(ready, cast, "S1-05", None)
    assert [reason.partition(":")[0] for reason in says(rules.paper_says_enough, without_needs, cast)] == [
        "S1-05",
        "S4-05",
    ]


# All together


def test_every_reason_against_sending_is_told_at_once(ready, cast):
    ready.actions.all().delete()
    drafting.add_comment(ready, question_id="S1-02", text="Which hall?", mentions=[], by=cast.hoo)
    version = answer(ready, cast, "S1-01", None)
    step = next(step for step in STEPS if step.name == "send-for-approval")
    reasons = reasons_against(step, version, cast.contributor)
    assert [reason.partition(":")[0] for reason in reasons] == [
        "S1-01",
        "Add at least one agreed action.",
        "Resolve the open comment on S1-02.",
    ]


TESTED = {
    rules.outline_is_complete,
    rules.specification_is_complete,
    rules.is_complete_enough_for_approval,
    rules.has_an_agreed_action,
    rules.has_no_open_comment,
    rules.ends_with_its_funding,
    rules.starts_before_it_ends,
    rules.funding_is_secured,
    rules.commits_no_spending,
    rules.has_a_second_factor,
    rules.an_approver_is_named,
    rules.no_other_version_is_being_drafted,
    rules.has_not_acted_for_the_other_side,
    rules.is_past_its_last_day,
    rules.has_been_silent_for_a_year,
    rules.paper_says_enough,
    # Whose turn it is, is told in test_workflow.
    rules.it_is_this_approvers_turn,
    rules.it_is_this_signatorys_turn,
}


def test_no_rule_of_the_table_goes_untested():
    assert {rule for step in STEPS for rule in step.rules} == TESTED
