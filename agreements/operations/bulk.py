"""One thing done to many agreements: looked at first, undone within ten minutes, else done by the worker, one by one."""

import datetime as dt
import logging
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Case, QuerySet, When

from agreements.models import Bulk, BulkRow, Version
from agreements.operations.deeds import NOT_YOURS, Deed
from portal.foundation import audit, clock
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.models import User

logger = logging.getLogger(__name__)

CAN_BE_UNDONE_FOR = dt.timedelta(minutes=10)
MOST = 500
WENT_WRONG = (
    "Something went wrong, so nothing was changed here. Try it on its own page. If that fails too, tell the operator."
)


@dataclass(frozen=True)
class Prospect:
    """One agreement, and what will happen to it, or why nothing will."""

    version: Version
    says: str
    reasons: tuple[str, ...]


def preview(deed: Deed, agreement_ids: list[int], given: dict[str, Any], user: User) -> list[Prospect]:
    """What would become of each. The number of queries doesn't depend on how many there are."""
    meant = deed.means(given)
    return [prospect(deed, version, user, meant) for version in versions_for(deed, agreement_ids, user)]


def prospect(deed: Deed, version: Version, user: User, meant: Any) -> Prospect:
    reasons = deed.against(version, user, meant)
    return Prospect(version, "" if reasons else deed.says(version, meant), tuple(reasons))


def versions_for(deed: Deed, agreement_ids: list[int], user: User) -> list[Version]:
    """The version of each agreement that the deed is about, of those that this person may see, in the order given."""
    visible = Version.objects.visible_to(user).with_parties().filter(agreement__in=agreement_ids)
    is_preferred = Case(When(status__in=deed.prefers, then=1), default=0)
    found: dict[int, Version] = {}
    for version in deed.rows(visible.order_by(is_preferred.desc(), "-number")):
        found.setdefault(version.agreement_id, version)
    return [found[pk] for pk in agreement_ids if pk in found]


@transaction.atomic
def ask_for_bulk(deed: Deed, agreement_ids: list[int], *, given: dict[str, Any], by: User) -> Bulk:
    """Write down what is to be done in ten minutes. What can't be done now is left out."""
    if not deed.offered(by):
        raise PermissionDenied
    prospects = preview(deed, agreement_ids[:MOST], given, by)
    possible = [seen.version.agreement_id for seen in prospects if not seen.reasons]
    if not possible:
        raise NotReady("There is nothing to do any more: look at the agreements again.")
    now = clock.now()
    bulk = Bulk.objects.create(by=by, deed=deed.name, given=given, asked_at=now, not_before=now + CAN_BE_UNDONE_FOR)
    BulkRow.objects.bulk_create(BulkRow(bulk=bulk, agreement_id=pk) for pk in possible)
    audit.record("ask for bulk", about=f"bulk:{bulk.reference}", by=by, deed=deed.name, number=len(possible))
    return bulk


@transaction.atomic
def undo(bulk: Bulk, *, by: User) -> None:
    """Nothing has been done yet, and nothing will be. Of this and the worker, one changes the row."""
    still = Bulk.objects.visible_to(by).filter(pk=bulk.pk, attempts=0, undone_at=None, not_before__gt=clock.now())
    if not still.update(undone_at=clock.now()):
        raise NotReady("The ten minutes are over, or it was undone already.")
    audit.record("undo bulk", about=f"bulk:{bulk.reference}", by=by)


def rows_to_do(bulk: Bulk) -> QuerySet[BulkRow]:
    return bulk.rows.filter(state=BulkRow.State.WAITING).select_related("bulk__by")


def carry_out(row: BulkRow, deed: Deed, *, by: User) -> None:
    """Do it to one agreement, and say what came of it: both or neither, so that nothing is done twice.

    A fault in one agreement doesn't keep the worker from the others.
    """
    try:
        with transaction.atomic():
            if _mark(row, BulkRow.State.DONE):
                do(row, deed, by=by)
    except NotReady as not_ready:
        _mark(row, BulkRow.State.REFUSED, " ".join(not_ready.reasons))
    except Overtaken as overtaken:
        _mark(row, BulkRow.State.REFUSED, overtaken.message)
    except PermissionDenied:
        _mark(row, BulkRow.State.REFUSED, NOT_YOURS)
    except (OperationalError, InterfaceError):
        # The database is away or busy: that isn't this agreement's fault, and the whole is tried again.
        raise
    except Exception:
        logger.exception("Bulk %s failed for agreement %s", row.bulk_id, row.agreement_id)
        _mark(row, BulkRow.State.REFUSED, WENT_WRONG)


def do(row: BulkRow, deed: Deed, *, by: User) -> None:
    meant = deed.means(row.bulk.given)
    for version in versions_for(deed, [row.agreement_id], by):
        if reasons := deed.against(version, by, meant):
            raise NotReady(*reasons)
        deed.does(version, by, meant)
        return
    raise PermissionDenied


def _mark(row: BulkRow, state: str, reason: str = "") -> bool:
    waits = BulkRow.objects.filter(pk=row.pk, state=BulkRow.State.WAITING)
    return bool(waits.update(state=state, reason=reason))
