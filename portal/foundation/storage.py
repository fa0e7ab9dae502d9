"""Where files are kept: each is there whole or not at all, also when the process that writes it is killed."""

import os
from typing import Any

from django.core.files.storage import FileSystemStorage

UNFINISHED = ".part"


class WholeFiles(FileSystemStorage):
    """Written beside its place, flushed to the disk, then given its name, which no other file has."""

    def _save(self, name: str, content: Any) -> str:
        part = super()._save(f"{name}{UNFINISHED}", content)
        with open(self.path(part), "rb") as written:
            os.fsync(written.fileno())
        while True:
            try:
                os.link(self.path(part), self.path(name))
            except FileExistsError:
                name = self.get_available_name(name)
            else:
                os.unlink(self.path(part))
                return name
