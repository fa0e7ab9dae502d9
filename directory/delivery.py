"""The sweep that sends mail. It lives here because who holds a post today is the directory's knowledge.

A row to posts or a party is first spread over the people who act there today, one row each; what can wait is gathered
into digests; then each row to a person is sent. Marked after sending, with a Message-ID that stays the same: no mail is
lost, and a second copy can be told from a second mail. Who has left since a row was spread gets nothing: it is handed on.
"""

import datetime as dt
import logging
import smtplib

from celery import shared_task
from django.core.mail import get_connection
from django.db import transaction
from django.db.models import F, Q

from directory.addressing import is_member_address, people_behind
from directory.digests import collect
from directory.letters import compose
from directory.mail_log import tell_their_lead
from portal.foundation import clock
from portal.foundation.models import Notification, User
from portal.foundation.outbox import UNSENT

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=5)
BATCH = 100
LONGEST_WAIT = dt.timedelta(hours=1)
TO_SOMEBODY = Q(addressee__startswith="user:") | Q(addressee__startswith="mailto:")
# What an SMTP server may say about the mail itself. About our own sign-in or address it says nothing for ever.
ABOUT_THE_MAIL = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)


class ServerAway(Exception):
    """The mail server can't be reached: there is no use in trying the next mail now."""


@shared_task(name="directory.delivery.send_mail")
def send_mail() -> int:
    """Send what waits, over one connection. How many were sent."""
    spread_over_people()
    collect(waiting())
    sent = 0
    connection = get_connection()
    try:
        for pk in list(to_send().order_by("pk").values_list("pk", flat=True)[:BATCH]):
            if row := claim(pk):
                sent += send(row, connection)
    except ServerAway as away:
        logger.warning("The mail server is away: %s", away)
    finally:
        connection.close()
    return sent


def waiting() -> Q:
    """What nobody has sent, or is sending now."""
    now = clock.now()
    return (
        UNSENT
        & Q(digest=None, not_before__lte=now)
        & (Q(claimed_until=None) | Q(claimed_until__lt=clock.at_database()))
    )


def to_send():
    return Notification.objects.filter(waiting(), TO_SOMEBODY, at_once=True)


def spread_over_people() -> None:
    """Turn each mail to posts into one for each person who acts in them today."""
    for row in Notification.objects.filter(waiting()).exclude(TO_SOMEBODY).order_by("pk")[:BATCH]:
        spread(row, row.addressee)


@transaction.atomic
def spread(row: Notification, via: str) -> None:
    """One row for each person behind the address, and none twice. Nobody there at all: it waits until there is somebody."""
    topic = row.dedupe_key.partition(">")[0]
    people = people_behind(via)
    if not people and is_member_address(via):
        finish(row, closed_at=clock.now(), server_answer="Holds no post there any more")
        return
    if not people:
        wait(row, "Nobody acts there, and nobody at CJVSF")
        Notification.objects.filter(pk=row.pk).update(digest=None)
        return
    rows = [
        Notification(
            addressee=f"user:{user_id}",
            via=via,
            template=row.template,
            context=row.context,
            at_once=row.at_once,
            created_at=row.created_at,
            dedupe_key=f"{topic}>user:{user_id}",
        )
        for user_id in sorted(people)
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    finish(row, closed_at=clock.now(), server_answer="Handed on to the people who act there")


def claim(pk: int) -> Notification | None:
    """Take one row by a conditional UPDATE with a lease: of two workers, one changes it."""
    lease = {"claimed_until": clock.at_database() + LEASE, "attempts": F("attempts") + 1}
    if not to_send().filter(pk=pk).update(**lease):
        return None
    return Notification.objects.get(pk=pk)


def send(row: Notification, connection) -> bool:
    """Send one mail, and record the server's answer. A permanent refusal isn't tried again."""
    told = still_theirs(row)
    address = address_of(row.addressee)
    if not told:
        return False
    if address is None:
        finish(row, refused_at=clock.now(), server_answer="The person has left or doesn't exist")
        return False
    try:
        mail = compose(row, told, address, connection)
        connection.open()
        mail.send()
    except ABOUT_THE_MAIL as error:
        refuse_or_wait(row, *answer_in(error))
    except (OSError, smtplib.SMTPException) as error:
        wait(row, str(error))
        raise ServerAway(error) from error
    except Exception as error:
        # A mail that can't be written doesn't hold up the others.
        logger.exception("Mail %s can't be written", row.pk)
        wait(row, f"{type(error).__name__}: {error}")
    else:
        finish(row, sent_at=clock.now(), server_answer="Accepted")
        return True
    return False


def answer_in(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> tuple[int, bytes | str]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(iter(error.recipients.values()))
    return error.smtp_code, error.smtp_error


def still_theirs(row: Notification) -> list[Notification]:
    """What this mail is to tell: itself, or what a digest has gathered. Who left since gets none of it: it is handed on."""
    is_digest = row.template == "digest"
    parts = list(row.collected.filter(closed_at=None).order_by("pk")) if is_digest else [row]
    user_id = row.addressee.removeprefix("user:")
    told = [part for part in parts if not part.via or int(user_id) in people_behind(part.via)]
    for part in parts:
        if part not in told:
            spread(part, part.via)
    if is_digest and not told:
        finish(row, closed_at=clock.now(), server_answer="Nothing left to tell")
    return told


def refuse_or_wait(row: Notification, code: int, answer: bytes | str) -> None:
    """5xx is for ever, anything else for now."""
    told = f"{code} {answer.decode(errors='replace') if isinstance(answer, bytes) else answer}"
    if code >= 500:
        finish(row, refused_at=clock.now(), server_answer=told)
        tell_their_lead(row)
    else:
        wait(row, told)


def wait(row: Notification, answer: str) -> None:
    """Try again later, each time twice as late, up to an hour."""
    logger.warning("Mail %s waits: %s", row.pk, answer)
    delay = min(dt.timedelta(seconds=10) * 2 ** min(row.attempts, 10), LONGEST_WAIT)
    finish(row, not_before=clock.now() + delay, server_answer=answer)


def finish(row: Notification, **fields) -> None:
    """Write down how it went, for a digest also in what it told."""
    if row.template == "digest" and ("sent_at" in fields or "refused_at" in fields):
        row.collected.filter(closed_at=None).update(**fields)
    Notification.objects.filter(pk=row.pk).update(claimed_until=None, **fields)


def address_of(addressee: str) -> str | None:
    kind, _, rest = addressee.partition(":")
    if kind == "mailto":
        return rest
    return User.objects.filter(pk=rest, is_active=True).values_list("email", flat=True).first()
