"""Taking what somebody filled in off-line into a draft."""

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from agreements.models import QuestionSet, Version, WordImport
from agreements.operations.answering import Saved
from agreements.operations.drafting import save_answers
from agreements.permissions import may_draft
from agreements.questions.definition import Question
from portal.foundation import audit, clock
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User


@transaction.atomic
def keep_import(
    version: Version, *, name: str, sha256: str, answers: Mapping[str, Any], left: list[dict[str, str]], by: User
) -> WordImport:
    """Keep what was read in a file. The draft is not changed by it."""
    version = Version.objects.locked(version)
    if not may_draft(by, version.agreement):
        raise PermissionDenied
    if version.word_imports.filter(by=by).exists():
        raise NotReady("Deal with the file that you sent before first.")
    kept = WordImport.objects.create(
        version=version, name=name, sha256=sha256, answers=dict(answers), left=left, by=by, at=clock.now()
    )
    audit.record("read a Word file", about=version.agreement.about, by=by, sha256=sha256, questions=sorted(answers))
    return kept


def no_longer_asked(kept: WordImport) -> list[tuple[Question, Any]]:
    """What the file answers, and the draft has no question for since it moved to newer questions."""
    sets = kept.version.sets
    gone = kept.answers.keys() - {question_id for row in sets for question_id in row.words.questions}
    if not gone:
        return []
    before = QuestionSet.objects.ever_asked([row.kind for row in sets])
    return [(before[question_id], kept.answers[question_id]) for question_id in sorted(gone)]


@transaction.atomic
def take_import(kept: WordImport, *, questions: Collection[str], replacing: Mapping[str, str], by: User) -> Saved:
    """Save the answers to these questions as if this person had typed them: side, turn and conflicts are as ever."""
    values = {question_id: kept.answers[question_id] for question_id in questions if question_id in kept.answers}
    return save_answers(kept.version, values, replacing=replacing, by=by)


@transaction.atomic
def settle_import(kept: WordImport, *, by: User) -> None:
    """Everything that was in the file has been taken, or is no longer wanted."""
    version = Version.objects.locked(kept.version)
    if WordImport.objects.filter(pk=kept.pk, by=by).delete()[0]:
        audit.record("deal with a Word file", about=version.agreement.about, by=by, sha256=kept.sha256)
