"""Where files are kept: each is there whole or not at all, also when the process that writes it is killed."""

import os
from typing import Any

from django.core.files.storage import FileSystemStorage
from django.utils.crypto import get_random_string

UNFINISHED = ".part"


class WholeFiles(FileSystemStorage):
    """Written beside its place, flushed to the disk, then given its name, which no other file has."""

    def _save(self, name: str, content: Any) -> str:
        part = self._write(f"{name}.{get_random_string(8)}{UNFINISHED}", content)
        while True:
            try:
                os.link(self.path(part), self.path(name))
            except FileExistsError:
                name = self.get_available_name(name)
            else:
                os.unlink(self.path(part))
                return name

    def _write(self, part: str, content: Any) -> str:
        """On a full disk, half a file must not stay and take the space that the next try needs."""
        try:
            super()._save(part, content)
            with open(self.path(part), "rb") as written:
                os.fsync(written.fileno())
        except OSError:
            self.delete(part)
            raise
        return part
