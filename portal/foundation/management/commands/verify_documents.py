"""Prove that every file that a row names is there, and still what was written."""

import hashlib
from collections.abc import Iterator

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models


class Command(BaseCommand):
    help = "Look at every file that the database names; exit 1 and name those that are missing or were changed."

    def handle(self, **options) -> None:
        files = list(every_file())
        if wrong := [name for name, is_right in files if not is_right]:
            raise CommandError("Missing or changed: " + "; ".join(wrong))
        self.stdout.write(f"{len(files)} files are what they were")


def every_file() -> Iterator[tuple[str, bool]]:
    for model in apps.get_models():
        for field in model._meta.fields:
            if isinstance(field, models.FileField):
                for row in model._default_manager.exclude(**{field.name: ""}).iterator():
                    file = getattr(row, field.name)
                    yield file.name, is_as_written(file, getattr(row, "sha256", ""))


def is_as_written(file: models.fields.files.FieldFile, sha256: str) -> bool:
    """Exports have no hash of their own: they can be made again."""
    if not file.storage.exists(file.name):
        return False
    with file.open() as content:
        return not sha256 or hashlib.file_digest(content, "sha256").hexdigest() == sha256
