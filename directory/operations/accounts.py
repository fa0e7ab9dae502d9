"""Closing an account when somebody has left and opening it again, and correcting a name or an address."""

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from directory.changes import Change, check
from directory.models import Holding, Invitation, JoiningRequest
from directory.operations import invitations
from directory.operations.holdings import finish, hold_still
from directory.parties import party_of
from directory.standing import standing
from portal.foundation import audit, clock, outbox
from portal.foundation.accounts import change_address
from portal.foundation.exceptions import NotReady
from portal.foundation.models import Notification, User


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
    if User.objects.get(pk=who.pk).is_erased:
        raise NotReady("This account is erased: nobody could sign in. Invite the person again.")
    if not User.objects.filter(pk=who.pk, is_active=False).update(is_active=True, unused_told_at=None):
        raise NotReady(f"The account of {who} is open.")
    audit.record("reopen account", about=f"user:{who.pk}", by=by)


@transaction.atomic
def correct_person(who: User, *, name: str, email: str, by: User) -> list[str]:
    """Say what somebody is called and where they get mail now. What they signed keeps what it was signed with.

    Also of a closed account, whose address has to be right before it is opened again. Returns what has changed.
    """
    _only_for_cjvsf(by)
    who = User.objects.select_for_update().get(pk=who.pk)
    _refuse_to_correct(who, by)
    new, old = {"name": name, "email": User.objects.normalize_email(email)}, who.email
    changed = [field for field, value in new.items() if getattr(who, field) != value]
    if changed:
        who.name = name
        who.save(update_fields=["name"])
        if "email" in changed:
            _move_to(who, new["email"])
        line = audit.record("correct person", about=f"user:{who.pk}", by=by, fields=changed)
        _tell_of_correction(who, old, changed, number=line.number)
    return changed


def _refuse_to_correct(who: User, by: User) -> None:
    if who == by:
        raise NotReady("You can’t correct your own name or address. Ask another CJVSF administrator.")
    if who.is_erased:
        raise NotReady("This account has been erased. There is nothing left to correct.")


def _move_to(who: User, email: str) -> None:
    """What still bears the old address bears the new one, so that the person’s data is found and erased as a whole."""
    old = who.email
    try:
        with transaction.atomic():
            change_address(who, email)
    except IntegrityError:
        raise NotReady(f"Another account has the address {email}. Each account needs its own.") from None
    invitations.leave_address(old, new=email)
    JoiningRequest.objects.filter(contact_email=old).update(contact_email=email)
    mails = Notification.objects.filter(addressee=f"mailto:{old}").exclude(dedupe_key__startswith=correction_key(who))
    mails.update(addressee=f"user:{who.pk}")


def correction_key(who: User) -> str:
    """How the keys of mail about corrections begin. Some of it went to addresses that are kept nowhere else."""
    return f"correction:{who.pk}:"


def _tell_of_correction(who: User, old: str, changed: list[str], *, number: int) -> None:
    """Told at both addresses; the old one isn't told what is said now."""
    key = f"{correction_key(who)}{number}"
    told = {"name": who.name if "name" in changed else "", "has_moved": "email" in changed, "is_open": who.is_active}
    reset = reverse("account_reset_password")
    to = f"user:{who.pk}" if who.is_active else f"mailto:{who.email}"
    outbox.queue(to=to, template="person_corrected", context=told | {"path": reset}, dedupe_key=f"{key}:new")
    if "email" in changed:
        told = {"has_name": "name" in changed}
        outbox.queue(to=f"mailto:{old}", template="address_left", context=told, dedupe_key=f"{key}:old")
