"""Accounts that nobody has signed in to for a year: their posts are to be handed over, and four weeks later they close.

One whose closing would leave something live to nobody stays open, and its leads are told again every four weeks.
"""

import datetime as dt

from celery import shared_task
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse

from directory.models import Holding
from directory.operations.accounts import close_account
from directory.parties import Party, party_of
from portal.foundation import clock, outbox
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User

UNUSED_FOR = dt.timedelta(days=365)
NOTICE = dt.timedelta(days=28)


@shared_task(name="directory.unused.close_unused_accounts")
def close_unused_accounts() -> int:
    """Tell of those that are newly unused, and close those that were told of. How many were closed."""
    for who in unused().filter(Q(unused_told_at=None) | Q(unused_told_at__lt=F("used_at"))):
        tell(who)
    told_of = unused().filter(unused_told_at__gte=F("used_at"), unused_told_at__lte=clock.now() - NOTICE)
    return sum(close(who) for who in told_of)


def unused() -> QuerySet[User]:
    """Open accounts that were last signed in to, or made, longer ago than that."""
    accounts = User.objects.filter(is_active=True).annotate(used_at=Coalesce("last_login", "joined_at"))
    return accounts.filter(used_at__lt=clock.now() - UNUSED_FOR).order_by("pk")


@transaction.atomic
def tell(who: User) -> None:
    """The claim is the update: a second sweep finds nobody to tell."""
    now = clock.now()
    if User.objects.filter(pk=who.pk, unused_told_at=who.unused_told_at).update(unused_told_at=now):
        outbox.queue(
            to=" ".join(addresses(who)),
            template="account_unused",
            context={"name": who.name, "closes_on": clock.say_day(now + NOTICE), "path": reverse("people")},
            dedupe_key=f"unused:{who.pk}:{now.isoformat()}",
        )


def close(who: User) -> bool:
    try:
        close_account(who, by=None)
    except NotReady:
        tell(who)
        return False
    return True


def addresses(who: User) -> list[str]:
    """The lead of each party where they hold a post, who can hand it over, and they themselves."""
    holdings = Holding.objects.from_day(clock.today()).filter(user=who)
    related = holdings.select_related("post__organisation", "post__establishment")
    parties = {_lead(party_of(holding.post)) for holding in related}
    return [*sorted(parties), f"user:{who.pk}"]


def _lead(party: Party) -> str:
    if party.organisation:
        return f"organisation_lead:{party.organisation.pk}"
    return f"establishment_lead:{party.establishment.pk}" if party.establishment else "cjvsf"
