from django.db import migrations

from portal.foundation.guards import refuse_truncate


class Migration(migrations.Migration):
    dependencies = [("foundation", "0003_mail_to_posts")]

    operations = [refuse_truncate("foundation_auditevent", message="The audit is append-only")]
