import uuid

import django.db.models.deletion
from django.db import migrations, models


def give_uids(apps, schema_editor):
    """A copy in a later version gets the one of the action that it came from."""
    action_model = apps.get_model("agreements", "Action")
    known = {}
    for pk, copied_from_id in action_model.objects.order_by("pk").values_list("pk", "copied_from_id").iterator():
        known[pk] = known.get(copied_from_id) or uuid.uuid4()
        action_model.objects.filter(pk=pk).update(uid=known[pk])


class Migration(migrations.Migration):
    dependencies = [("agreements", "0005_assurance_profiles")]

    operations = [
        migrations.AddField("action", "uid", models.UUIDField(editable=False, null=True)),
        migrations.RunPython(give_uids, migrations.RunPython.noop),
        migrations.AlterField(
            "action",
            "uid",
            models.UUIDField(default=uuid.uuid4, editable=False, help_text="Stays the same in the next versions"),
        ),
        migrations.AddField("action", "claimed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "action",
            "evidence_file",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agreements.attachment",
            ),
        ),
    ]
