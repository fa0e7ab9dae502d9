"""A listing stays fresh for a year. Its owner is asked to confirm it after 10, 11 and 12 months; then it sinks and says so.

The directory knows no reviews: `mark_missed_reviews` is told of them by the app that does.
"""

from collections.abc import Mapping
from datetime import date

from celery import shared_task
from django.db import transaction
from django.db.models import QuerySet

from directory.models import Listing, Organisation, Post
from directory.roles import who_may
from portal.foundation import clock, outbox

# From the last rung down: a run that was missed sends only the one that is due now. The manager is copied from the second on.
RUNGS = (12, 11, 10)
FIRST = RUNGS[-1]


@shared_task(name="directory.freshness.ask_to_confirm")
def ask_to_confirm() -> int:
    """Ask the owners of listings that are getting old, in one mail for each organisation and rung. How many mails."""
    today = clock.today()
    return sum(
        ask(organisation, rung, today)
        for rung in RUNGS
        for organisation in Organisation.objects.filter(pk__in=due(rung, today).values("service__organisation"))
    )


def due(rung: int, today: date) -> QuerySet[Listing]:
    """What is shown, was confirmed so many months ago, and whose owner hasn't been asked on this rung."""
    day = clock.add_months(today, -rung)
    return Listing.objects.listed().filter(confirmed_on__lte=day, asked_after_months__lt=rung).order_by()


@transaction.atomic
def ask(organisation: Organisation, rung: int, today: date) -> bool:
    """The claim is the update: a second sweep finds nothing to ask about."""
    mine = due(rung, today).filter(service__organisation=organisation)
    number = Listing.objects.filter(pk__in=mine.values("pk")).update(asked_after_months=rung)
    if number:
        outbox.queue(
            to=" ".join(addresses(organisation, rung)),
            template="listings_to_confirm",
            context={
                "organisation": organisation.name,
                "number": number,
                "months": rung,
                "path": "/directory/listings/",
            },
            dedupe_key=f"listings:{organisation.pk}:{rung}-months:{today}",
        )
    return bool(number)


def addresses(organisation: Organisation, rung: int) -> list[str]:
    """The posts that look after listings but lead nobody; from the second rung on the organisation's lead too."""
    lead = f"organisation_lead:{organisation.pk}"
    posts = Post.objects.filter(organisation=organisation, role__in=who_may("listings") - who_may("people"))
    owners = [f"post:{pk}" for pk in posts.order_by("pk").values_list("pk", flat=True)]
    return [*owners, lead] if owners and rung > FIRST else owners or [lead]


@transaction.atomic
def mark_missed_reviews(missed: Mapping[str, date]) -> int:
    """Say of each listing whose agreement's review nobody has held since when, and of no other. How many changed."""
    said = dict(Listing.objects.exclude(review_missed_on=None).values_list("agreement_reference", "review_missed_on"))
    held = Listing.objects.filter(agreement_reference__in=said.keys() - missed.keys())
    count = held.update(review_missed_on=None)
    for reference, day in missed.items() - said.items():
        count += Listing.objects.filter(agreement_reference=reference).update(review_missed_on=day)
    return count
