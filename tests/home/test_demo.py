"""The demonstration is as true as real data, and nothing in it is real."""

import datetime as dt
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import RequestFactory
from django.urls import resolve, reverse

from agreements import rules, tasks
from agreements.models import (
    Action,
    Agreement,
    Answer,
    ClarificationRequest,
    Comment,
    Printing,
    Signature,
    Status,
    StatusChange,
    Version,
)
from agreements.questions.definition import Control
from directory import needs_map
from directory.models import Holding, Idea, NeedsStatement, Organisation, PartnerView, Post, Role
from portal.foundation import clock
from portal.foundation.models import Notification, User
from portal.foundation.text import looks_like_prisoner_number
from portal.home.demo import loading
from portal.home.demo.cast import FIRST_CHARITY, FIRST_PRISON, TWO_APPROVERS
from portal.home.demo.context import demo as demo_context
from portal.home.demo.loading import SENT_AFTERWARDS, load
from portal.home.demo.people import PASSWORD, SIGN_INS, demo_people
from portal.home.demo.stories import STORIES, choose
from tests.directory import provision_in_sql
from tests.facts import load_what_is_missing

NUMBER = len(STORIES) + 4


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker) -> Iterator[None]:
    """A small demonstration, loaded once for this file and taken away after it."""
    from django.conf import settings

    with django_db_blocker.unblock(), transaction.atomic():
        was, settings.DEMO = settings.DEMO, True
        load_what_is_missing()
        load(NUMBER, sealed=0, say=lambda line: None)
        settings.DEMO = was
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(loaded, db, settings) -> None:
    settings.DEMO = True


def texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for part in value.values() for text in texts_of(part))
    elif isinstance(value, list):
        yield from (text for part in value for text in texts_of(part))


def all_texts() -> Iterator[str]:
    for value in Answer.objects.values_list("value", flat=True):
        yield from texts_of(value)
    yield from Comment.objects.values_list("text", flat=True)
    yield from Action.objects.values_list("what", flat=True)
    yield from StatusChange.objects.values_list("note", flat=True)
    for row in NeedsStatement.objects.values_list("partners_heard", "custody_heard", "sources"):
        yield from row
    for row in Idea.objects.values_list("text", "why"):
        yield from row
    yield from PartnerView.objects.values_list("text", flat=True)


def test_every_status_that_the_steps_reach_is_there(demo):
    assert set(Version.objects.values_list("status", flat=True)) == set(Status) - {Status.ON_PAPER}


def test_there_are_as_many_agreements_as_were_asked_for(demo):
    assert Agreement.objects.count() == NUMBER


def test_three_hundred_agreements_keep_their_proportions():
    import random

    stories = choose(300, random.Random(1))
    in_force = sum(story.is_live for story in stories)
    assert len(stories) == 300
    assert {story.name for story in stories} == {story.name for story in STORIES}
    assert 120 <= in_force <= 160


def test_what_was_sent_for_approval_is_complete(demo):
    beyond = Version.objects.with_parties().filter(changes__step="send-for-approval").exclude(status=Status.DETAILS)
    assert beyond.exists()
    assert {version: rules.is_complete_enough_for_approval(version, None) for version in beyond} == {
        version: [] for version in beyond
    }


def test_no_answer_is_longer_than_its_question_allows(demo):
    too_long = []
    for answer in Answer.objects.select_related(
        "version__question_set", "version__sharing_set", "version__consent_set"
    ):
        question = next(
            row.words.questions[answer.question_id]
            for row in answer.version.sets
            if answer.question_id in row.words.questions
        )
        too_long += [(answer.question_id, text) for text in over_length(question, answer.value)]
    assert too_long == []


def over_length(control: Control, value: Any) -> Iterator[str]:
    if isinstance(value, str) and control.max_length and len(value) > control.max_length:
        yield value
    rows = value if isinstance(value, list) else [value]
    for row in rows:
        for part in control.parts if isinstance(row, dict) else ():
            yield from over_length(part, row.get(part.id))


def test_the_audit_chain_of_every_agreement_holds(demo):
    call_command("verify_audit", stdout=StringIO())


def test_only_the_newest_mail_waits(demo):
    waiting = Notification.objects.filter(sent_at=None)
    kept_back = Notification.objects.exclude(sent_at=None)
    assert waiting.count() == SENT_AFTERWARDS
    assert set(kept_back.values_list("server_answer", flat=True)) == {"Demonstration: not sent"}
    assert max(kept_back.values_list("created_at", flat=True)) <= min(waiting.values_list("created_at", flat=True))


def test_ideas_are_in_every_state_and_most_prisons_have_said_what_they_need(demo):
    assert set(Idea.objects.values_list("reply", flat=True)) >= {"", "wanted", "not now"}
    assert Idea.objects.silent().count() == 1
    assert NeedsStatement.objects.filter(published_at=None).count() == 1
    assert NeedsStatement.objects.published().count() == 14
    assert needs_map.read().need_gaps


def test_the_map_of_the_demonstration_is_what_sql_counts(demo):
    found = needs_map.read()
    ours = {
        (found.by_id[prison].code, need): (count.agreements, count.others)
        for (prison, need), count in found.offered.items()
    }
    assert ours == provision_in_sql.matrix()
    gaps = sorted((found.by_id[gap.prison].code, gap.slug, gap.weight) for gap in found.need_gaps)
    assert gaps == sorted(provision_in_sql.gaps("needs", "needs"))
    doubles = {(found.by_id[row.prison].code, row.need, row.group): row.number for row in found.duplicates}
    assert doubles == provision_in_sql.duplicates()


def test_nothing_looks_like_the_number_of_a_prisoner(demo):
    assert [text for text in all_texts() if looks_like_prisoner_number(text)] == []


def test_no_text_has_a_gap_that_was_never_filled(demo):
    assert [text for text in all_texts() if "{" in text or "}" in text or "None " in text] == []


def test_everything_happened_in_order_within_two_years(demo):
    now = clock.now()
    for agreement in Agreement.objects.prefetch_related("versions__changes"):
        moments = [agreement.started_at]
        for version in agreement.versions.all():
            moments += [change.at for change in version.changes.all()]
        assert now - dt.timedelta(days=731) < min(moments)
        assert max(moments) < now


def test_the_sweep_finds_nothing_that_should_have_ended(demo):
    assert tasks.end_what_has_ended() == 0


def test_one_prison_has_two_approvers_in_order(demo):
    posts = Post.objects.filter(establishment__code=TWO_APPROVERS, approval_order__isnull=False).order_by(
        "approval_order"
    )
    assert [post.role for post in posts] == [Role.HOO, Role.APPROVER]
    one_of_two = Version.objects.filter(status=Status.FOR_APPROVAL, approvals__isnull=False)
    assert one_of_two.exists()


def test_some_coordinators_posts_are_vacant(demo):
    held = Holding.objects.on(clock.today()).values("post_id")
    vacant = Post.objects.filter(role=Role.COORDINATOR).exclude(pk__in=held)
    assert vacant.count() == 2


def test_there_is_something_to_discuss_to_answer_and_to_share(demo):
    assert Comment.objects.filter(resolved_at=None).exists()
    assert ClarificationRequest.objects.filter(answered_at=None).exists()
    assert Answer.objects.filter(question_id="S3-27", value="yes").exists()
    assert Answer.objects.filter(question_id="ISA-05").exists()


def test_no_two_agreements_are_for_one_service_in_one_prison(demo):
    pairs = list(Agreement.objects.values_list("service_id", "establishment_id"))
    assert len(pairs) == len(set(pairs))


def test_the_first_charity_and_the_first_prison_see_a_bit_of_everything(demo):
    at_charity = Version.objects.filter(agreement__organisation__name=FIRST_CHARITY)
    at_prison = Version.objects.filter(agreement__establishment__code=FIRST_PRISON)
    assert len(set(at_charity.values_list("status", flat=True))) >= 8
    assert len(set(at_prison.values_list("status", flat=True))) >= 6


def test_every_signature_was_given_in_the_post_of_its_time(demo):
    assert Signature.objects.exists()
    for signature in Signature.objects.select_related("post"):
        assert Holding.objects.on(signature.at.date()).filter(post=signature.post, user=signature.by).exists()


def test_no_charity_has_a_number_of_the_register(demo):
    numbers = set(Organisation.objects.values_list("charity_number", flat=True))
    assert len(numbers) > 2
    assert all(number == "" or number.startswith("SC9999") for number in numbers)


def test_everybody_has_an_address_that_no_mail_reaches(demo):
    assert [user.email for user in User.objects.all() if not user.email.endswith("example.org")] == []


def test_who_approves_signs_or_administers_has_a_second_factor(demo):
    roles = (Role.HOO, Role.APPROVER, Role.SIGNATORY, Role.CJVSF)
    holders = set(Holding.objects.filter(post__role__in=roles).values_list("user_id", flat=True))
    assert holders == set(Authenticator.objects.values_list("user_id", flat=True))


def test_final_pdfs_wait_for_the_worker(demo):
    assert Printing.objects.filter(kind="final", printed_at=None).count() >= 8


def test_those_that_people_see_first_are_sealed_at_set_up(demo, monkeypatch):
    made: list[Printing] = []
    monkeypatch.setattr(loading, "print_one", made.append)
    loading.seal_some(2, lambda line: None)
    first = [printing.version.agreement for printing in made]
    assert len(made) == 2
    assert all(
        agreement.organisation.name == FIRST_CHARITY or agreement.establishment.code == FIRST_PRISON
        for agreement in first
    )


def test_loading_again_changes_nothing(demo):
    before = User.objects.count(), Agreement.objects.count()
    said: list[str] = []
    load(NUMBER, sealed=0, say=said.append)
    assert (User.objects.count(), Agreement.objects.count()) == before
    assert said == ["The demonstration is there already."]


@pytest.mark.parametrize("command", ["load_demo", "demo_people"])
def test_nothing_is_loaded_or_told_outside_a_demonstration(command, settings, db):
    settings.DEMO = False
    with pytest.raises(CommandError, match="not a demonstration"):
        call_command(command)


def test_the_command_prints_a_row_for_each_role(demo):
    out = StringIO()
    call_command("demo_people", stdout=out)
    assert [line.split()[0] for line in out.getvalue().splitlines()[:-1]] == list(SIGN_INS)


@pytest.mark.parametrize("email", SIGN_INS)
def test_everybody_in_the_table_can_sign_in(email, demo, client):
    answer = client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    code = next(person["code"] for person in demo_people() if person["email"] == email)
    if code:
        assert answer.url == reverse("mfa_authenticate")
        answer = client.post(answer.url, {"code": code})
    assert answer.status_code == 302
    assert User.objects.get(pk=client.session["_auth_user_id"]).email == email


def request_of(path: str, user: User | None = None):
    from django.contrib.auth.models import AnonymousUser

    request = RequestFactory().get(path)
    request.resolver_match = resolve(path)
    request.user = user or AnonymousUser()
    return request


def test_the_sign_in_page_knows_everybody_and_other_pages_nobody(demo):
    everybody = demo_context(request_of(reverse("account_login")))["demo_people"]
    assert [person["email"] for person in everybody] == list(SIGN_INS)
    assert demo_context(request_of(reverse("front"))) == {}


def test_a_step_page_knows_only_the_person_who_is_there(demo):
    path = reverse("step_take", args=["PA-000000", "sign"])
    signatory = User.objects.get(email="charity.signatory@example.org")
    [person] = demo_context(request_of(path, signatory))["demo_people"]
    assert person["email"] == signatory.email
    assert len(person["code"]) == 6
    assert demo_context(request_of(path)) == {}


def test_nobodys_code_is_told_outside_a_demonstration(demo, settings):
    settings.DEMO = False
    assert demo_context(request_of(reverse("account_login"))) == {}
