"""Steps as the tests of the life cycle take them."""

import datetime as dt

import pytest

from agreements.effects import Request
from agreements.models import Approval, StatusChange, Version
from agreements.workflow import perform
from directory.models import Role
from portal.foundation.exceptions import NotReady
from portal.foundation.models import Notification, User
from tests import factories

NOTHING_SAID = Request()


def approve(version: Version, by: User) -> StatusChange:
    return perform("approve", version, by=by, request=Request(words_sha256=factories.words_sha256(version)))


def send_back(version: Version, by: User, *questions: str) -> StatusChange:
    request = Request(reason="practical", note="See below", questions=questions, answer_by=dt.date(2026, 12, 5))
    return perform("return-for-changes", version, by=by, request=request)


def status(version: Version) -> str:
    return Version.objects.get(pk=version.pk).status


def refused(name: str, version: Version, by: User | None, request: Request = NOTHING_SAID) -> tuple[str, ...]:
    """The sentences that this person is told instead."""
    with pytest.raises(NotReady) as told:
        perform(name, version, by=by, request=request)
    return told.value.reasons


def approver(cast: factories.Cast, order: int, title: str) -> User:
    return factories.hold(factories.post(Role.APPROVER, cast.prison, title=title, approval_order=order), name=title)


def standing_approvals(version: Version) -> list[str]:
    return [str(row.by) for row in Approval.objects.filter(version=version, overtaken_at=None)]


def told_of(change: StatusChange) -> set[str]:
    return set(
        Notification.objects.filter(dedupe_key__startswith=f"step:{change.pk}:").values_list("addressee", flat=True)
    )


def parties(cast: factories.Cast) -> set[str]:
    return {f"organisation:{cast.charity.pk}", f"establishment:{cast.prison.pk}"}
