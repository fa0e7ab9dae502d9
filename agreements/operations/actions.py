"""Agreed actions of both sides: rows, not prose."""

import datetime as dt
import json
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.db import transaction

from agreements.models import DRAFTED, Action, Status, Version
from agreements.permissions import may_draft
from directory.models import Post
from portal.foundation import audit, clock
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.models import User

PACK = Path(__file__).parent.parent / "data" / "action_pack.json"
BEFORE_APPROVAL = frozenset(DRAFTED) - {Status.FOR_APPROVAL, Status.FOR_SIGNATURE}


def _open(version: Version, by: User) -> Version:
    """Actions are agreed while the details are drafted; after that they only move on."""
    version = Version.objects.locked(version)
    if not may_draft(by, version.agreement):
        raise PermissionDenied
    asked = version.clarifications.filter(answered_at=None).first()
    if asked and not any(question_id.startswith("ACT-") for question_id in asked.questions):
        raise NotReady("Only the questions that were sent back can be changed now.")
    if version.status not in BEFORE_APPROVAL:
        raise NotReady("Actions can be changed until the agreement is sent for approval.")
    return version


@transaction.atomic
def add_action(version: Version, *, by: User, **fields) -> Action:
    version = _open(version, by)
    action = Action.objects.create(version=version, by=by, at=clock.now(), **fields)
    audit.record("add action", about=version.agreement.about, by=by, action=action.pk)
    return action


@transaction.atomic
def change_action(action: Action, *, by: User, revision: int, **fields) -> None:
    """Change an agreed action. `revision` is the one that the writer saw; raises Overtaken when it isn't the stored one."""
    version = _open(action.version, by)
    changed = Action.objects.filter(pk=action.pk, revision=revision).update(
        **fields, revision=revision + 1, by=by, at=clock.now()
    )
    if not changed:
        raise Overtaken(
            "Somebody else has just changed this action.", stored=Action.objects.filter(pk=action.pk).first()
        )
    audit.record("change action", about=version.agreement.about, by=by, action=action.pk)


@transaction.atomic
def remove_action(action: Action, *, by: User) -> None:
    version = _open(action.version, by)
    audit.record("remove action", about=version.agreement.about, by=by, action=action.pk)
    action.delete()


@transaction.atomic
def add_the_set_up_pack(version: Version, *, by: User) -> int:
    """Add the practical actions that nearly every service needs before its first session. How many were new."""
    version = _open(version, by)
    known = set(version.actions.values_list("what", flat=True))
    new = [row for row in json.loads(PACK.read_text())["actions"] if row["what"] not in known]
    first_session = version.starts_on or clock.today() + dt.timedelta(days=60)
    for row in new:
        due_on = max(first_session - dt.timedelta(days=row["days_before_start"]), clock.today())
        Action.objects.create(
            version=version,
            what=row["what"],
            owner=row["owner"],
            post=responsible_post(version, row["owner"]),
            post_title=row["post"],
            before_first_session=True,
            due_on=due_on,
            from_question=row["question"],
            by=by,
            at=clock.now(),
        )
    audit.record("add set-up pack", about=version.agreement.about, by=by, actions=len(new))
    return len(new)


def responsible_post(version: Version, owner: str) -> Post | None:
    """The post that an action falls to unless somebody names another: an administrator, or a coordinator or HOO."""
    agreement = version.agreement
    if owner == Action.Owner.PARTNER:
        posts, roles = agreement.organisation.posts, ("administrator", "signatory")
    else:
        posts, roles = agreement.establishment.posts, ("coordinator", "hoo")
    found = {post.role: post for post in posts.filter(role__in=roles)}
    return next((found[role] for role in roles if role in found), None)
