"""The labels by which CJVSF finds agreements again."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from agreements.models import Agreement, Label
from directory.standing import standing
from portal.foundation import audit, clock
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User


@transaction.atomic
def put_label(agreement: Agreement, *, name: str, by: User) -> None:
    _held(agreement, by)
    if Label.objects.filter(agreement=agreement, name__iexact=name).exists():
        raise NotReady(f"It has the label “{name}” already.")
    Label.objects.create(agreement=agreement, name=name, by=by, at=clock.now())
    audit.record("put label", about=agreement.about, by=by, name=name)


@transaction.atomic
def take_label(agreement: Agreement, *, name: str, by: User) -> None:
    _held(agreement, by)
    deleted, _ = Label.objects.filter(agreement=agreement, name__iexact=name).delete()
    if not deleted:
        raise NotReady(f"It doesn’t have the label “{name}”.")
    audit.record("take label", about=agreement.about, by=by, name=name)


def _held(agreement: Agreement, by: User) -> None:
    if not standing(by).is_cjvsf:
        raise PermissionDenied
    Agreement.objects.select_for_update().get(pk=agreement.pk)
