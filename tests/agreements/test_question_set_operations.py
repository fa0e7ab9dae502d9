"""Editing, publishing and moving to question sets, on the real database."""

import ast
import re
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from agreements.models import Answer, Comment, Kind, QuestionSet
from agreements.operations import question_sets as operations
from agreements.operations.drafting import add_comment
from agreements.questions import editing
from agreements.questions.definition import fingerprint
from agreements.reading import read
from directory.models import Role
from portal.foundation import audit
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.guards import DROP
from tests import factories

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
TRIGGER = {"UPDATE": "agreements_questionset_no_update", "DELETE": "agreements_questionset_no_delete"}


@pytest.fixture
def cjvsf():
    return factories.hold(factories.post(Role.CJVSF, None))


def edit(draft: QuestionSet, change, by, **words) -> QuestionSet:
    draft.refresh_from_db()
    return operations.edit_draft(draft, change, by=by, seen=fingerprint(draft.definition), **words)


def reworded(draft: QuestionSet, question_id: str, by, **words) -> QuestionSet:
    as_it_is = {"text": "Other words", "help": "", "required": True, "asked_when": None}
    return edit(draft, editing.reword, by, question_id=question_id, **as_it_is | words)


def added(draft: QuestionSet, section_id: str, by, **keys) -> str:
    question_id = editing.next_id(draft.definition, section_id)
    question = {"id": question_id, "text": "A new question", "type": "short_text", "side": "partner", "due": "outline"}
    edit(draft, editing.add, by, section_id=section_id, after=None, question=question | {"status": "inferred"} | keys)
    return question_id


def published(kind: str, by, change) -> QuestionSet:
    """A newer set: a draft, changed by `change(draft)`, and published."""
    draft = operations.begin_draft(kind, by=by)
    change(draft)
    return operations.publish(draft, by=by)


def run(sql: str, *values) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


def drop_trigger(event: str) -> None:
    run(DROP[connection.vendor].format(name=TRIGGER[event], table="agreements_questionset"))


def test_a_draft_begins_with_the_published_words_under_the_next_version(cjvsf):
    before = operations.published_set(Kind.REVIEW)
    draft = operations.begin_draft(Kind.REVIEW, by=cjvsf)
    assert draft.definition == before.definition | {"version": draft.version}
    assert draft.version != before.version


def test_there_is_one_draft_of_a_kind(cjvsf):
    assert operations.begin_draft(Kind.REVIEW, by=cjvsf) == operations.begin_draft(Kind.REVIEW, by=cjvsf)


def test_an_edit_of_the_draft_leaves_the_published_words_alone(cjvsf):
    draft = operations.begin_draft(Kind.REVIEW, by=cjvsf)
    reworded(draft, "RVW-01", cjvsf)
    assert operations.published_set(Kind.REVIEW).words.questions["RVW-01"].text != "Other words"


@pytest.mark.parametrize("role", ["contributor", "hoo", "stranger"])
def test_only_cjvsf_may_draft_edit_publish_or_discard(role):
    cast = factories.Cast()
    someone = getattr(cast, role)
    with pytest.raises(PermissionDenied):
        operations.begin_draft(Kind.REVIEW, by=someone)
    draft = operations.begin_draft(Kind.REVIEW, by=cast.cjvsf)
    seen = fingerprint(draft.definition)
    with pytest.raises(PermissionDenied):
        operations.edit_draft(draft, editing.retire, by=someone, seen=seen, question_id="RVW-01")
    with pytest.raises(PermissionDenied):
        operations.publish(draft, by=someone, seen=seen)
    with pytest.raises(PermissionDenied):
        operations.discard_draft(draft, by=someone, seen=seen)


def test_the_second_of_two_editors_is_told_and_changes_nothing(cjvsf):
    draft = operations.begin_draft(Kind.REVIEW, by=cjvsf)
    seen_by_both = fingerprint(draft.definition)
    words = {"question_id": "RVW-01", "help": "", "required": True, "asked_when": None}
    operations.edit_draft(draft, editing.reword, by=cjvsf, seen=seen_by_both, text="The first", **words)
    with pytest.raises(Overtaken):
        operations.edit_draft(draft, editing.reword, by=cjvsf, seen=seen_by_both, text="The second", **words)
    draft.refresh_from_db()
    assert draft.words.questions["RVW-01"].text == "The first"


@pytest.mark.parametrize("end", [operations.publish, operations.discard_draft])
def test_a_draft_that_has_changed_since_is_neither_published_nor_discarded(cjvsf, end):
    draft = operations.begin_draft(Kind.REVIEW, by=cjvsf)
    seen = fingerprint(draft.definition)
    reworded(draft, "RVW-01", cjvsf)
    with pytest.raises(Overtaken):
        end(draft, by=cjvsf, seen=seen)
    assert operations.open_draft(Kind.REVIEW) == draft


def test_an_edit_of_a_draft_that_was_published_meanwhile_comes_too_late(cjvsf):
    draft = operations.begin_draft(Kind.REVIEW, by=cjvsf)
    seen = fingerprint(draft.definition)
    operations.publish(QuestionSet.objects.get(pk=draft.pk), by=cjvsf)
    with pytest.raises(Overtaken):
        operations.edit_draft(draft, editing.retire, by=cjvsf, seen=seen, question_id="RVW-01")


def test_publishing_refuses_a_faulty_draft_and_names_every_fault(cjvsf):
    draft = operations.begin_draft(Kind.CONSENT, by=cjvsf)
    first, second = list(draft.words.questions)[:2]
    reworded(draft, first, cjvsf, asked_when={"question": second, "answered": True})
    reworded(draft, second, cjvsf, text=" ")
    added(draft, "CON", cjvsf, type="guess")
    added(draft, "CON", cjvsf, type="choice")
    draft.refresh_from_db()
    with pytest.raises(NotReady) as refused:
        operations.publish(draft, by=cjvsf)
    told = "\n".join(refused.value.reasons)
    assert f"{first}: its condition looks at {second}, which comes later" in told
    assert f"{second}: “text” is empty" in told
    assert "the type “guess” is unknown" in told
    assert "a choice needs “options” or “options_from”" in told
    assert operations.open_draft(Kind.CONSENT) == draft


def test_a_retired_id_that_is_used_again_is_refused(cjvsf):
    draft = operations.begin_draft(Kind.CONSENT, by=cjvsf)
    draft = edit(draft, editing.retire, cjvsf, question_id="CON-09")
    added(draft, "CON", cjvsf, id="CON-09")
    with pytest.raises(NotReady) as refused:
        operations.publish(draft, by=cjvsf)
    assert "CON-09: this id was retired and can't be used again" in refused.value.reasons


def test_a_question_that_the_portal_reads_itself_cannot_leave_the_set(cjvsf):
    draft = operations.begin_draft(Kind.AGREEMENT, by=cjvsf)
    edit(draft, editing.retire, cjvsf, question_id="S4-05")
    with pytest.raises(NotReady) as refused:
        operations.publish(draft, by=cjvsf)
    assert "S4-05: the portal works with this answer, so the question can't be retired" in refused.value.reasons


def ids_in_code() -> set[str]:
    """Every question id that is a string of the portal's code, or leads a path in one.

    Template tags only dress questions up, and do without one that is gone.
    """
    files = [path for app in ("agreements", "reviews") for path in ROOT.glob(f"{app}/**/*.py")]
    trees = [
        ast.parse(path.read_text())
        for path in files
        if path != Path(operations.__file__) and path.parent.name != "templatetags"
    ]
    texts = [node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return {match[1] for text in texts if (match := re.fullmatch(r"([A-Z][A-Z0-9]*-[0-9]{2})(\.\w+)?", str(text)))}


@pytest.mark.parametrize("kind", Kind)
def test_every_question_that_code_names_is_kept_in_its_set(kind):
    named = ids_in_code() & set(operations.published_set(kind).words.questions)
    assert bool(named) == (kind in operations.READ_BY_THE_PORTAL)
    assert named <= operations.READ_BY_THE_PORTAL.get(kind, frozenset())


def test_every_question_that_is_kept_is_in_the_shipped_sets():
    for kind, ids in operations.READ_BY_THE_PORTAL.items():
        assert ids <= set(operations.published_set(kind).words.questions)


def test_publishing_records_who_and_the_fingerprint(cjvsf):
    newer = published(Kind.REVIEW, cjvsf, lambda draft: reworded(draft, "RVW-01", cjvsf))
    assert operations.published_set(Kind.REVIEW) == newer
    assert newer.published_by == cjvsf
    assert newer.sha256 == fingerprint(newer.definition)
    assert audit.first_broken_link("question set:review") is None


UPDATE = "UPDATE agreements_questionset SET version = %s WHERE id = %s"
DELETE = "DELETE FROM agreements_questionset WHERE id = %s"


def test_the_database_refuses_to_change_a_published_row(cjvsf):
    row = operations.published_set(Kind.REVIEW)
    with pytest.raises(IntegrityError, match="Published words never change"):
        run(UPDATE, "2026.9", row.pk)
    row.refresh_from_db()
    assert row.version == "2026.1"


def test_without_the_guard_a_published_row_would_change():
    row = operations.published_set(Kind.REVIEW)
    drop_trigger("UPDATE")
    assert run(UPDATE, "2026.9", row.pk) == 1
    row.refresh_from_db()
    assert row.version == "2026.9"


def test_the_database_refuses_to_delete_a_published_row():
    row = operations.published_set(Kind.REVIEW)
    with pytest.raises(IntegrityError, match="Published words never change"):
        run(DELETE, row.pk)
    assert QuestionSet.objects.filter(pk=row.pk).exists()


def test_without_the_guard_a_published_row_would_be_deleted():
    row = operations.published_set(Kind.REVIEW)
    drop_trigger("DELETE")
    assert run(DELETE, row.pk) == 1
    assert not QuestionSet.objects.filter(pk=row.pk).exists()


def test_a_published_row_cannot_be_changed_by_code_either(cjvsf):
    row = operations.published_set(Kind.REVIEW)
    row.definition = row.definition | {"title": "Another title"}
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_an_agreement_stays_with_its_words_until_somebody_moves_it():
    cast = factories.Cast()
    version = cast.start()
    published(Kind.AGREEMENT, cast.cjvsf, lambda draft: reworded(draft, "S1-01", cast.cjvsf))
    assert factories.fresh(version).question_set.words.questions["S1-01"].text != "Other words"
    assert set(operations.newer_sets(factories.fresh(version))) == {Kind.AGREEMENT}


def newer_agreement_set(cast: factories.Cast) -> QuestionSet:
    """S1-01 reworded, S1-09 retired, a question added."""

    def change(draft: QuestionSet) -> None:
        reworded(draft, "S1-01", cast.cjvsf)
        edit(draft, editing.retire, cast.cjvsf, question_id="S1-09")
        draft.refresh_from_db()
        added(draft, "S1", cast.cjvsf)

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
    published(Kind.AGREEMENT, cast.cjvsf, lambda draft: reworded(draft, "S1-02", cast.cjvsf, text="Newer still"))
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
