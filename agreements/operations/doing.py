"""What becomes of agreed actions after the signature: one side says that one is done or not needed, the other confirms it."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F, Q

from agreements import notices
from agreements.models import LIVE, Action, Side, Version
from agreements.operations.attaching import store
from agreements.permissions import may_draft, side_of
from portal.foundation import audit, clock, outbox
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.models import User

OTHER = {Side.PARTNER: Side.PRISON, Side.PRISON: Side.PARTNER}
CLAIMED = (Action.State.DONE, Action.State.DROPPED)
CLAIM_TAKEN_BACK = {
    "state": Action.State.OPEN,
    "completion_note": "",
    "evidence": "",
    "evidence_file": None,
    "completed_on": None,
    "done_by": None,
    "done_for": "",
    "claimed_at": None,
}
EVIDENCE = "ACT-08"


def may_say_done(user: User, action: Action) -> bool:
    """The side that owns it, or either when both do."""
    return _acts_for(user, action) and action.owner in (side_of(user, action.version.agreement), Action.Owner.BOTH)


def may_say_not_needed(user: User, action: Action) -> bool:
    return _acts_for(user, action)


def may_answer_claim(user: User, action: Action) -> bool:
    """The side that didn't make the claim confirms it, or sends it back."""
    return _acts_for(user, action) and action.done_for == OTHER[side_of(user, action.version.agreement)]


def _acts_for(user: User, action: Action) -> bool:
    agreement = action.version.agreement
    return may_draft(user, agreement) and side_of(user, agreement) is not None


@transaction.atomic
def say_done(
    action: Action,
    *,
    note: str,
    evidence: str,
    on: dt.date,
    revision: int,
    by: User,
    file: UploadedFile | None = None,
) -> None:
    """Claim that it is done, on a day, with what shows it. It counts when the other side has confirmed it."""
    action = _held(action, may_say_done, by)
    _refuse_unless(action.state == Action.State.OPEN, action)
    stored = store(action.version, EVIDENCE, file, by=by) if file else None
    shows = {"completion_note": note, "evidence": evidence, "evidence_file": stored, "completed_on": on}
    _claim(action, Action.State.DONE, by, revision, **shows)


@transaction.atomic
def say_not_needed(action: Action, *, note: str, revision: int, by: User) -> None:
    """Propose to drop it. Both sides have to agree."""
    action = _held(action, may_say_not_needed, by)
    _refuse_unless(action.state == Action.State.OPEN, action)
    _claim(action, Action.State.DROPPED, by, revision, completion_note=note, completed_on=clock.today())


@transaction.atomic
def confirm_claim(action: Action, *, revision: int, by: User) -> None:
    action = _held(action, may_answer_claim, by)
    _refuse_unless(action.state in CLAIMED and not action.is_settled, action)
    _change(action, revision, confirmed_by=by, confirmed_at=clock.now())
    audit.record("confirm action", about=_about(action), by=by, action=action.pk, state=action.state)
    _tell(action, Side(action.done_for), "action_confirmed", by)


@transaction.atomic
def send_back(action: Action, *, note: str, revision: int, by: User) -> None:
    """It isn't done, or is still needed: it is open again, and the other side is told."""
    action = _held(action, may_answer_claim, by)
    _refuse_unless(action.state in CLAIMED and not action.is_settled, action)
    _change(action, revision, **CLAIM_TAKEN_BACK)
    audit.record("send action back", about=_about(action), by=by, action=action.pk)
    _tell(action, Side(action.done_for), "action_sent_back", by)


def settle_together(version: Version, what: str, state: str, *, note: str, on: dt.date, by: User) -> int:
    """Settle the actions of this wording that both sides agreed on in a review. Call it with the agreement held."""
    here = Q(version=version) | Q(copied_from__version=version)
    found = list(Action.objects.filter(here, what=what, confirmed_at=None).values_list("pk", flat=True))
    settled = {"state": state, "completion_note": note, "completed_on": on, "done_by": by}
    confirmed = {"confirmed_by": by, "confirmed_at": clock.now()}
    Action.objects.filter(pk__in=found).update(**settled, **confirmed)
    for pk in found:
        audit.record("settle action", about=version.agreement.about, by=by, action=pk, state=state)
    return len(found)


def _held(action: Action, may, by: User) -> Action:
    """The action as it stands now, with its agreement held. Who is asked before when."""
    version = Version.objects.locked(action.version)
    action = Action.objects.get(pk=action.pk)
    action.version = version
    if not may(by, action):
        raise PermissionDenied
    if version.status not in LIVE:
        raise NotReady("Actions can be settled while the agreement is in force.")
    return action


def _refuse_unless(holds: bool, action: Action) -> None:
    if not holds:
        raise Overtaken(f"Somebody else has just changed this action. It is now: {action.standing.lower()}.")


def _claim(action: Action, state: str, by: User, revision: int, **said) -> None:
    side = side_of(by, action.version.agreement)
    _change(action, revision, state=state, done_by=by, done_for=side, claimed_at=clock.now(), **said)
    audit.record("claim action", about=_about(action), by=by, action=action.pk, state=state)
    _tell(action, OTHER[side], "action_to_confirm", by)


def _change(action: Action, revision: int, **fields) -> None:
    """Change it, and its copy in the next version that is being drafted, so that nothing comes back when that is signed."""
    changed = Action.objects.filter(pk=action.pk, revision=revision).update(revision=revision + 1, **fields)
    if not changed:
        raise Overtaken("Somebody else has just changed this action. Look at it again.")
    Action.objects.filter(copied_from=action.pk, confirmed_at=None).update(revision=F("revision") + 1, **fields)
    action.revision = revision + 1


def _about(action: Action) -> str:
    return action.version.agreement.about


def _tell(action: Action, side: Side, template: str, by: User) -> None:
    context = notices.about(action.version) | {"by": by.name, "due_on": clock.say_day(action.due_on)}
    context["link"] = notices.action_link(action)
    to = notices.party_address(action.version.agreement, side)
    outbox.queue(to=to, template=template, context=context, dedupe_key=f"action:{action.pk}:{action.revision}:{to}")
