from django.db import migrations

from portal.foundation.guards import refuse


class Migration(migrations.Migration):
    dependencies = [("foundation", "0001_initial")]

    operations = [
        refuse("UPDATE", "foundation_auditevent", message="The audit is append-only"),
        refuse("DELETE", "foundation_auditevent", message="The audit is append-only"),
    ]
