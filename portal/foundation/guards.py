"""What the database itself refuses, on PostgreSQL and on SQLite: facts that were written stay as they were written."""

from django.db import migrations

POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION portal_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
CREATE = {
    "postgresql": "CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN ({when}) "
    "EXECUTE FUNCTION portal_refuse('{message}')",
    "sqlite": "CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN ({when}) "
    "BEGIN SELECT RAISE(ABORT, '{message}'); END",
}
DROP = {"postgresql": "DROP TRIGGER {name} ON {table}", "sqlite": "DROP TRIGGER {name}"}


TRUNCATE = (
    "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
    "EXECUTE FUNCTION portal_refuse('{message}')"
)
TRUNCATE_ALLOWED = "DROP TRIGGER {table}_no_truncate ON {table}"


def refuse_truncate(table: str, *, message: str) -> migrations.RunPython:
    """A migration that makes PostgreSQL refuse to empty `table`. SQLite has no such statement.

    The database of the tests is emptied between them, so tests/facts.py takes this guard away there.
    """

    def run(statement: str):
        def change(apps, schema_editor):
            if schema_editor.connection.vendor == "postgresql":
                with schema_editor.connection.cursor() as cursor:
                    cursor.execute(statement.format(table=table, message=message))

        return change

    return migrations.RunPython(run(TRUNCATE), run(TRUNCATE_ALLOWED))


# How a database says that a fact is younger than so many months, by its own clock.
YOUNG = {
    "postgresql": "OLD.{moment} > now() - interval '{months} months'",
    "sqlite": "OLD.{moment} > datetime('now', '-{months} months')",
}


def refuse_delete_of_young(table: str, *, moment: str, months: int, message: str) -> migrations.RunPython:
    """A migration that lets retention delete rows of `table`, once they are so old. Until then nobody can."""

    def replace(condition: str | None):
        def change(apps, schema_editor):
            vendor = schema_editor.connection.vendor
            when = (condition or YOUNG[vendor]).format(moment=moment, months=months)
            facts = {"name": f"{table}_no_delete", "event": "DELETE", "table": table, "message": message, "when": when}
            with schema_editor.connection.cursor() as cursor:
                cursor.execute(DROP[vendor].format(**facts))
                cursor.execute(CREATE[vendor].format(**facts))

        return change

    return migrations.RunPython(replace(None), replace("1 = 1"))


def refuse(event: str, table: str, *, message: str, when: str = "1 = 1") -> migrations.RunPython:
    """A migration that makes the database refuse `event` (UPDATE or DELETE) on rows of `table` for which `when` holds."""
    facts = {"name": f"{table}_no_{event.lower()}", "event": event, "table": table, "message": message, "when": when}

    def create(apps, schema_editor):
        with schema_editor.connection.cursor() as cursor:
            if schema_editor.connection.vendor == "postgresql":
                cursor.execute(POSTGRES_FUNCTION)
            cursor.execute(CREATE[schema_editor.connection.vendor].format(**facts))

    def drop(apps, schema_editor):
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(DROP[schema_editor.connection.vendor].format(**facts))

    return migrations.RunPython(create, drop)
