"""What was written as a fact stays: the database refuses to change it. Each test has a twin without the guard."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.db import DatabaseError, connection, transaction

from agreements.models import Document, QuestionSet, Signature
from portal.foundation import audit
from portal.foundation.guards import DROP
from portal.foundation.models import AuditEvent
from tests import factories

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Attempt:
    """One statement that somebody with a database prompt might type."""

    sql: str
    trigger: str


ATTEMPTS = {
    "reword a published question set": Attempt(
        "UPDATE agreements_questionset SET definition = '{}' WHERE published_at IS NOT NULL",
        "agreements_questionset_no_update",
    ),
    "unpublish a question set": Attempt(
        "UPDATE agreements_questionset SET published_at = NULL WHERE published_at IS NOT NULL",
        "agreements_questionset_no_update",
    ),
    "delete a published question set": Attempt(
        "DELETE FROM agreements_questionset WHERE kind = 'review'", "agreements_questionset_no_delete"
    ),
    "change the words of a document": Attempt(
        "UPDATE agreements_document SET html = html || 'x'", "agreements_document_no_update"
    ),
    "change the hash of a document": Attempt(
        "UPDATE agreements_document SET sha256 = 'x'", "agreements_document_no_update"
    ),
    "change the data of a document": Attempt(
        "UPDATE agreements_document SET data = '{}'", "agreements_document_no_update"
    ),
    "change who froze a document": Attempt(
        "UPDATE agreements_document SET frozen_by_id = (SELECT MAX(id) FROM foundation_user)",
        "agreements_document_no_update",
    ),
    "change when a document was frozen": Attempt(
        "UPDATE agreements_document SET frozen_at = '2001-01-01 00:00:00+00:00'", "agreements_document_no_update"
    ),
    "change the code of a document": Attempt(
        "UPDATE agreements_document SET code = 'PD-AAAAAA'", "agreements_document_no_update"
    ),
    "delete a document": Attempt("DELETE FROM agreements_document", "agreements_document_no_delete"),
    "change who signed": Attempt("UPDATE agreements_signature SET name = 'Mallory'", "agreements_signature_no_update"),
    "change when somebody signed": Attempt(
        "UPDATE agreements_signature SET at = '2001-01-01 00:00:00+00:00'", "agreements_signature_no_update"
    ),
    "delete a signature": Attempt("DELETE FROM agreements_signature", "agreements_signature_no_delete"),
    "change a line of the audit": Attempt(
        "UPDATE foundation_auditevent SET by_name_sha256 = 'Mallory'", "foundation_auditevent_no_update"
    ),
    "delete a line of the audit": Attempt("DELETE FROM foundation_auditevent", "foundation_auditevent_no_delete"),
}
NAMED = pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)


@pytest.fixture
def facts() -> factories.Cast:
    """One agreement that was approved and signed; the last user in the table is a stranger."""
    cast = factories.Cast()
    version = factories.bring_to("for signature", cast)
    factories.sign(version, by=cast.signatory)
    factories.user("Mallory")
    return cast


def rows() -> list[list[tuple]]:
    """All that must stay."""
    return [
        list(model.objects.order_by("pk").values_list()) for model in (QuestionSet, Document, Signature, AuditEvent)
    ]


def run(sql: str) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.rowcount


@contextmanager
def unguarded(trigger: str) -> Iterator[None]:
    """The database without one of its guards; all is rolled back afterwards."""
    table = trigger.rpartition("_no_")[0]
    with transaction.atomic():
        # PostgreSQL alters no table while it owes it the check of a foreign key.
        connection.check_constraints()
        with connection.cursor() as cursor:
            cursor.execute(DROP[connection.vendor].format(name=trigger, table=table))
        yield
        transaction.set_rollback(True)


@NAMED
def test_nobody_can(facts, attempt):
    before = rows()
    with pytest.raises(DatabaseError):
        run(attempt.sql)
    assert rows() == before


@NAMED
def test_twin_without_its_trigger_anybody_could(facts, attempt):
    before = rows()
    with unguarded(attempt.trigger):
        assert run(attempt.sql) > 0
        assert rows() != before


def test_a_draft_question_set_can_be_changed_and_deleted(facts):
    """The guard protects what was published, and only that."""
    draft = QuestionSet.objects.create(kind="review", version="2026.9", definition={})
    assert run(f"UPDATE agreements_questionset SET version = '2026.8' WHERE id = {draft.pk}") == 1
    assert run(f"DELETE FROM agreements_questionset WHERE id = {draft.pk}") == 1


def test_a_document_can_be_marked_as_overtaken(facts):
    assert run("UPDATE agreements_document SET overtaken_at = '2030-01-01 00:00:00+00:00'") == 1


def test_a_changed_line_of_the_audit_breaks_the_chain_there(facts):
    """Whoever owns the table can drop its triggers. The chain still shows where."""
    line = AuditEvent.objects.filter(about__startswith="agreement:", number=2).get()
    assert audit.first_broken_link(line.about) is None
    with unguarded("foundation_auditevent_no_update"):
        run(f"UPDATE foundation_auditevent SET by_name_sha256 = 'Mallory' WHERE id = {line.pk}")
        assert audit.first_broken_link(line.about) == line


def test_a_missing_line_of_the_audit_breaks_the_chain_at_the_next_one(facts):
    line = AuditEvent.objects.filter(about__startswith="agreement:", number=2).get()
    with unguarded("foundation_auditevent_no_delete"):
        run(f"DELETE FROM foundation_auditevent WHERE id = {line.pk}")
        assert audit.first_broken_link(line.about).number == 3
