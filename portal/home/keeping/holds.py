"""Legal holds: CJVSF says that nothing of an agreement or an organisation is deleted, why, and when that is over."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404

from agreements.models import Agreement
from directory.models import Organisation
from directory.standing import standing
from portal.foundation import audit, clock
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User
from portal.home.models import LegalHold


def holds_for(user: User) -> QuerySet[LegalHold]:
    """For CJVSF alone; for everybody else they don't exist."""
    if not standing(user).is_cjvsf:
        raise Http404
    parties = ("agreement__service", "agreement__establishment", "organisation")
    return LegalHold.objects.select_related(*parties, "placed_by", "lifted_by")


def find_hold(user: User, hold_id: int) -> LegalHold:
    hold = holds_for(user).filter(pk=hold_id).first()
    if hold is None:
        raise Http404
    return hold


def target_named(user: User, words: str) -> Agreement | Organisation | None:
    """What somebody typed: the reference of an agreement, or the whole name of an organisation."""
    agreement = Agreement.objects.visible_to(user).filter(reference=words.upper()).first()
    return agreement or Organisation.objects.filter(name__iexact=words).first()


def _only_for_cjvsf(by: User) -> None:
    if not standing(by).is_cjvsf:
        raise PermissionDenied


@transaction.atomic
def place_hold(on: Agreement | Organisation, *, reason: str, by: User) -> LegalHold:
    """The row is held until the transaction ends, so that a sweep that is deleting it comes first or not at all."""
    _only_for_cjvsf(by)
    row = type(on)._default_manager.select_for_update().get(pk=on.pk)
    target = {"agreement" if isinstance(row, Agreement) else "organisation": row}
    if LegalHold.objects.standing().filter(**target).exists():
        raise NotReady("There is a hold on this already.")
    hold = LegalHold.objects.create(reason=reason, placed_by=by, placed_at=clock.now(), **target)
    audit.record("place hold", about=hold.about, by=by, hold=hold.pk)
    return hold


@transaction.atomic
def lift_hold(hold: LegalHold, *, because: str, by: User) -> None:
    _only_for_cjvsf(by)
    hold = LegalHold.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=hold.pk)
    if hold.lifted_at:
        raise NotReady("This hold has been lifted already.")
    hold.lifted_at, hold.lifted_by, hold.lifted_because = clock.now(), by, because
    hold.save(update_fields=["lifted_at", "lifted_by", "lifted_because"])
    audit.record("lift hold", about=hold.about, by=by, hold=hold.pk)
