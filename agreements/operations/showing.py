"""Letting others read about an agreement: a funder until a day, or everybody."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction

from agreements.models import FunderShare, Showing, Side, Version
from agreements.permissions import may, side_of
from directory.models import Organisation
from portal.foundation import audit, clock
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User


@transaction.atomic
def share_with_funder(
    version: Version, *, funder: Organisation, until_on: dt.date, by: User, grant_id: str = ""
) -> FunderShare:
    """The partner shares, and may say which grant it is. An open share with the same funder gives way to the new one."""
    version = _locked(version, by, "decide for the partner")
    if not funder.is_funder or funder.why_closed:
        raise NotReady(f"{funder} isn’t a funder that takes part. Choose another one.")
    if until_on < clock.today():
        raise NotReady("Choose a last day that isn’t past.")
    agreement = version.agreement
    agreement.shares.filter(funder=funder, ended_at=None).update(ended_at=clock.now())
    share = FunderShare.objects.create(
        agreement=agreement,
        funder=funder,
        until_on=until_on,
        grant_id=grant_id,
        shared_by=by,
        shared_at=clock.now(),
    )
    audit.record("share with a funder", about=agreement.about, by=by, funder=funder.pk, until=until_on.isoformat())
    return share


@transaction.atomic
def end_share(version: Version, *, funder: Organisation, by: User) -> None:
    """From now on the funder reads nothing of it."""
    agreement = _locked(version, by, "decide for the partner").agreement
    if agreement.shares.filter(funder=funder, ended_at=None).update(ended_at=clock.now()):
        audit.record("end share with a funder", about=agreement.about, by=by, funder=funder.pk)


@transaction.atomic
def set_showing(version: Version, *, is_shown: bool, by: User) -> None:
    """One side's own word: anyone may read about the agreement once both sides have given it."""
    agreement = _locked(version, by, "decide for either side").agreement
    mine = Showing.objects.filter(agreement=agreement, side=side_of(by, agreement))
    if mine.exists() == is_shown:
        return
    if is_shown:
        Showing.objects.create(agreement=agreement, side=side_of(by, agreement), by=by, at=clock.now())
    else:
        mine.delete()
    event = "show to everybody" if is_shown else "stop showing to everybody"
    audit.record(event, about=agreement.about, by=by, side=Side(side_of(by, agreement)).value)


def _locked(version: Version, by: User, permission: str) -> Version:
    version = Version.objects.locked(version)
    if not may(by, permission, version):
        raise PermissionDenied
    return version
