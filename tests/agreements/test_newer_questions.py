"""Moving a draft agreement to newer questions: what is shown first, and that no answer is lost."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from agreements.models import Answer, Comment, Kind, QuestionSet
from agreements.operations import question_sets as operations
from agreements.operations.drafting import add_comment, save_answers
from agreements.reading import read
from portal.foundation.exceptions import NotReady, Overtaken
from tests import factories
from tests.agreements.draft_sets import add, draft, published, retire, reword, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return factories.Cast()


def test_an_agreement_stays_with_its_words_until_somebody_moves_it():
    cast = factories.Cast()
    version = cast.start()
    published(Kind.AGREEMENT, cast.cjvsf, lambda draft: reword(draft, "S1-01", cast.cjvsf))
    assert factories.fresh(version).question_set.words.questions["S1-01"].text != "Other words"
    assert set(operations.newer_sets(factories.fresh(version))) == {Kind.AGREEMENT}


def newer_agreement_set(cast: factories.Cast) -> QuestionSet:
    """S1-01 reworded, S1-09 retired, a question added."""

    def change(draft: QuestionSet) -> None:
        reword(draft, "S1-01", cast.cjvsf)
        retire(draft, "S1-09", cast.cjvsf)
        add(draft, "S1", cast.cjvsf)

    return published(Kind.AGREEMENT, cast.cjvsf, change)


def move(version, by):
    newer = operations.newer_sets(version)
    return operations.move_to_newer_sets(version, by=by, seen=[row.sha256 for row in newer.values()])


def test_moving_a_draft_to_newer_questions_loses_no_answer():
    cast = factories.Cast()
    version = cast.start()
    factories.answer_all(version, by=cast.contributor)
    rows = list(Answer.objects.filter(version=version).order_by("pk").values())
    before = read(factories.fresh(version)).answers
    assert "S1-09" in before
    newer = newer_agreement_set(cast)
    moved = move(factories.fresh(version), cast.contributor)
    assert moved.question_set == newer
    assert list(Answer.objects.filter(version=version).order_by("pk").values()) == rows
    assert read(factories.fresh(version)).answers == before
    assert "S1-09" not in read(factories.fresh(version)).asked


def test_moving_is_refused_when_newer_questions_came_out_after_the_page_was_opened():
    cast = factories.Cast()
    version = cast.start()
    seen = [newer_agreement_set(cast).sha256]
    published(Kind.AGREEMENT, cast.cjvsf, lambda draft: reword(draft, "S1-02", cast.cjvsf, text="Newer still"))
    with pytest.raises(Overtaken):
        operations.move_to_newer_sets(version, by=cast.contributor, seen=seen)
    assert factories.fresh(version).question_set.version == "2026.1"


def test_an_agreement_that_has_the_newest_questions_is_not_moved():
    cast = factories.Cast()
    version = cast.start()
    with pytest.raises(NotReady):
        operations.move_to_newer_sets(version, by=cast.contributor, seen=[])


@pytest.mark.parametrize("who", ["stranger", "cjvsf"])
def test_only_those_who_draft_an_agreement_may_move_it(who):
    cast = factories.Cast()
    version = cast.start()
    newer_agreement_set(cast)
    with pytest.raises(PermissionDenied):
        move(version, getattr(cast, who))


@pytest.mark.parametrize(
    ("status", "kinds"), [("details", 1), ("for approval", 0), ("for signature", 0), ("in force", 0)]
)
def test_words_that_are_before_an_approver_or_signed_are_not_moved(status, kinds):
    cast = factories.Cast()
    version = factories.bring_to(status, cast)
    newer_agreement_set(cast)
    assert len(operations.newer_sets(factories.fresh(version))) == kinds


def test_an_open_comment_on_a_question_that_would_go_is_resolved_first():
    cast = factories.Cast()
    version = cast.start()
    add_comment(version, question_id="S1-09", text="Is this so?", mentions=[], by=cast.contributor)
    newer_agreement_set(cast)
    with pytest.raises(NotReady) as refused:
        move(factories.fresh(version), cast.contributor)
    assert refused.value.reasons == ("Resolve the open comment on S1-09 first. The newer questions leave it out.",)
    assert Comment.objects.filter(version=version, resolved_at=None).exists()


@pytest.fixture
def newer(cast):
    """A draft agreement with answers, and newer questions: S1-01 reworded, S1-09 retired."""
    version = cast.start()
    answers = {"S1-01": "We teach drumming.", "S1-09": "It was asked for in the forum."}
    save_answers(version, answers, replacing={}, by=cast.contributor)
    row = draft(cast)
    reword(row, "S1-01", cast.cjvsf, text="What will you do there?")
    retire(row, "S1-09", cast.cjvsf)
    return version, operations.publish(row, by=cast.cjvsf)


def test_before_moving_a_person_sees_what_changes_and_which_answers_drop_out(cast, client, newer):
    version, _ = newer
    client.force_login(cast.contributor)
    response = client.get(reverse("newer_questions", args=[version.agreement.reference]))
    text = text_of(response)
    assert "Removed S1-09" in text
    assert "[added:" in text
    assert "It was asked for in the forum." in text
    assert "We teach drumming." not in text
    assert version.question_set == factories.fresh(version).question_set


def test_moving_by_the_button_keeps_every_answer(cast, client, newer):
    version, row = newer
    client.force_login(cast.contributor)
    address = reverse("newer_questions", args=[version.agreement.reference])
    assert client.post(address, {"seen": [row.sha256]}).status_code == 302
    assert factories.fresh(version).question_set == row
    kept = Answer.objects.filter(version=version, replaced_at=None).values_list("question_id", flat=True)
    assert sorted(kept) == ["S1-01", "S1-09"]
    assert "There is nothing to move to" in text_of(client.get(address))


def test_moving_to_what_was_not_shown_is_refused(cast, client, newer):
    version, _ = newer
    client.force_login(cast.contributor)
    address = reverse("newer_questions", args=[version.agreement.reference])
    assert client.post(address, {"seen": ["an older set"]}).status_code == 409
    assert factories.fresh(version).question_set == version.question_set


def test_strangers_find_no_newer_questions_and_cjvsf_may_only_look(cast, client, newer):
    version, row = newer
    address = reverse("newer_questions", args=[version.agreement.reference])
    client.force_login(cast.stranger)
    assert client.get(address).status_code == 404
    assert client.post(address, {"seen": [row.sha256]}).status_code == 404
    client.force_login(cast.cjvsf)
    assert b"Stay with the present questions" not in client.get(address).content
    assert client.post(address, {"seen": [row.sha256]}).status_code == 403
