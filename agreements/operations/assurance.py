"""Filling in the assurance profile of an organisation, and taking its answers into a draft."""

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from agreements import assurance
from agreements.models import Answer, AssuranceProfile, TakenFromProfile, Version
from agreements.operations.answering import Conflict, Saved
from agreements.operations.drafting import save_answers
from agreements.reading import read
from agreements.turns import turn, unlocked
from directory.models import Organisation
from portal.foundation import audit, clock
from portal.foundation.exceptions import Overtaken
from portal.foundation.models import User


@transaction.atomic
def fill_in(organisation: Organisation, values: Mapping[str, Any], *, replacing: Mapping[str, str], by: User) -> Saved:
    """Keep the answers as a new profile, beside the older ones. `replacing` names the profile that each was typed over.

    An answer that somebody else has changed meanwhile is a conflict: it is not saved, and the others are.
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    question_set, words = assurance.newest_definition()
    if not assurance.may_fill_in(by, organisation) or not set(values) <= set(words.questions):
        raise PermissionDenied
    newest = assurance.newest_profile(organisation)
    saved = _compared(newest, values, replacing, seen=_profiles(organisation, replacing.values()))
    if saved.written:
        kept = (newest.answers if newest else {}) | {name: values[name] for name in saved.written}
        answers = {name: value for name, value in kept.items() if value is not None}
        profile = AssuranceProfile.objects.create(
            organisation=organisation, question_set=question_set, answers=answers, by=by, at=clock.now()
        )
        about = f"organisation:{organisation.pk}"
        audit.record("fill in profile", about=about, by=by, profile=profile.pk, questions=saved.written)
    return saved


def _compared(
    newest: AssuranceProfile | None, values: Mapping[str, Any], replacing: Mapping[str, str], *, seen: Mapping[str, Any]
) -> Saved:
    """Which answers are new, and which somebody else has changed since the writer saw them."""
    known = newest.answers if newest else {}
    saved = Saved()
    for name in sorted(values):
        if known.get(name) == values[name]:
            continue
        if newest and seen.get(replacing.get(name, ""), {}).get(name) != known.get(name):
            stored = assurance.Said(newest.pk, known.get(name), newest.by, newest.at)
            saved.conflicts.append(Conflict(name, stored, values[name]))
        else:
            saved.written.append(name)
    return saved


def _profiles(organisation: Organisation, named: Collection[str]) -> dict[str, dict[str, Any]]:
    numbers = {int(name) for name in named if name.isascii() and name.isdecimal() and len(name) < 18}
    found = AssuranceProfile.objects.filter(organisation=organisation, pk__in=numbers)
    return {str(pk): answers for pk, answers in found.values_list("pk", "answers")}


@transaction.atomic
def use_profile(
    version: Version, profile: AssuranceProfile, *, questions: Collection[str], replacing: Mapping[str, str], by: User
) -> Saved:
    """Take the answers to these questions from the organisation's profile, as if this person had typed them.

    Raises Overtaken when the profile is no longer the newest, and PermissionDenied for what isn't offered to this person.
    """
    version = Version.objects.locked(version)
    if profile != assurance.newest_profile(version.agreement.organisation):
        raise Overtaken("Your organisation’s profile has changed since you opened the page.")
    if not assurance.may_fill_in(by, version.agreement.organisation):
        raise PermissionDenied
    reading = read(version)
    open_now = unlocked(reading, by, turn(version).asked)
    offered = {offer.question.id: offer.value for offer in assurance.offers(reading, profile, open_now)}
    values = {name: offered[name] for name in questions if name in offered}
    saved = save_answers(version, values, replacing=replacing, by=by)
    written = Answer.objects.filter(version=version, question_id__in=saved.written, replaced_at=None)
    TakenFromProfile.objects.bulk_create(TakenFromProfile(answer=answer, profile=profile) for answer in written)
    if saved.written:
        about = version.agreement.about
        audit.record("use profile", about=about, by=by, profile=profile.pk, questions=saved.written)
    return saved
