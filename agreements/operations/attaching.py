"""Files that belong to an answer: stored under an id of ours, named as the person named them."""

import hashlib
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile

from agreements.models import Attachment, Version
from portal.foundation import clock, uploads
from portal.foundation.models import User


def attach(version: Version, path: str, upload: UploadedFile, *, by: User) -> dict[str, Any]:
    """Store an upload; what is returned is what the answer holds of it. Call it in the transaction of the save."""
    attachment = store(version, path.split(".")[0], upload, by=by)
    return {
        "id": str(attachment.pk),
        "name": attachment.name,
        "size": attachment.size,
        "sha256": attachment.sha256,
    }


def store(version: Version, question_id: str, upload: UploadedFile, *, by: User) -> Attachment:
    """Keep an upload with a version. Call it in the transaction of what it belongs to."""
    content = uploads.content_of(upload)
    attachment = Attachment(
        version=version,
        question_id=question_id,
        name=uploads.clean_name(upload.name),
        kind=uploads.ending(upload.name)[:80],
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        by=by,
        at=clock.now(),
    )
    attachment.file.save(str(attachment.pk), ContentFile(content), save=False)
    attachment.save(force_insert=True)
    return attachment
