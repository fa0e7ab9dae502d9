from django.db import migrations, models

import directory.models.listings

# pg_trgm is a trusted extension: whoever may create in the database may add it, without being a superuser.
POSTGRES = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX listing_search ON directory_listing USING gin (search)",
    "CREATE INDEX listing_words ON directory_listing USING gin (words gin_trgm_ops)",
)
POSTGRES_BACK = ("DROP INDEX listing_words", "DROP INDEX listing_search")


def on_postgres(*statements):
    """SQLite searches plainly, and needs none of it."""

    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements:
                schema_editor.execute(statement)

    return run


def give_references(apps, schema_editor):
    """Rows that were there before share the one reference that the column began with."""
    listings = apps.get_model("directory", "Listing")
    for pk in listings.objects.values_list("pk", flat=True):
        listings.objects.filter(pk=pk).update(reference=directory.models.listings.new_listing_reference())


class Migration(migrations.Migration):
    dependencies = [("directory", "0008_listings_grow")]
    operations = [
        migrations.RunPython(give_references, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="listing",
            name="reference",
            field=models.CharField(
                default=directory.models.listings.new_listing_reference, editable=False, max_length=12, unique=True
            ),
        ),
        migrations.RunPython(on_postgres(*POSTGRES), on_postgres(*POSTGRES_BACK)),
    ]
