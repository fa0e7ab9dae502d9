from django.db import migrations

from portal.foundation.guards import refuse


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
            when="OLD.html <> NEW.html OR OLD.sha256 <> NEW.sha256 OR OLD.version_id <> NEW.version_id",
        ),
        refuse("DELETE", "agreements_document", message="Frozen words never change"),
        refuse("UPDATE", "agreements_signature", message="A signature never changes"),
        refuse("DELETE", "agreements_signature", message="A signature never changes"),
    ]
