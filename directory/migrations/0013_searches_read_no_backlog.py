from django.db import migrations

INDEXES = ("listing_search", "listing_words")


def set_fastupdate(value):
    """A listing is written seldom, and a search must not read through what waits to be filed."""

    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            for index in INDEXES:
                schema_editor.execute(f"ALTER INDEX {index} SET (fastupdate = {value})")

    return run


class Migration(migrations.Migration):
    dependencies = [("directory", "0012_charity_register")]
    operations = [migrations.RunPython(set_fastupdate("off"), set_fastupdate("on"))]
