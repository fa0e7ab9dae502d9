"""The role mailboxes of areas of release, which CJVSF fills in."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from directory.models import AreaContact
from directory.standing import standing
from portal.foundation import audit, clock
from portal.foundation.models import User


@transaction.atomic
def set_contact(*, by: User, kind: str, area: str, name: str, mailbox: str) -> None:
    """Say whom to turn to in an area. Nothing given takes the contact away."""
    if not standing(by).is_cjvsf:
        raise PermissionDenied
    if mailbox:
        told = {"name": name, "mailbox": mailbox, "changed_at": clock.now(), "changed_by": by}
        AreaContact.objects.update_or_create(kind=kind, area=area, defaults=told)
    else:
        AreaContact.objects.filter(kind=kind, area=area).delete()
    audit.record("set area contact", about=f"area:{area}", by=by, kind=kind, is_given=bool(mailbox))
