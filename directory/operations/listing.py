"""Adding the organisations of a list: all of them, or none."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction

from directory.models import Organisation, Post, Role
from directory.operations.invitations import invite
from directory.register_list import Row, read
from directory.standing import standing
from portal.foundation import audit, clock
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User


@transaction.atomic
def add_organisations(text: str, *, by: User) -> list[Organisation]:
    """Read again what was looked at: somebody may have added one of them meanwhile."""
    if not standing(by).is_cjvsf:
        raise PermissionDenied
    rows = read(text)
    if faults := _faults(rows):
        raise NotReady(*faults)
    return [_add(row, by) for row in rows]


def _faults(rows: Sequence[Row]) -> list[str]:
    return [f"Row {row.number}: {fault}." for row in rows for fault in row.faults]


def _add(row: Row, by: User) -> Organisation:
    """With a post for whoever looks after it, to which the address in the list is invited."""
    organisation = Organisation.objects.create(
        name=row.name,
        charity_number=row.charity_number,
        website=row.website,
        is_funder=row.is_funder,
        joined_at=clock.now(),
    )
    role = Role.FUNDER if row.is_funder else Role.ADMINISTRATOR
    post = Post.objects.create(organisation=organisation, role=role, title=role.label)
    if row.email:
        invite(post, row.email, by=by)
    audit.record("add organisation", about=f"organisation:{organisation.pk}", by=by, is_funder=row.is_funder)
    return organisation
