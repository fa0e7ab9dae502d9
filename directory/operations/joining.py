"""How an organisation that isn't in the directory comes in: it asks, and CJVSF accepts or declines."""

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, Q

from directory.models import JoiningRequest, Organisation, Post, RegisteredCharity, Role
from directory.operations.invitations import invite
from directory.standing import standing
from portal.foundation import audit, clock, outbox
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User

MOST_AN_HOUR = 5
TOO_MANY = "We have had several requests from your network in the last hour. Try again later, or write to us."


@transaction.atomic
def ask_to_join(*, network: str, by: None = None, **told: str) -> JoiningRequest:
    """Write a request down. It tells nobody whether the organisation is known already."""
    since = clock.now() - dt.timedelta(hours=1)
    if JoiningRequest.objects.filter(network=network, asked_at__gt=since).count() >= MOST_AN_HOUR:
        raise NotReady(TOO_MANY)
    request = JoiningRequest.objects.create(network=network, asked_at=clock.now(), **told)
    context = {"name": request.name, "path": "/manage/joining/"}
    outbox.queue(to="cjvsf", template="joining_asked", context=context, dedupe_key=f"joining:{request.pk}:asked")
    audit.record("ask to join", about=f"joining:{request.pk}", by=None)
    return request


def lookalikes(request: JoiningRequest) -> list[Organisation]:
    """Organisations in the directory that may be the one that asks: the same number, or the same name."""
    same = Q(name__iexact=request.name)
    if request.charity_number:
        same |= Q(charity_number=request.charity_number)
    found = Organisation.objects.filter(same)
    return list(found.exclude(pk=request.organisation_id) if request.organisation_id else found)


@dataclass(frozen=True)
class Register:
    """What the loaded register says of a charity number: the charity, or that there is none, as it stood on a day."""

    charity: RegisteredCharity | None
    as_of: dt.datetime


def on_the_register(request: JoiningRequest) -> Register | None:
    """Nothing while no register was loaded, or no number was given."""
    as_of = RegisteredCharity.objects.aggregate(last=Max("loaded_at"))["last"]
    if as_of is None or not request.charity_number:
        return None
    return Register(RegisteredCharity.objects.filter(number=request.charity_number).first(), as_of)


def asked_before(request: JoiningRequest) -> int:
    """How many other requests wait for what looks like the same organisation."""
    same = Q(name__iexact=request.name)
    if request.charity_number:
        same |= Q(charity_number=request.charity_number)
    return JoiningRequest.objects.filter(same, decided_at=None).exclude(pk=request.pk).count()


@transaction.atomic
def accept_request(request: JoiningRequest, *, by: User) -> Organisation:
    """The organisation comes into the directory, with an administrator's post to which its contact is invited."""
    request = _undecided(request, by)
    if known := lookalikes(request):
        raise NotReady(
            f"{known[0]} is in the directory already. Decline this request, and ask its administrator for an invitation."
        )
    organisation = Organisation.objects.create(
        name=request.name, charity_number=request.charity_number, joined_at=clock.now()
    )
    post = Post.objects.create(organisation=organisation, role=Role.ADMINISTRATOR, title="Administrator")
    _decide(request, by, organisation=organisation)
    invite(post, request.contact_email, by=by)
    audit.record("accept joining", about=f"organisation:{organisation.pk}", by=by, request=request.pk)
    return organisation


@transaction.atomic
def decline_request(request: JoiningRequest, *, by: User, reason: str) -> None:
    """Say no, and say why: the contact is told the reason."""
    request = _undecided(request, by)
    if not reason.strip():
        raise NotReady("Say why, for the people who asked.")
    _decide(request, by, reason=reason)
    outbox.queue(
        to=f"mailto:{request.contact_email}",
        template="joining_declined",
        context={"name": request.name, "reason": reason},
        dedupe_key=f"joining:{request.pk}:declined",
    )
    audit.record("decline joining", about=f"joining:{request.pk}", by=by)


def _undecided(request: JoiningRequest, by: User) -> JoiningRequest:
    if not standing(by).is_cjvsf:
        raise PermissionDenied
    request = JoiningRequest.objects.select_for_update().get(pk=request.pk)
    if request.decided_at:
        raise NotReady(f"{request.decided_by} has decided on this already.")
    return request


def _decide(request: JoiningRequest, by: User, **fields) -> None:
    JoiningRequest.objects.filter(pk=request.pk).update(decided_at=clock.now(), decided_by=by, **fields)
