from django.db import migrations

from portal.foundation.guards import refuse


FROZEN = ("html", "data", "sha256", "code", "version_id", "frozen_at", "frozen_by_id")
GIVEN = ("version_id", "post_id", "by_id", "as_deputy", "words_sha256", "at")


class Migration(migrations.Migration):
    dependencies = [("agreements", "0002_initial")]

    operations = [
        refuse(
            "UPDATE",
            "agreements_questionset",
            message="Published words never change",
            when="OLD.published_at IS NOT NULL",
        ),
        refuse(
            "DELETE",
            "agreements_questionset",
            message="Published words never change",
            when="OLD.published_at IS NOT NULL",
        ),
        refuse(
            "UPDATE",
            "agreements_document",
            message="Frozen words never change",
            when=" OR ".join(f"OLD.{column} <> NEW.{column}" for column in FROZEN),
        ),
        refuse("DELETE", "agreements_document", message="Frozen words never change"),
        refuse(
            "UPDATE",
            "agreements_approval",
            message="An approval never changes",
            when=" OR ".join(f"OLD.{column} <> NEW.{column}" for column in GIVEN),
        ),
        refuse("DELETE", "agreements_approval", message="An approval never changes"),
        refuse("UPDATE", "agreements_statuschange", message="A step that was taken stays taken"),
        refuse("DELETE", "agreements_statuschange", message="A step that was taken stays taken"),
        refuse("UPDATE", "agreements_signature", message="A signature never changes"),
        refuse("DELETE", "agreements_signature", message="A signature never changes"),
    ]
