"""Complaints about data protection: made by anybody, acknowledged and answered by CJVSF."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404

from directory.standing import standing
from portal.foundation import audit, clock, outbox
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User
from portal.home.models import Complaint

MOST_AN_HOUR = 5
TOO_MANY = "We have had several complaints from your network in the last hour. Try again later, or write to us."


@transaction.atomic
def complain(*, network: str, name: str, email: str, what: str, by: None = None) -> Complaint:
    """Write a complaint down, and tell CJVSF by when it is to be acknowledged."""
    since = clock.now() - dt.timedelta(hours=1)
    if Complaint.objects.filter(network=network, made_at__gt=since).count() >= MOST_AN_HOUR:
        raise NotReady(TOO_MANY)
    complaint = Complaint.objects.create(network=network, name=name, email=email, what=what, made_at=clock.now())
    context = {"reference": complaint.reference, "acknowledge_by": clock.say_day(complaint.acknowledge_by)}
    key = f"complaint:{complaint.pk}"
    outbox.queue(to="cjvsf", template="complaint_made", context=context, dedupe_key=f"{key}:made")
    audit.record("complain", about=key, by=None)
    return complaint


def complaints_for(user: User) -> QuerySet[Complaint]:
    """For CJVSF alone; for everybody else they don't exist."""
    if not standing(user).is_cjvsf:
        raise Http404
    return Complaint.objects.select_related("acknowledged_by", "answered_by")


def find_complaint(user: User, reference: str) -> Complaint:
    complaint = complaints_for(user).filter(reference=reference).first()
    if complaint is None:
        raise Http404
    return complaint


def _locked(complaint: Complaint, by: User) -> Complaint:
    if not standing(by).is_cjvsf:
        raise PermissionDenied
    return Complaint.objects.select_for_update().get(pk=complaint.pk)


@transaction.atomic
def acknowledge(complaint: Complaint, *, by: User) -> None:
    """Tell its maker that it was received and is being looked into: the law gives 30 days."""
    complaint = _locked(complaint, by)
    if complaint.acknowledged_at:
        raise NotReady("This complaint has been acknowledged already.")
    complaint.acknowledged_at, complaint.acknowledged_by = clock.now(), by
    complaint.save(update_fields=["acknowledged_at", "acknowledged_by"])
    _tell(complaint, "complaint_acknowledged", made_on=clock.say_day(complaint.made_at))
    audit.record("acknowledge complaint", about=f"complaint:{complaint.pk}", by=by)


@transaction.atomic
def answer(complaint: Complaint, *, by: User, outcome: str) -> None:
    """Tell its maker what was found and done. That closes it."""
    complaint = _locked(complaint, by)
    if complaint.answered_at:
        raise NotReady("This complaint has been answered already.")
    if complaint.acknowledged_at is None:
        raise NotReady("Acknowledge the complaint first.")
    complaint.answered_at, complaint.answered_by, complaint.outcome = clock.now(), by, outcome
    complaint.save(update_fields=["answered_at", "answered_by", "outcome"])
    _tell(complaint, "complaint_answered", outcome=outcome)
    audit.record("answer complaint", about=f"complaint:{complaint.pk}", by=by)


def _tell(complaint: Complaint, template: str, **context: str) -> None:
    context["reference"] = complaint.reference
    outbox.queue(
        to=f"mailto:{complaint.email}",
        template=template,
        context=context,
        dedupe_key=f"complaint:{complaint.pk}:{template}",
    )
