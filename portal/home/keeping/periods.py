"""How long a class of record is kept: the operator's choice instead of the suggestion."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from directory.standing import standing
from portal.foundation import audit
from portal.foundation.models import User
from portal.home.models import RetentionPeriod


@transaction.atomic
def choose_period(name: str, *, months: int, by: User) -> None:
    if not standing(by).is_cjvsf:
        raise PermissionDenied
    RetentionPeriod.objects.update_or_create(name=name, defaults={"months": months})
    audit.record("choose retention", about="cjvsf", by=by, records=name, months=months)
