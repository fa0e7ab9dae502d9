"""Inviting an address to a post, and what whoever reads its mail may do with the invitation."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from directory.models import Holding, Invitation, Post, Role
from directory.operations.holdings import begin, hold_still, pass_on
from directory.parties import manages, party_of
from directory.roles import ROLES
from portal.foundation import audit, clock, outbox
from portal.foundation.accounts import open_account
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.models import User

SALT = "invitation"
MOST_A_DAY = 50
GONE = "This invitation has been used, taken back or replaced, or it has run out. Ask for a new one."


def token_of(invitation: Invitation) -> str:
    """What the link carries. It is signed when the mail is written, so nothing in the database opens a door."""
    return signing.dumps([invitation.pk, invitation.email], salt=SALT, compress=False)


def link_of(invitation: Invitation) -> str:
    return settings.SITE_URL + reverse("invitation_accept", args=[token_of(invitation)])


@transaction.atomic
def invite(
    post: Post,
    email: str,
    *,
    by: User,
    from_on: dt.date | None = None,
    until_on: dt.date | None = None,
    as_deputy: bool = False,
    takes_over: Holding | None = None,
    note: str = "",
) -> Invitation:
    """Offer a post to an address. An invitation to the same address and post that still stands is taken back."""
    party = party_of(post)
    if not manages(by, party):
        raise PermissionDenied
    hold_still(party)
    email = email.strip().lower()
    _refuse_what_makes_no_sense(post, email, by, as_deputy=as_deputy, until_on=until_on)
    for older in Invitation.objects.filter(post=post, email=email, accepted_at=None, taken_back_at=None):
        _take_back(older)
    invitation = Invitation.objects.create(
        post=post,
        email=email,
        from_on=from_on,
        until_on=until_on,
        as_deputy=as_deputy,
        takes_over=takes_over,
        note=note,
        invited_by=by,
        invited_at=clock.now(),
    )
    audit.record("invite", about=party.about, by=by, invitation=invitation.pk, post=post.pk)
    _send(invitation)
    return invitation


def _refuse_what_makes_no_sense(post: Post, email: str, by: User, *, as_deputy: bool, until_on: dt.date | None) -> None:
    if email == by.email:
        raise NotReady("You can’t give a post to yourself. Ask another administrator, or CJVSF.")
    if as_deputy and until_on is None:
        raise NotReady("Say until when the deputy stands in.")
    if Holding.objects.on(clock.today()).filter(post=post, user__email=email, until_on=None).exists():
        raise NotReady(f"Whoever uses {email} holds this post already.")
    since = clock.now() - dt.timedelta(days=1)
    if Invitation.objects.filter(invited_by=by, invited_at__gt=since).count() >= MOST_A_DAY:
        raise NotReady(f"You have sent {MOST_A_DAY} invitations in the last day. Go on tomorrow.")


def _send(invitation: Invitation) -> None:
    context = {
        "invitation": invitation.pk,
        "post": str(invitation.post),
        "role": ROLES[Role(invitation.post.role)].words,
        "by": invitation.invited_by.name,
        "until": clock.say_day(invitation.expires_at),
    }
    key = f"{_about(invitation)}offer"
    outbox.queue(to=f"mailto:{invitation.email}", template="invitation", context=context, dedupe_key=key)


@transaction.atomic
def take_back(invitation: Invitation, *, by: User) -> None:
    party = party_of(invitation.post)
    if not manages(by, party):
        raise PermissionDenied
    hold_still(party)
    if not Invitation.objects.open().filter(pk=invitation.pk).exists():
        raise NotReady("This invitation has been used, or it has run out.")
    _take_back(invitation)
    audit.record("take back invitation", about=party.about, by=by, invitation=invitation.pk)


def _take_back(invitation: Invitation) -> None:
    Invitation.objects.filter(pk=invitation.pk, accepted_at=None).update(taken_back_at=clock.now())
    outbox.withdraw(about=_about(invitation), why="The invitation was taken back")


def _about(invitation: Invitation) -> str:
    """How the keys of its mail begin. With its colon: invitation 1 isn't the beginning of invitation 12."""
    return f"invitation:{invitation.pk}:"


def leave_address(old: str, *, new: str) -> None:
    """Its owner has another one now. What was offered to the old one is taken back; the rows say the new one."""
    related = ("post__organisation", "post__establishment")
    offers = Invitation.objects.filter(email=old, accepted_at=None, taken_back_at=None).select_related(*related)
    for offer in sorted(offers, key=lambda offer: party_of(offer.post).about):
        hold_still(party_of(offer.post))
        _take_back(offer)
    Invitation.objects.filter(email=old).update(email=new)


def find(token: str) -> Invitation | None:
    """The invitation that this link is for, while it can be accepted and whoever sent it may still give the post."""
    try:
        pk, email = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    related = ("post__organisation", "post__establishment", "invited_by", "takes_over__user")
    invitation = Invitation.objects.open().select_related(*related).filter(pk=pk, email=email).first()
    if invitation is None or not invitation.invited_by.is_active:
        return None
    return invitation if manages(invitation.invited_by, party_of(invitation.post)) else None


def account_of(invitation: Invitation) -> User | None:
    return User.objects.filter(email=invitation.email).first()


@transaction.atomic
def accept_with_new_account(token: str, *, name: str, password: str, by: None = None) -> User:
    """Open the account that goes with the address, and take the post. Nobody is signed in by it."""
    invitation = _claim(token)
    if account_of(invitation):
        raise NotReady("There is an account with this address already. Sign in to accept.")
    who = open_account(email=invitation.email, name=name, password=password)
    _take(invitation, who)
    return who


@transaction.atomic
def accept(token: str, *, by: User) -> None:
    """Somebody who has signed in with the invited address takes the post. Nobody else may."""
    invitation = _claim(token)
    if by.email != invitation.email:
        raise PermissionDenied
    _take(invitation, by)


def _claim(token: str) -> Invitation:
    """Of two who use one link at once, the second finds it used."""
    invitation = find(token)
    if invitation is None:
        raise Overtaken(GONE)
    hold_still(party_of(invitation.post))
    if (still := find(token)) is None:
        raise Overtaken(GONE)
    return still


def _take(invitation: Invitation, who: User) -> None:
    """The post is theirs. Who was to be followed may have left meanwhile: then nobody is."""
    party, before = party_of(invitation.post), invitation.takes_over
    if before and Holding.objects.from_day(clock.today()).filter(pk=before.pk).exists():
        on = max(invitation.from_on or clock.today(), clock.today())
        pass_on(before, party, to=who, by=invitation.invited_by, on=on, note=invitation.note)
    else:
        days: dict[str, Any] = {"from_on": invitation.from_on, "until_on": invitation.until_on}
        begin(invitation.post, who, as_deputy=invitation.as_deputy, **days)
    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=clock.now(), accepted_by=who)
    audit.record("accept invitation", about=party.about, by=who, invitation=invitation.pk, post=invitation.post_id)
