"""How an agreement begins: from an eligibility check, as a copy, or for the same service in another prison."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from agreements.effects import copy_answers
from agreements.models import Agreement, EligibilityCheck, Kind, QuestionSet, Version
from agreements.permissions import may_draft
from directory.models import Establishment, Organisation, Service
from portal.foundation import audit, clock
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User


@transaction.atomic
def start(
    *,
    organisation: Organisation,
    establishment: Establishment,
    service_name: str,
    by: User,
    eligibility: EligibilityCheck | None = None,
    copied_from: Agreement | None = None,
) -> Version:
    """Begin an agreement as an outline, under the newest published words. Raises PermissionDenied or NotReady."""
    if not establishment.takes_new_agreements:
        raise NotReady(f"{establishment} is closed. Choose another prison.")
    parties = {"organisation": organisation, "establishment": establishment}
    if not may_draft(by, Agreement(**parties)):
        raise PermissionDenied
    return begin(**parties, service_name=service_name, by=by, eligibility=eligibility, copied_from=copied_from)


def begin(*, organisation: Organisation, service_name: str, by: User, **fields: Any) -> Version:
    """The rows of a new agreement. Its caller has asked who may."""
    service, _ = Service.objects.get_or_create(organisation=organisation, name=service_name)
    agreement = Agreement.objects.create(
        organisation=organisation, service=service, started_at=clock.now(), started_by=by, **fields
    )
    version = _first_version(agreement)
    audit.record("start", about=agreement.about, by=by, version=1)
    return version


def _first_version(agreement: Agreement) -> Version:
    newest = QuestionSet.objects.newest_of((Kind.AGREEMENT, Kind.SHARING, Kind.CONSENT))
    version = Version.objects.create(
        agreement=agreement,
        number=1,
        status_since=clock.now(),
        started_at=clock.now(),
        question_set=newest[Kind.AGREEMENT],
        sharing_set=newest[Kind.SHARING],
        consent_set=newest[Kind.CONSENT],
    )
    agreement.current_version = version
    agreement.save(update_fields=["current_version"])
    return version


@transaction.atomic
def copy(source: Version, *, establishment: Establishment, by: User) -> Version:
    """A new outline with an old one's words. In another prison only what is the same everywhere comes along."""
    agreement = source.agreement
    target = start(
        organisation=agreement.organisation,
        establishment=establishment,
        service_name=agreement.service.name,
        by=by,
        copied_from=agreement,
    )
    same_prison = establishment == agreement.establishment
    copy_answers(source, target, by=by, only=outline_questions(source) if same_prison else shared_questions(source))
    return target


def shared_questions(version: Version) -> frozenset[str]:
    """The questions that a service answers in the same words in every prison."""
    return frozenset(question.id for question in version.question_set.words.questions.values() if question.shared)


def outline_questions(version: Version) -> frozenset[str]:
    return frozenset(
        question.id for question in version.question_set.words.questions.values() if question.side != "prison"
    )
