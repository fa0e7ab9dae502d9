from django.db import migrations

from portal.foundation.guards import refuse

ANSWER = ("reply", "why", "answered_at", "answered_by_id", "text")


class Migration(migrations.Migration):
    dependencies = [("directory", "0010_needs_and_ideas")]

    operations = [
        refuse(
            "UPDATE",
            "directory_needsstatement",
            message="A published needs statement never changes",
            when="OLD.published_at IS NOT NULL",
        ),
        refuse(
            "DELETE",
            "directory_needsstatement",
            message="A published needs statement never changes",
            when="OLD.published_at IS NOT NULL",
        ),
        refuse(
            "UPDATE",
            "directory_idea",
            message="An answer that was given stays",
            when="OLD.answered_at IS NOT NULL AND ("
            + " OR ".join(f"OLD.{column} <> NEW.{column}" for column in ANSWER)
            + " OR NEW.answered_at IS NULL)",
        ),
        refuse(
            "DELETE", "directory_idea", message="An answer that was given stays", when="OLD.answered_at IS NOT NULL"
        ),
    ]
