"""One mail for everything that can wait: once a day or once a week, as the person wishes."""

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from directory.models import Frequency, MailPreference
from portal.foundation import clock
from portal.foundation.models import Notification

SENT_AT = dt.time(7)
MONDAY = 0


def last_slot(frequency: str, now: dt.datetime) -> dt.datetime:
    """The last moment, until now, at which a digest was due: 07:00 in London, every day or every Monday."""
    here = timezone.localtime(now)
    day = here.date() - dt.timedelta(days=here.time() < SENT_AT)
    if frequency == Frequency.WEEKLY:
        day -= dt.timedelta(days=(day.weekday() - MONDAY) % 7)
    return dt.datetime.combine(day, SENT_AT, tzinfo=here.tzinfo)


def collect(waiting: Q) -> int:
    """Gather what waits for people's digests, or let it go at once where that is what they want. How many digests."""
    rows = Notification.objects.filter(waiting, addressee__startswith="user:", at_once=False)
    newest = last_slot(Frequency.DAILY, clock.now())
    owners = {int(user.removeprefix("user:")) for user in _addressees(rows)}
    wishes = dict(MailPreference.objects.filter(user__in=owners).values_list("user_id", "frequency"))
    eager = [f"user:{user}" for user, wish in wishes.items() if wish == Frequency.AT_ONCE]
    rows.filter(addressee__in=eager).update(at_once=True)
    digests = 0
    for addressee in sorted(_addressees(rows.filter(created_at__lt=newest))):
        wish = wishes.get(int(addressee.removeprefix("user:")), Frequency.DAILY)
        digests += _gather(rows.filter(addressee=addressee, created_at__lt=last_slot(wish, clock.now())))
    return digests


def _addressees(rows) -> Iterable[str]:
    return set(rows.order_by().values_list("addressee", flat=True).distinct())


@transaction.atomic
def _gather(rows) -> bool:
    """Put a person's rows under one new digest. Of two workers that try, the second finds none left."""
    first = rows.order_by("pk").first()
    if first is None:
        return False
    digest = Notification.objects.create(
        addressee=first.addressee, template="digest", dedupe_key=f"digest:{uuid.uuid4()}"
    )
    if not rows.update(digest=digest):
        digest.delete()
        return False
    return True
