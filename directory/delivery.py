"""The sweep that sends mail. It lives here because who holds a post today is the directory's knowledge.

A row to posts or a party is first spread over the people who act there today, one row each; what can wait is gathered
into digests; then each row to a person is sent. Marked after sending, with a Message-ID that stays the same: no mail is
lost, and a second copy can be told from a second mail. Who has left since a row was spread gets nothing: it is handed on.
What is asked of the database about a mail is asked for a chunk of them; each is marked by itself.
"""

import datetime as dt
import logging
import smtplib
import time
from collections.abc import Iterable, Mapping, Sequence

from celery import shared_task
from django.core.mail import get_connection
from django.db import transaction
from django.db.models import F, Q

from directory.addressing import is_member_address, people_behind_each
from directory.digests import collect
from directory.letters import compose
from directory.mail_log import tell_their_lead
from portal.foundation import clock
from portal.foundation.models import Notification, User
from portal.foundation.outbox import UNSENT

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=5)
CHUNK = 25
# Then the worker looks after its other work, and comes back.
LONGEST_SWEEP = 20
LONGEST_WAIT = dt.timedelta(hours=1)
TO_SOMEBODY = Q(addressee__startswith="user:") | Q(addressee__startswith="mailto:")
# What an SMTP server may say about the mail itself. About our own sign-in or address it says nothing for ever.
ABOUT_THE_MAIL = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)
People = Mapping[str, set[int]]


class ServerAway(Exception):
    """The mail server can't be reached: there is no use in trying the next mail now."""


@shared_task(name="directory.delivery.send_mail")
def send_mail() -> int:
    """Send what waits, over one connection. How many were sent."""
    spread_over_people()
    collect(waiting())
    sent = 0
    end = time.monotonic() + LONGEST_SWEEP
    connection = get_connection()
    try:
        while time.monotonic() < end and (rows := claim()):
            sent += send_all(rows, connection, end)
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
    rows = Notification.objects.filter(waiting()).exclude(TO_SOMEBODY).order_by("pk")
    while chunk := list(rows[:CHUNK]):
        spread({row: row.addressee for row in chunk})


@transaction.atomic
def spread(mails: Mapping[Notification, str]) -> None:
    """One row for each person behind the address of each mail, and none twice."""
    behind = people_behind_each(mails.values())
    rows = [handed_on(row, via, user_id) for row, via in mails.items() for user_id in sorted(behind[via])]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    done = [row.pk for row, via in mails.items() if behind[via]]
    Notification.objects.filter(pk__in=done).update(
        claimed_until=None, closed_at=clock.now(), server_answer="Handed on to the people who act there"
    )
    for row, via in mails.items():
        if not behind[via]:
            keep_for_nobody(row, via)


def handed_on(row: Notification, via: str, user_id: int) -> Notification:
    return Notification(
        addressee=f"user:{user_id}",
        via=via,
        template=row.template,
        context=row.context,
        at_once=row.at_once,
        created_at=row.created_at,
        dedupe_key=f"{row.dedupe_key.partition('>')[0]}>user:{user_id}",
    )


def keep_for_nobody(row: Notification, via: str) -> None:
    """Nobody there at all: it waits until there is somebody, unless it was for one person only."""
    if is_member_address(via):
        finish(row, closed_at=clock.now(), server_answer="Holds no post there any more")
        return
    wait(row, "Nobody acts there, and nobody at CJVSF")
    Notification.objects.filter(pk=row.pk).update(digest=None)


@transaction.atomic
def claim() -> list[Notification]:
    """Take the next rows with a lease. Of two workers, one gets each."""
    rows = list(to_send().order_by("pk").select_for_update(skip_locked=True)[:CHUNK])
    lease = {"claimed_until": clock.at_database() + LEASE, "attempts": F("attempts") + 1}
    Notification.objects.filter(pk__in=[row.pk for row in rows]).update(**lease)
    for row in rows:
        row.attempts += 1
    return rows


def send_all(rows: Sequence[Notification], connection, end: float) -> int:
    """How many were sent. When the server is away, or so slow that the time is up, what was not tried is free again.

    So no mail is sent under a lease that has run out, and by another worker too.
    """
    behind = people_behind_each({row.via for row in rows})
    addresses = addresses_of(rows)
    sent = 0
    untried = list(rows)
    try:
        while untried and (len(untried) == len(rows) or time.monotonic() < end):
            sent += send(untried.pop(0), connection, behind, addresses)
    finally:
        free(untried)
    return sent


def free(untried: Sequence[Notification]) -> None:
    if untried:
        rows = Notification.objects.filter(pk__in=[row.pk for row in untried])
        rows.update(claimed_until=None, attempts=F("attempts") - 1)


def send(row: Notification, connection, behind: People, addresses: Mapping[str, str]) -> bool:
    """Send one mail, and record the server's answer. A permanent refusal isn't tried again."""
    told = still_theirs(row, behind)
    address = addresses.get(row.addressee)
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


def still_theirs(row: Notification, behind: People) -> list[Notification]:
    """What this mail is to tell: itself, or what a digest has gathered. Who left since gets none of it: it is handed on."""
    is_digest = row.template == "digest"
    parts = list(row.collected.filter(closed_at=None).order_by("pk")) if is_digest else [row]
    behind = people_behind_each({part.via for part in parts}) if is_digest else behind
    user_id = row.addressee.removeprefix("user:")
    told = [part for part in parts if not part.via or int(user_id) in behind[part.via]]
    if gone := {part: part.via for part in parts if part not in told}:
        spread(gone)
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


def addresses_of(rows: Iterable[Notification]) -> dict[str, str]:
    """By addressee, the mail address. People who have left have none."""
    given = {row.addressee: row.addressee.removeprefix("mailto:") for row in rows}
    users = {address.removeprefix("user:") for address in given if address.startswith("user:")}
    found = dict(User.objects.filter(pk__in=users, is_active=True).values_list("pk", "email"))
    mailto = {addressee: address for addressee, address in given.items() if addressee != address}
    return mailto | {f"user:{pk}": email for pk, email in found.items()}
