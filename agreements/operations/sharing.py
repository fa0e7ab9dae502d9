"""One service in several prisons: words that were agreed in one draft are taken over into its others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import transaction

from agreements.models import DRAFTED, Agreement, Answer, Side, Version
from agreements.operations.drafting import save_answers
from agreements.permissions import may_draft, side_of
from agreements.reading import read
from agreements.turns import turn, unlocked
from portal.foundation import audit
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.models import User


@dataclass
class Shared:
    """Where the words went, and where they did not."""

    changed: list[Agreement] = field(default_factory=list)
    locked: list[Agreement] = field(default_factory=list)
    overtaken: list[Agreement] = field(default_factory=list)


@transaction.atomic
def share_answer(answer: Answer, *, replacing: Mapping[str, str], by: User) -> Shared:
    """Copy one answer into the other drafts of the same service, where its question is open to this person.

    `replacing` names, by the id of each version, the answer that the person saw there: one that has changed stays.
    Raises PermissionDenied, NotReady, or Overtaken when the answer itself has been replaced.
    """
    source = answer.version
    if side_of(by, source.agreement) != Side.PARTNER or not may_draft(by, source.agreement):
        raise PermissionDenied
    drafts = _hold_drafts(source, by)
    if not Answer.objects.filter(pk=answer.pk, replaced_at=None).exists():
        raise Overtaken("These words have been changed since you opened the page.")
    _refuse_own_words(answer)
    shared = Shared()
    for draft in drafts:
        _share_with(draft, answer, replacing.get(str(draft.pk), ""), by, shared)
    references = [agreement.reference for agreement in shared.changed]
    audit.record("share answer", about=source.agreement.about, by=by, question=answer.question_id, to=references)
    return shared


def _hold_drafts(source: Version, by: User) -> Iterable[Version]:
    """The service's other drafts. Its agreements are held in one order, so that no two writers wait for each other."""
    agreements = Agreement.objects.filter(service_id=source.agreement.service_id)
    list(agreements.select_for_update().order_by("pk"))
    drafts = Version.objects.visible_to(by).with_parties().filter(agreement__in=agreements, status__in=DRAFTED)
    return drafts.exclude(agreement=source.agreement).order_by("agreement_id")


def _refuse_own_words(answer: Answer) -> None:
    question = answer.version.question_set.words.questions.get(answer.question_id)
    if question is None or not question.shared:
        raise NotReady(f"{answer.question_id} is answered for each prison on its own.")
    if answer.value is None:
        raise NotReady(f"{answer.question_id} has no answer here yet, so there is nothing to copy.")


def _share_with(draft: Version, answer: Answer, replaces: str, by: User, shared: Shared) -> None:
    reading = read(draft)
    if answer.question_id not in unlocked(reading, by, turn(draft).asked):
        shared.locked.append(draft.agreement)
        return
    if reading.answers.get(answer.question_id) == answer.value:
        return
    values = {answer.question_id: answer.value}
    saved = save_answers(draft, values, replacing={answer.question_id: replaces}, by=by)
    (shared.overtaken if saved.conflicts else shared.changed).append(draft.agreement)
