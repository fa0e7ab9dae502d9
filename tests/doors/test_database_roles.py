"""The web server's role in the database reads and writes rows, and can't get past the guards."""

import re
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from portal.foundation import audit
from portal.foundation.models import AuditEvent

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no roles"),
]
PAGE = Path(__file__).parents[2] / "docs" / "two-database-roles.md"
FORBIDDEN = {
    "change the audit": "UPDATE foundation_auditevent SET by_name_sha256 = 'Mallory'",
    "delete from the audit": "DELETE FROM foundation_auditevent",
    "empty the audit": "TRUNCATE foundation_auditevent",
    "delete a signature": "DELETE FROM agreements_signature",
    "delete a document": "DELETE FROM agreements_document",
    "empty another table": "TRUNCATE foundation_notification",
    "drop a guard": "DROP TRIGGER foundation_auditevent_no_update ON foundation_auditevent",
    "switch the guards off": "SET session_replication_role = replica",
    "disable a guard": "ALTER TABLE foundation_auditevent DISABLE TRIGGER ALL",
    "replace what the guards call": "CREATE OR REPLACE FUNCTION portal_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RETURN NEW; END $$",
    "make a table": "CREATE TABLE mine (x integer)",
    "drop a table": "DROP TABLE foundation_notification",
    "run a program": "COPY (SELECT 1) TO PROGRAM 'true'",
    "read a file": "SELECT pg_read_file('/etc/passwd')",
    "become the owner": "SET ROLE portal_owner",
}


@pytest.fixture
def web_role():
    """This connection, as the web server's would be."""
    audit.record("something", about="thing:1", by=None)
    connection.check_constraints()
    with transaction.atomic():
        with connection.cursor() as cursor:
            for block in re.findall(r"```sql\n(.*?)```", PAGE.read_text(), re.S):
                cursor.execute(block)
            cursor.execute("SET LOCAL SESSION AUTHORIZATION portal_web")
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("deed", FORBIDDEN)
def test_the_webs_role_cannot(web_role, deed):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FORBIDDEN[deed])


def test_the_webs_role_writes_the_audit_and_reads_it(web_role):
    audit.record("something else", about="thing:1", by=None)
    assert AuditEvent.objects.filter(about="thing:1").count() == 2
    assert audit.first_broken_link("thing:1") is None


@pytest.mark.parametrize("deed", ["empty another table", "make a table", "read a file"])
def test_twin_as_the_owner_of_the_cluster_one_could(deed):
    with transaction.atomic(), connection.cursor() as cursor:
        connection.check_constraints()
        cursor.execute(FORBIDDEN[deed])
        transaction.set_rollback(True)
