"""A partner flags a need or pitches an idea; the prison answers, and says why."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from directory.contacts import address_of_contact
from directory.models import Establishment, Idea, Listing, Organisation, Term
from directory.operations.needs import says_what_is_needed, speaks_for
from portal.foundation import audit, clock, outbox
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User


@transaction.atomic
def put_idea(
    establishment: Establishment,
    organisation: Organisation,
    *,
    by: User,
    kind: str,
    need: Term,
    group: Term | None,
    text: str,
) -> Idea:
    """Tell a prison. Whoever is its single point of contact hears of it at once."""
    if not speaks_for(by, organisation.pk):
        raise PermissionDenied
    if not establishment.takes_new_agreements:
        raise NotReady(f"{establishment} is closed. Choose another prison.")
    idea = Idea.objects.create(
        establishment=establishment,
        organisation=organisation,
        kind=kind,
        need=need,
        group=group,
        text=text,
        told_at=clock.now(),
        told_by=by,
    )
    audit.record("put idea", about=f"idea:{idea.pk}", by=by, establishment=establishment.pk)
    _tell(idea, address_of_contact(establishment), "idea_put")
    return idea


@transaction.atomic
def answer_idea(idea: Idea, *, by: User, reply: str, why: str, duplicate_of: Listing | None = None) -> Idea:
    """Answer once, with the reason. The organisation is told."""
    if not says_what_is_needed(by, idea.establishment):
        raise PermissionDenied
    idea = Idea.objects.select_for_update(of=("self",)).with_parties().get(pk=idea.pk)
    if idea.answered_at:
        raise NotReady(f"{idea.answered_by} has answered this already.")
    if reply == Idea.Reply.DUPLICATE and duplicate_of is None:
        raise NotReady("Choose the service that is there already.")
    idea.reply, idea.why, idea.duplicate_of = reply, why, duplicate_of
    idea.answered_at, idea.answered_by = clock.now(), by
    idea.save(update_fields=["reply", "why", "duplicate_of", "answered_at", "answered_by"])
    audit.record("answer idea", about=f"idea:{idea.pk}", by=by, reply=reply)
    _tell(idea, f"organisation:{idea.organisation_id}", "idea_answered")
    return idea


def _tell(idea: Idea, to: str, template: str) -> None:
    """Titles, a day and a link: never what was written."""
    context = {
        "title": str(idea),
        "organisation": str(idea.organisation),
        "prison": str(idea.establishment),
        "reply": idea.get_reply_display(),
        "due": clock.say_day(idea.due_on),
        "link": settings.SITE_URL + reverse("idea_detail", args=[idea.reference]),
    }
    outbox.queue(to=to, template=template, context=context, dedupe_key=f"idea:{idea.pk}:{template}")
