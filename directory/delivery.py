"""The sweep that sends mail. It lives here because who holds a post today is the directory's knowledge.

A row to a party is first spread over the people who act for it today, one row each; a row to a person is sent. Marked
after sending, with a Message-ID that stays the same: no mail is lost, and a second copy can be told from a second mail.
"""

import datetime as dt
import logging
import smtplib
from email.utils import parseaddr

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string

from directory.models import Holding, Role
from portal.foundation import clock
from portal.foundation.models import Notification, User

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=2)
BATCH = 100
LONGEST_WAIT = dt.timedelta(hours=1)
# The roles that mail to a whole party goes to.
TOLD = {
    "organisation": (Role.CONTRIBUTOR, Role.SIGNATORY, Role.ADMINISTRATOR),
    "establishment": (Role.HOO, Role.APPROVER, Role.COORDINATOR),
}


@shared_task(name="directory.delivery.send_mail")
def send_mail() -> int:
    """Send what waits, over one connection. How many were sent."""
    spread_over_people()
    sent = 0
    rows = list(claim())
    if not rows:
        return sent
    with get_connection() as connection:
        for row in rows:
            sent += send(row, connection)
    return sent


def waiting():
    """What nobody has sent, or is sending now."""
    now = clock.now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    return Notification.objects.filter(free, sent_at=None, refused_at=None, not_before__lte=now)


def spread_over_people() -> None:
    """Turn each mail to a party into one for each person who acts for it today."""
    to_parties = waiting().filter(Q(addressee__startswith="organisation:") | Q(addressee__startswith="establishment:"))
    for row in to_parties[:BATCH]:
        with transaction.atomic():
            Notification.objects.bulk_create(
                [
                    Notification(
                        addressee=f"user:{user_id}",
                        template=row.template,
                        context=row.context,
                        dedupe_key=f"{row.dedupe_key}>user:{user_id}",
                    )
                    for user_id in people_to_tell(row.addressee)
                ],
                ignore_conflicts=True,
            )
            Notification.objects.filter(pk=row.pk).update(sent_at=clock.now(), server_answer="Spread over people")


def people_to_tell(addressee: str) -> list[int]:
    """The ids of the people who act for a party today: `organisation:5` or `establishment:7`."""
    party, _, party_id = addressee.partition(":")
    holdings = Holding.objects.on(clock.today()).filter(
        **{f"post__{party}_id": int(party_id)}, post__role__in=TOLD[party]
    )
    return list(holdings.order_by("user_id").values_list("user_id", flat=True).distinct())


def claim():
    """Take a batch by a conditional UPDATE with a lease: of two workers, one changes the row."""
    for row in waiting().order_by("pk")[:BATCH]:
        lease = {"claimed_until": clock.now() + LEASE, "attempts": F("attempts") + 1}
        if waiting().filter(pk=row.pk).update(**lease):
            row.attempts += 1
            yield row


def send(row: Notification, connection) -> bool:
    """Send one mail, and record the server's answer. A permanent refusal isn't tried again."""
    address = address_of(row.addressee)
    if address is None:
        finish(row, refused_at=clock.now(), server_answer="The person has left or doesn't exist")
        return False
    try:
        compose(row, address, connection).send()
    except smtplib.SMTPRecipientsRefused as error:
        refuse_or_wait(row, *next(iter(error.recipients.values())))
        return False
    except smtplib.SMTPResponseException as error:
        refuse_or_wait(row, error.smtp_code, error.smtp_error)
        return False
    except (OSError, smtplib.SMTPException) as error:
        wait(row, str(error))
        return False
    finish(row, sent_at=clock.now(), server_answer="Accepted")
    return True


def refuse_or_wait(row: Notification, code: int, answer: bytes | str) -> None:
    """5xx is for ever, anything else for now."""
    told = f"{code} {answer.decode(errors='replace') if isinstance(answer, bytes) else answer}"
    if code >= 500:
        finish(row, refused_at=clock.now(), server_answer=told)
    else:
        wait(row, told)


def wait(row: Notification, answer: str) -> None:
    """Try again later, each time twice as late, up to an hour."""
    logger.warning("Mail %s waits: %s", row.pk, answer)
    delay = min(dt.timedelta(seconds=10) * 2 ** min(row.attempts, 10), LONGEST_WAIT)
    finish(row, not_before=clock.now() + delay, server_answer=answer)


def finish(row: Notification, **fields) -> None:
    Notification.objects.filter(pk=row.pk).update(claimed_until=None, **fields)


def address_of(addressee: str) -> str | None:
    kind, _, rest = addressee.partition(":")
    if kind == "mailto":
        return rest
    return User.objects.filter(pk=rest, is_active=True).values_list("email", flat=True).first()


def compose(row: Notification, address: str, connection) -> EmailMultiAlternatives:
    """Plain text first, complete; HTML beside it with a language, headings and real links."""
    context = row.context | {"operator": settings.OPERATOR_NAME, "site_url": settings.SITE_URL}
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    mail = EmailMultiAlternatives(
        subject=" ".join(render_to_string(f"email/{row.template}.subject.txt", context).split()),
        body=render_to_string(f"email/{row.template}.txt", context),
        to=[address],
        connection=connection,
        headers={"Message-ID": f"<{row.message_id}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string(f"email/{row.template}.html", context), "text/html")
    return mail
