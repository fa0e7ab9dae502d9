"""Static files under names that change with their content, so that browsers may keep them for a year."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Hashes the names inside scripts too: portal.js loads the others by name."""

    support_js_module_import_aggregation = True
