"""The public check whether an agreement is needed: it is counted, and a draft starts from it when somebody goes on."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from agreements.eligibility import decide, prefill
from agreements.models import Agreement, EligibilityCheck, Kind, QuestionSet, Version
from agreements.operations.drafting import save_answers
from agreements.operations.starting import start
from agreements.reading import read
from agreements.turns import unlocked
from directory.models import Establishment, Organisation
from portal.foundation import clock
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.models import User


def newest_questions() -> QuestionSet:
    return QuestionSet.objects.newest(Kind.ELIGIBILITY)


def record_check(question_set: QuestionSet, answers: Mapping[str, Any]) -> EligibilityCheck:
    """Keep one run of the checker. Nobody needs to be signed in for it, so it names no author."""
    decision = decide(answers)
    return EligibilityCheck.objects.create(
        question_set=question_set,
        answers=dict(answers),
        result=decision.result,
        row=decision.row,
        asked_at=clock.now(),
    )


def find_check(check_id: int) -> EligibilityCheck | None:
    """The check that a session remembers, with what was started from it."""
    return EligibilityCheck.objects.select_related("question_set", "agreement").filter(pk=check_id).first()


@transaction.atomic
def start_from_check(
    check: EligibilityCheck,
    *,
    organisation: Organisation,
    establishment: Establishment,
    service_name: str,
    needs: Sequence[str],
    by: User,
) -> Version:
    """Begin an outline with what the check says. Each check starts one agreement: Overtaken has it as `stored`."""
    check = EligibilityCheck.objects.select_for_update().get(pk=check.pk)
    if started := Agreement.objects.filter(eligibility=check).first():
        raise Overtaken("An agreement has been started from these answers already.", stored=started)
    decision = decide(check.answers)
    if not decision.may_start:
        raise NotReady(decision.reason)
    version = start(
        organisation=organisation, establishment=establishment, service_name=service_name, by=by, eligibility=check
    )
    _take_over(version, prefill(check.answers, _labels(check)) | ({"S1-05": list(needs)} if needs else {}), by)
    return version


def _take_over(version: Version, values: Mapping[str, Any], by: User) -> None:
    """A question that newer words no longer have, or don't ask of the partner, is left alone."""
    open_now = unlocked(read(version), by, None)
    save_answers(version, {key: value for key, value in values.items() if key in open_now}, replacing={}, by=by)


def _labels(check: EligibilityCheck) -> dict[str, str]:
    sources = check.question_set.words.questions.get("ELG-02")
    return {option.value: option.label for option in sources.options} if sources else {}
