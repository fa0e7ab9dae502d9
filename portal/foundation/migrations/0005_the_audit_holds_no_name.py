from django.db import migrations, models

import portal.foundation.models


def give_each_a_salt(apps, schema_editor):
    """A default is the same for all rows that are there already."""
    user = apps.get_model("foundation", "User")
    for pk in user.objects.values_list("pk", flat=True):
        user.objects.filter(pk=pk).update(salt=portal.foundation.models.new_salt())


class Migration(migrations.Migration):
    dependencies = [("foundation", "0004_audit_is_not_emptied")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="salt",
            field=models.CharField(
                blank=True, default=portal.foundation.models.new_salt, editable=False, max_length=32
            ),
        ),
        migrations.RunPython(give_each_a_salt, migrations.RunPython.noop),
        migrations.RenameField("auditevent", "by_name", "by_name_sha256"),
        migrations.AlterField(
            model_name="auditevent",
            name="by_name_sha256",
            field=models.CharField(blank=True, help_text="Empty: the portal itself", max_length=160),
        ),
    ]
