"""What became of every mail: queued, sent, refused or bounced. And who can't be reached by mail at all."""

import uuid
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from directory.addressing import people_behind
from directory.models import Post
from directory.standing import standing
from portal.foundation import clock, outbox
from portal.foundation.models import Notification, User
from portal.foundation.outbox import UNSENT

UNREACHABLE = "unreachable"
STATES = {
    "queued": UNSENT,
    "sent": Q(sent_at__isnull=False, bounced_at=None),
    "refused": Q(refused_at__isnull=False),
    "bounced": Q(bounced_at__isnull=False),
}


def mails(state: str = "", words: str = "") -> QuerySet[Notification]:
    """The log, newest first: what was handed on to people or put aside is not a mail of its own."""
    rows = Notification.objects.filter(closed_at=None).filter(STATES.get(state, Q())).order_by("-pk")
    if words:
        rows = rows.filter(Q(addressee__icontains=words) | Q(server_answer__icontains=words))
    return rows.defer("context")


def state_of(mail: Notification) -> str:
    if mail.bounced_at:
        return "bounced"
    if mail.sent_at:
        return "sent"
    return "refused" if mail.refused_at else "queued"


@transaction.atomic
def record_bounce(message_id: str, answer: str = "") -> int:
    """A mail that was accepted came back. How many rows that concerns: a digest's, also those that it told; 0 when unknown."""
    try:
        number = uuid.UUID(message_id.strip().strip("<>").partition("@")[0])
    except ValueError:
        return 0
    mail = Notification.objects.filter(message_id=number, sent_at__isnull=False).first()
    if mail is None:
        return 0
    tell_their_lead(mail)
    rows = Notification.objects.filter(Q(pk=mail.pk) | Q(digest=mail), sent_at__isnull=False)
    return rows.update(bounced_at=clock.now(), server_answer=answer or "Came back")


def tell_their_lead(mail: Notification) -> None:
    """Somebody can't be reached: who leads their party is told, once a month; where that is they themselves, CJVSF."""
    user = User.objects.filter(pk=mail.addressee.removeprefix("user:")).first() if is_to_a_person(mail) else None
    if user is None or mail.template == UNREACHABLE:
        return
    leads = " ".join(sorted({lead_of(holding.post) for holding in standing(user).holdings}))
    outbox.queue(
        to=leads if people_behind(leads) - {user.pk} else "cjvsf",
        template=UNREACHABLE,
        context={"person": user.name, "link": settings.SITE_URL + reverse("people")},
        dedupe_key=f"{UNREACHABLE}:{user.pk}:{clock.today():%Y-%m}",
    )


def is_to_a_person(mail: Notification) -> bool:
    return mail.addressee.startswith("user:")


def lead_of(post: Post) -> str:
    """The address of whoever leads the party of a post."""
    if post.organisation_id:
        return f"organisation_lead:{post.organisation_id}"
    return f"establishment_lead:{post.establishment_id}" if post.establishment_id else "cjvsf"


def out_of_reach() -> set[int]:
    """People whose last mail was refused or came back."""
    failed = Notification.objects.filter(STATES["refused"] | STATES["bounced"], addressee__startswith="user:")
    tried = Notification.objects.filter(Q(sent_at__isnull=False) | Q(refused_at__isnull=False))
    newest = tried.filter(addressee=OuterRef("addressee")).order_by("-pk").values("pk")[:1]
    last_failed = failed.annotate(newest=Subquery(newest)).filter(pk=F("newest"))
    return {int(addressee.removeprefix("user:")) for addressee in last_failed.values_list("addressee", flat=True)}


def with_people(rows: Iterable[Notification]) -> list[tuple[Notification, str, str]]:
    """Each mail with its state, and whom it is for: a name where the address is a person's."""
    rows = list(rows)
    numbers = {row.addressee.removeprefix("user:") for row in rows if row.addressee.startswith("user:")}
    names = {f"user:{user.pk}": f"{user.name}, {user.email}" for user in User.objects.filter(pk__in=numbers)}
    return [(row, state_of(row), names.get(row.addressee, row.addressee)) for row in rows]
