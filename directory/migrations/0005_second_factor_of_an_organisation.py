from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("directory", "0004_invitations_and_handovers")]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="requires_second_factor",
            field=models.BooleanField(default=False, help_text="Everybody who acts for it needs one"),
        ),
    ]
