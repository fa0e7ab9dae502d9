"""Asking for an export, and cancelling it."""

from django.db import transaction
from django.http import QueryDict

from portal.exports.lists import ExportedList
from portal.exports.models import Export
from portal.foundation import audit, clock
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User

MOST_AT_ONCE = 5


@transaction.atomic
def ask_for_export(exported: ExportedList, *, ending: str, query: str, by: User) -> Export:
    """Leave a list to the worker."""
    User.objects.select_for_update().get(pk=by.pk)
    if under_way(by).count() >= MOST_AT_ONCE:
        raise NotReady(f"You have {MOST_AT_ONCE} files under way already. Wait for one of them, or cancel one.")
    export = Export.objects.create(name=exported.name, ending=ending, query=query, by=by, asked_at=clock.now())
    told = {"list": exported.name, "ending": ending, "filters": sorted(QueryDict(query))}
    audit.record("ask for export", about=f"export:{export.reference}", by=by, **told)
    return export


@transaction.atomic
def cancel_export(export: Export, *, by: User) -> None:
    """A flag, which the worker looks at as it writes."""
    if not under_way(by).filter(pk=export.pk).update(cancelled_at=clock.now()):
        raise NotReady("This file isn’t under way any more.")
    audit.record("cancel export", about=f"export:{export.reference}", by=by)


def under_way(user: User):
    return Export.objects.visible_to(user).filter(made_at=None, given_up_at=None, cancelled_at=None)
