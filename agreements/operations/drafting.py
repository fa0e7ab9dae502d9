"""Answers and comments. Each save says which answer it replaces, so that a second writer loses nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from agreements import notices, projection
from agreements.models import Answer, Comment, Version
from agreements.permissions import may_draft
from agreements.reading import Reading, read
from agreements.turns import turn, unlocked
from portal.foundation import audit, clock, outbox
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User


@dataclass(frozen=True)
class Conflict:
    """Two people answered the same question: what is stored, and what the second one typed."""

    question_id: str
    stored: Answer
    typed: Any


@dataclass
class Saved:
    """What became of a save: the ids that the next one replaces, and what could not be saved."""

    bases: dict[str, int] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)


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
    saved = Saved()
    changed = {question_id: value for question_id, value in values.items() if reading.answers.get(question_id) != value}
    for question_id in values:
        if question_id not in changed and question_id in reading.rows:
            saved.bases[question_id] = reading.rows[question_id].pk
    for question_id, value in changed.items():
        _save_one(reading, question_id, value, replacing.get(question_id, ""), by, saved)
    if written := sorted(set(changed) - {conflict.question_id for conflict in saved.conflicts}):
        audit.record("answer", about=version.agreement.about, by=by, version=version.number, questions=written)
        if projection.PROJECTED & set(written):
            projection.project(version)
    return saved


def _save_one(reading: Reading, question_id: str, value: Any, replaces: str, by: User, saved: Saved) -> None:
    stored = reading.rows.get(question_id)
    if not replace(stored, replaces):
        saved.conflicts.append(Conflict(question_id, stored, value))
        return
    answer = Answer(version=reading.version, question_id=question_id, value=value, by=by, at=clock.now())
    answer.save(force_insert=True)
    saved.bases[question_id] = answer.pk


def replace(stored: Answer | None, replaces: str) -> bool:
    """Mark the stored answer as replaced, if it is still the one that the writer saw: one changes the row, or no."""
    if stored is None:
        return True
    if str(stored.pk) != replaces:
        return False
    return Answer.objects.filter(pk=stored.pk, replaced_at=None).update(replaced_at=clock.now()) == 1


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
