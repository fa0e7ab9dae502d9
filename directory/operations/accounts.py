"""Closing an account when somebody has left, and opening it again. The name stays wherever it was written."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from directory.changes import Change, check
from directory.models import Holding, Invitation
from directory.operations.holdings import finish, hold_still
from directory.parties import party_of
from directory.standing import standing
from portal.foundation import audit, clock
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User


def _only_for_cjvsf(by: User) -> None:
    if not standing(by).is_cjvsf:
        raise PermissionDenied


@transaction.atomic
def close_account(who: User, *, by: User | None) -> None:
    """Every post ends now, every session too. Refused while something live would be left to nobody: hand it over first.

    By CJVSF, or by the portal itself (None) when nobody uses it.
    """
    if by is not None:
        _only_for_cjvsf(by)
    if who == by:
        raise NotReady("You can’t close your own account. Ask another CJVSF administrator.")
    who = User.objects.select_for_update().get(pk=who.pk)
    if not who.is_active:
        raise NotReady(f"The account of {who} is closed already.")
    holdings = list(Holding.objects.from_day(clock.today()).filter(user=who).select_related("post", "user"))
    for party in sorted({party_of(holding.post) for holding in holdings}, key=lambda party: party.about):
        hold_still(party)
    for holding in holdings:
        finish(holding, clock.today())
    who.is_active = False
    # A password that nobody knows: a session of before stays dead, also when the account is opened again.
    who.set_unusable_password()
    who.save(update_fields=["is_active", "password"])
    check(*(Change(holding, is_end=True) for holding in holdings))
    Invitation.objects.open().filter(email=who.email).update(taken_back_at=clock.now())
    audit.record("close account", about=f"user:{who.pk}", by=by, posts=[holding.post_id for holding in holdings])


@transaction.atomic
def reopen_account(who: User, *, by: User) -> None:
    """The person may sign in again, with a password that they set by the reset link. No post comes back."""
    _only_for_cjvsf(by)
    if not User.objects.filter(pk=who.pk, is_active=False).update(is_active=True, unused_told_at=None):
        raise NotReady(f"The account of {who} is open.")
    audit.record("reopen account", about=f"user:{who.pk}", by=by)
