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
    label = Label.objects.create(agreement=agreement, name=name, by=by, at=clock.now())
    audit.record("put label", about=agreement.about, by=by, label=label.pk)


@transaction.atomic
def take_label(agreement: Agreement, *, name: str, by: User) -> None:
    _held(agreement, by)
    label = Label.objects.filter(agreement=agreement, name__iexact=name).first()
    if label is None:
        raise NotReady(f"It doesn’t have the label “{name}”.")
    audit.record("take label", about=agreement.about, by=by, label=label.pk)
    label.delete()


def _held(agreement: Agreement, by: User) -> None:
    if not standing(by).is_cjvsf:
        raise PermissionDenied
    Agreement.objects.select_for_update().get(pk=agreement.pk)
