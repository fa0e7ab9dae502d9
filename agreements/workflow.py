"""Taking a step of the life cycle. `perform` is the only writer of a status."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from agreements import notices
from agreements.effects import Request
from agreements.models import LIVE, OVER, Status, StatusChange, Version
from agreements.permissions import may, side_of
from agreements.steps import BY_NAME, STEPS, VARIATION, Step
from agreements.timing import days_in_status
from portal.foundation import audit, clock
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.models import User

NOTHING_SAID = Request()


def steps_open_to(user: User, version: Version) -> tuple[Step, ...]:
    """The steps that this person may take from here, in the order of the table."""
    return tuple(step for step in STEPS if version.status in step.sources and may(user, step.permission, version))


def steps_offered_to(user: User, version: Version) -> tuple[Step, ...]:
    """The buttons of a page: the steps open to this person that they haven't taken already."""
    open_steps = steps_open_to(user, version)
    return tuple(step for step in open_steps if not (step.is_taken_by and step.is_taken_by(version, user)))


def reasons_against(step: Step, version: Version, by: User) -> list[str]:
    """What has to be done before this step can be taken: sentences for the page that offers it."""
    return [reason for rule in step.rules for reason in rule(version, by)]


@transaction.atomic
def perform(name: str, version: Version, *, by: User | None, request: Request = NOTHING_SAID) -> StatusChange:
    """Take a step. Raises PermissionDenied (who), NotReady (when) or Overtaken (somebody was quicker)."""
    step = BY_NAME[name]
    version = Version.objects.locked(version)
    if not may(by, step.permission, version):
        raise PermissionDenied
    if version.status not in step.sources:
        raise NotReady(what_happened(version))
    if against := reasons_against(step, version, by):
        raise NotReady(*against)
    return _take(step, version, by, request)


def _take(step: Step, version: Version, by: User | None, request: Request) -> StatusChange:
    before = Status(version.status)
    for record in step.records:
        record(version, by, request)
    is_complete = step.completes is None or step.completes(version)
    target = step.goes_back_to(version) if step.goes_back_to else step.target
    after = (target or before) if is_complete else before
    if after == Status.IN_FORCE:
        _overtake_the_version_before(version)
    # What comes from paper is in force as soon as it is copied: nobody waited for it here.
    spent = days_in_status(version) if after not in (before, Status.ON_PAPER) else None
    move(version, before, after)
    change = _write_change(step, version, by, request, before, after, spent)
    if is_complete:
        _follow_up(step, version, by, request)
    details = {"from": before, "to": after, "reason": request.reason, "version": version.number}
    audit.record(step.name, about=version.agreement.about, by=by, **details)
    _tell(version, change)
    return change


def move(version: Version, before: Status, after: Status) -> None:
    """Set the status by a conditional UPDATE: of two who race, one changes the row."""
    changed = Version.objects.filter(pk=version.pk, status=before).update(
        status=after, **({"status_since": clock.now()} if after != before else {})
    )
    if changed != 1:
        raise Overtaken("Somebody else has just taken a step. Look at the agreement again.")
    version.status = after


def _write_change(
    step: Step,
    version: Version,
    by: User | None,
    request: Request,
    before: Status,
    after: Status,
    working_days: int | None,
) -> StatusChange:
    return StatusChange.objects.create(
        version=version,
        step=step.name,
        from_status=before,
        to_status=after,
        at=clock.now(),
        by=by,
        side=(side_of(by, version.agreement) or "") if by else "",
        reason=request.reason,
        note=request.note,
        working_days=working_days,
    )


def _follow_up(step: Step, version: Version, by: User | None, request: Request) -> None:
    for effect in step.effects:
        effect(version, by, request)
    if version.status == Status.ENDED:
        _close_the_open_variation(version)


def _overtake_the_version_before(version: Version) -> None:
    for earlier in version.agreement.versions.filter(status__in=LIVE).exclude(pk=version.pk):
        perform("overtake", earlier, by=None)


def _close_the_open_variation(version: Version) -> None:
    for draft in version.agreement.versions.filter(status__in=VARIATION):
        perform("close-variation", draft, by=None)


def _tell(version: Version, change: StatusChange) -> None:
    if version.status in OVER:
        notices.tell_everyone_who_acted(version, change)
    elif change.from_status != change.to_status or change.step in ("approve", "sign", "vary", "end"):
        notices.tell_whose_turn_it_is(version, change)


def what_happened(version: Version) -> str:
    """Who was quicker, for somebody whose step no longer fits."""
    last = version.changes.select_related("by").order_by("-at", "-pk").first()
    if last is None:
        return f"This agreement is now: {version.get_status_display().lower()}."
    who = last.by.name if last.by else "The portal"
    label = BY_NAME[last.step].label
    now = version.get_status_display().lower()
    return f"{who} took the step “{label}” on {clock.say_moment(last.at)}. It is now: {now}."
