"""What can be done to many agreements at once, as a table. Each row does one thing to each, by the operation for one."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import QuerySet

from agreements.effects import Request
from agreements.models import DRAFTED, LIVE, Version
from agreements.operations.handing_on import actions_for, against_handing_on, hand_on, with_open_actions
from agreements.operations.labelling import put_label, take_label
from agreements.operations.reminding import NOBODYS_TURN, may_remind, remind
from agreements.permissions import DECIDERS, Side, may
from agreements.turns import sides_waited_for, with_turn
from agreements.workflow import BY_NAME, perform, reasons_against
from directory.models import Post, Role
from directory.parties import managed_parties, manages, party_of
from directory.standing import standing
from portal.foundation import clock
from portal.foundation.models import User

NOT_YOURS = "You may not do this here."


@dataclass(frozen=True)
class Deed:
    """`means` reads what the form was given, once; the rest gets that. `prefers` says which version it is about."""

    name: str
    label: str
    offered: Callable[[User], bool]
    prefers: tuple[str, ...]
    means: Callable[[dict[str, Any]], Any]
    rows: Callable[[QuerySet[Version]], QuerySet[Version]]
    against: Callable[[Version, User, Any], list[str]]
    says: Callable[[Version, Any], str]
    does: Callable[[Version, User, Any], object]


def is_cjvsf(user: User) -> bool:
    return standing(user).is_cjvsf


def has_post_of(roles: frozenset[Role], user: User) -> bool:
    return any(post.role in roles for post in standing(user).posts)


def against_reminding(version: Version, user: User, meant: None) -> list[str]:
    if not may_remind(user, version):
        return [NOT_YOURS]
    return [] if sides_waited_for(version) else [NOBODYS_TURN]


def says_whom(version: Version, meant: None) -> str:
    parties = [str(version.agreement.party(side)) for side in sides_waited_for(version)]
    return f"An email goes to {' and '.join(parties)}."


def against_labelling(version: Version, user: User, given: dict[str, Any]) -> list[str]:
    has = given["name"].lower() in {label.name.lower() for label in version.agreement.labels.all()}
    if given["do"] == "put":
        return [f"It has the label “{given['name']}” already."] if has else []
    return [] if has else [f"It doesn’t have the label “{given['name']}”."]


def says_label(version: Version, given: dict[str, Any]) -> str:
    return f"The label “{given['name']}” is {'put on it' if given['do'] == 'put' else 'taken off'}."


def label(version: Version, user: User, given: dict[str, Any]) -> None:
    change = put_label if given["do"] == "put" else take_label
    change(version.agreement, name=given["name"], by=user)


def post_of(given: dict[str, Any]) -> Post:
    return Post.objects.select_related("organisation", "establishment").get(pk=given["post"])


def against_new_post(version: Version, user: User, post: Post) -> list[str]:
    return against_handing_on(version, post) if manages(user, party_of(post)) else [NOT_YOURS]


def says_how_many(version: Version, post: Post) -> str:
    number = len(actions_for(version, post))
    return f"{number} open action{'' if number == 1 else 's'} go{'es' if number == 1 else ''} to {post}."


def request_of(given: dict[str, Any]) -> Request:
    last_day = dt.date.fromisoformat(given["last_day"]) if "last_day" in given else None
    return Request(reason=given["reason"], note=given["note"], last_day=last_day)


def against_step(name: str, version: Version, user: User, request: Request) -> list[str]:
    step = BY_NAME[name]
    if not may(user, step.permission, version):
        return [NOT_YOURS]
    if version.status not in step.sources:
        return [f"It can’t be done from here: it is now {version.get_status_display().lower()}."]
    return reasons_against(step, version, user)


def take(name: str, version: Version, user: User, request: Request) -> None:
    perform(name, version, by=user, request=request)


def says_end(version: Version, request: Request) -> str:
    return f"It ends after {clock.say_day(request.last_day)}." if request.last_day else "It ends."


DECIDING = frozenset().union(*DECIDERS.values())
DEEDS = (
    Deed(
        "remind",
        "Remind the side whose turn it is",
        lambda user: is_cjvsf(user) or has_post_of(DECIDING, user),
        DRAFTED,
        lambda given: None,
        with_turn,
        against_reminding,
        says_whom,
        lambda version, user, meant: remind(version, by=user),
    ),
    Deed(
        "label",
        "Put on or take off a label",
        is_cjvsf,
        DRAFTED,
        lambda given: given,
        lambda versions: versions.prefetch_related("agreement__labels"),
        against_labelling,
        says_label,
        label,
    ),
    Deed(
        "hand-on",
        "Give open actions to another post",
        lambda user: is_cjvsf(user) or bool(managed_parties(user)),
        LIVE,
        post_of,
        with_open_actions,
        against_new_post,
        says_how_many,
        lambda version, user, post: hand_on(version, to=post, by=user),
    ),
    Deed(
        "end",
        "End agreements in force",
        partial(has_post_of, DECIDING),
        LIVE,
        request_of,
        lambda versions: versions,
        partial(against_step, "end"),
        says_end,
        partial(take, "end"),
    ),
    Deed(
        "withdraw",
        "Withdraw drafts",
        partial(has_post_of, DECIDERS[Side.PARTNER]),
        DRAFTED,
        request_of,
        lambda versions: versions,
        partial(against_step, "withdraw"),
        lambda version, request: "It is withdrawn.",
        partial(take, "withdraw"),
    ),
)
BY_DEED = {deed.name: deed for deed in DEEDS}


def deeds_for(user: User) -> tuple[Deed, ...]:
    """What this person may do to many agreements at once. Whether to each of them, each of them says."""
    return tuple(deed for deed in DEEDS if deed.offered(user))
