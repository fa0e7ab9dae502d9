"""Corrections: anybody suggests one, staff key in slips from the halls, the owner decides."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from directory.correcting import CORRECTABLE, fingerprint, now
from directory.index import index
from directory.keeping import keeps_listings_of, works_at
from directory.models import Correction, Listing
from directory.operations.listings import OF_AN_AGREEMENT
from portal.foundation import audit, clock, outbox
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.models import User

MOST_AN_HOUR = 5
TOO_MANY = "We have had several corrections from {} in the last hour. Try again later, or tell staff."
AGREED = "This part comes from the agreement. Change the agreement, and the directory follows; or decline, and say so."
# What was agreed but changes with the regime: put right at once, until the next version of the agreement says otherwise.
FOLLOWS_THE_REGIME = frozenset({"sessions_per_week", "minutes", "weeks"})


@transaction.atomic
def suggest_correction(
    listing: Listing,
    *,
    field: str,
    proposed: str,
    note: str = "",
    by: User | None,
    network: str = "",
    is_slip: bool = False,
) -> Correction:
    """Write down what somebody says is wrong. A small thing lives at once where its owner or staff of the prison say it."""
    listing = _held(listing)
    known = by if by is not None and _is_near(by, listing) else None
    if known is None:
        _refuse_too_many(by, network)
    said: dict[str, Any] = {"field": field, "before": now(listing, field), "proposed": proposed, "note": note}
    said |= {"said_by": by, "network": network if by is None else "", "said_at": clock.now()}
    correction = Correction.objects.create(listing=listing, is_from_a_slip=is_slip and known is not None, **said)
    if known and CORRECTABLE[field].is_small:
        _apply(correction, listing)
        _decide(correction, Correction.Decision.LIVE, known)
    else:
        _tell_the_owner(correction, listing)
    audit.record("suggest correction", about=listing.about, by=by, correction=correction.pk, field=field)
    return correction


@transaction.atomic
def accept_correction(correction: Correction, *, by: User, seen: str) -> None:
    """The listing says it from now on, unless it says something else than what the owner saw.

    Something else, which no column holds, the owner has changed by hand.
    """
    correction, listing = _waiting(correction, by)
    if seen != fingerprint(listing, correction.field):
        raise Overtaken(
            "The directory says something else here since you opened the page. Look at it, and decide again."
        )
    _apply(correction, listing)
    _decide(correction, Correction.Decision.ACCEPTED, by)
    audit.record("accept correction", about=listing.about, by=by, correction=correction.pk)


@transaction.atomic
def decline_correction(correction: Correction, *, by: User, reason: str) -> None:
    """It stays as it is, and why."""
    correction, listing = _waiting(correction, by)
    _decide(correction, Correction.Decision.DECLINED, by, reason=reason)
    audit.record("decline correction", about=listing.about, by=by, correction=correction.pk)


def _held(listing: Listing) -> Listing:
    return Listing.objects.select_for_update(of=("self",)).select_related("service__organisation").get(pk=listing.pk)


def _is_near(by: User, listing: Listing) -> bool:
    return keeps_listings_of(by, listing.service.organisation_id) or works_at(by, listing.establishment_id)


def _refuse_too_many(by: User | None, network: str) -> None:
    """Of a person who is signed in no network is kept, so they are counted by who they are."""
    since = clock.now() - dt.timedelta(hours=1)
    said = Correction.objects.filter(said_by=by) if by else Correction.objects.filter(network=network)
    if said.filter(said_at__gt=since).count() >= MOST_AN_HOUR:
        raise NotReady(TOO_MANY.format("you" if by else "your network"))


def _waiting(correction: Correction, by: User) -> tuple[Correction, Listing]:
    listing = _held(correction.listing)
    if not keeps_listings_of(by, listing.service.organisation_id):
        raise PermissionDenied
    correction = Correction.objects.get(pk=correction.pk)
    if correction.decided_at:
        raise NotReady(f"{correction.decided_by} has decided on this already.")
    return correction, listing


def _apply(correction: Correction, listing: Listing) -> None:
    read = CORRECTABLE[correction.field].read
    if read is None:
        return
    if listing.is_from_an_agreement and correction.field not in OF_AN_AGREEMENT | FOLLOWS_THE_REGIME:
        raise NotReady(AGREED)
    Listing.objects.filter(pk=listing.pk).update(**{correction.field: read(correction.proposed)})
    index(Listing.objects.filter(pk=listing.pk))


def _decide(correction: Correction, decision: str, by: User, reason: str = "") -> None:
    correction.decision, correction.reason = decision, reason
    correction.decided_at, correction.decided_by = clock.now(), by
    correction.save(update_fields=["decision", "reason", "decided_at", "decided_by"])


def _tell_the_owner(correction: Correction, listing: Listing) -> None:
    outbox.queue(
        to=f"organisation:{listing.service.organisation_id}",
        template="correction_suggested",
        context={"service": listing.service.name, "path": "/directory/corrections/"},
        dedupe_key=f"correction:{correction.pk}:suggested",
    )
