"""Answers and comments of a version that is being drafted."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from agreements import notices, projection
from agreements.models import Answer, Comment, Version
from agreements.operations.answering import Saved, write
from agreements.permissions import may_draft
from agreements.reading import read
from agreements.turns import turn, unlocked
from portal.foundation import audit, clock, outbox
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User


@transaction.atomic
def save_answers(version: Version, values: Mapping[str, Any], *, replacing: Mapping[str, str], by: User) -> Saved:
    """Save answers that this person may give now. `replacing` names the answer (by id, "" for none) that each one replaces.

    An answer that somebody else has replaced meanwhile is a conflict: it is not saved, and the others are.
    Raises PermissionDenied for a question that isn't open to this person.
    """
    version = Version.objects.locked(version)
    reading = read(version)
    if not set(values) <= unlocked(reading, by, turn(version).asked):
        raise PermissionDenied
    saved = write(reading.rows, values, replacing=replacing, by=by, new=partial(Answer, version=version))
    if saved.written:
        audit.record("answer", about=version.agreement.about, by=by, version=version.number, questions=saved.written)
        if projection.PROJECTED & set(saved.written):
            projection.project(version)
    return saved


@transaction.atomic
def add_comment(version: Version, *, question_id: str, text: str, mentions: list[User], by: User) -> Comment:
    """Say something about a question. Who is mentioned gets a mail with a link, not the text."""
    version = Version.objects.locked(version)
    if not may_draft(by, version.agreement):
        raise PermissionDenied
    comment = Comment.objects.create(version=version, question_id=question_id, text=text, by=by, at=clock.now())
    comment.mentions.set(mentions)
    audit.record("comment", about=version.agreement.about, by=by, question=question_id)
    for user in mentions:
        context = notices.about(version) | {"by": by.name, "question": question_id}
        key = f"comment:{comment.pk}:user:{user.pk}"
        outbox.queue(to=f"user:{user.pk}", template="mentioned", context=context, dedupe_key=key)
    return comment


@transaction.atomic
def resolve_comment(comment: Comment, *, by: User) -> None:
    """Close a discussion. It stays in the record, and is exported with it."""
    version = Version.objects.locked(comment.version)
    if not may_draft(by, version.agreement):
        raise PermissionDenied
    resolved = Comment.objects.filter(pk=comment.pk, resolved_at=None).update(resolved_at=clock.now(), resolved_by=by)
    if not resolved:
        raise NotReady("This comment has been resolved already.")
    audit.record("resolve comment", about=version.agreement.about, by=by, question=comment.question_id)
