"""What a page says about what comes next: nobody should be left wondering what a step does, or where to go."""

import datetime as dt
import html

import pytest
from django.test import Client
from django.urls import reverse

from agreements.effects import Request
from agreements.models import Status
from agreements.questions.progress import Gap
from agreements.steps import STEPS
from agreements.workflow import perform
from portal.foundation.models import User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


def page(who: User, name: str, *args: str) -> str:
    client = Client()
    client.force_login(who)
    return html.unescape(client.get(reverse(name, args=args)).content.decode())


def test_every_step_that_a_person_takes_says_what_happens_next():
    assert [step.name for step in STEPS if bool(step.then) == (step.permission == "the portal itself")] == []


def test_the_page_of_a_step_says_it(cast):
    version = factories.bring_to("details", cast)
    [step] = [step for step in STEPS if step.name == "send-for-approval"]
    assert step.then in page(cast.contributor, "step_take", version.agreement.reference, step.name)


def test_whoever_may_sign_is_offered_that_first(cast):
    version = factories.bring_to("for signature", cast)
    text = page(cast.signatory, "agreement_detail", version.agreement.reference)
    assert -1 < text.index("/steps/sign/") < text.index("/steps/return-for-changes/")


def test_what_was_sent_back_is_named_in_words_and_leads_to_its_place(cast):
    version = factories.bring_to("for approval", cast)
    asked = Request(reason="practical", note="Say more", questions=("S3-07",), answer_by=dt.date(2030, 1, 1))
    perform("return-for-changes", version, by=cast.hoo, request=asked)
    reference, words = version.agreement.reference, version.question_set.words
    section = words.section_of("S3-07")
    place = f"{reverse('section_edit', args=[reference, section.id])}#question-S3-07"
    link = f'<a class="govuk-link" href="{place}">{words.questions["S3-07"].text}</a>'
    assert link in page(cast.contributor, "agreement_detail", reference)


def test_what_is_missing_is_said_after_the_words_of_its_question(cast):
    question = cast.start().question_set.words.questions["S1-14"]
    assert not question.text.endswith("?")
    assert Gap(question, ("Add one",)).said == [f"S1-14: {question.text}: Add one."]
    asked = cast.start().question_set.words.questions["S1-01"]
    assert Gap(asked, ("Enter an answer",)).said == [f"S1-01: {asked.text} Enter an answer."]


def test_what_a_step_will_fill_in_is_no_question_that_waits(cast):
    version = factories.bring_to("with prison", cast)
    text = page(cast.hoo, "section_edit", version.agreement.reference, "S2")
    assert 'id="question-S2-12"' in text
    assert "S2-13" not in text


@pytest.mark.parametrize(("status", "is_offered"), [("details", True), ("in force", False)])
def test_a_copy_of_the_draft_is_offered_while_there_is_a_draft(cast, status, is_offered):
    version = factories.bring_to(status, cast)
    assert version.status == {"details": Status.DETAILS, "in force": Status.IN_FORCE}[status]
    assert ("copy of the draft" in page(cast.signatory, "agreement_detail", version.agreement.reference)) == is_offered
