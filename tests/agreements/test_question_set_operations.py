"""Drafts, edits and publishing, on the real database."""

import ast
import re
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from agreements.models import Kind, QuestionSet
from agreements.operations import question_sets as operations
from agreements.questions import editing
from agreements.questions.definition import fingerprint
from directory.models import Role
from portal.foundation import audit
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.guards import DROP
from tests import factories
from tests.agreements.draft_sets import add, published, retire, reword

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
TRIGGER = {"UPDATE": "agreements_questionset_no_update", "DELETE": "agreements_questionset_no_delete"}


@pytest.fixture
def cjvsf():
    return factories.hold(factories.post(Role.CJVSF, None))


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
    reword(draft, "RVW-01", cjvsf)
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
    reword(draft, "RVW-01", cjvsf)
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
    reword(draft, first, cjvsf, asked_when={"question": second, "answered": True})
    reword(draft, second, cjvsf, text=" ")
    add(draft, "CON", cjvsf, type="guess")
    add(draft, "CON", cjvsf, type="choice")
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
    retire(draft, "CON-09", cjvsf)
    add(draft, "CON", cjvsf, id="CON-09")
    with pytest.raises(NotReady) as refused:
        operations.publish(draft, by=cjvsf)
    assert "CON-09: this id was retired and can't be used again" in refused.value.reasons


def test_a_question_that_the_portal_reads_itself_cannot_leave_the_set(cjvsf):
    draft = operations.begin_draft(Kind.AGREEMENT, by=cjvsf)
    retire(draft, "S4-05", cjvsf)
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
    newer = published(Kind.REVIEW, cjvsf, lambda draft: reword(draft, "RVW-01", cjvsf))
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
