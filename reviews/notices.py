"""Who is told what about reviews: title, dates and link, never what is written in one."""

from django.conf import settings

from agreements.models import Side
from agreements.notices import about, party_address
from portal.foundation import clock, outbox
from portal.foundation.models import User
from reviews.models import Review


def tell_side(review: Review, side: Side, template: str, by: User, what: str) -> None:
    context = about(review.version) | {
        "by": by.name,
        "number": review.number,
        "due_on": clock.say_day(review.due_on),
        "outcome": review.get_outcome_display(),
        "link": settings.SITE_URL + review.get_absolute_url(),
    }
    to = party_address(review.agreement, side)
    outbox.queue(to=to, template=template, context=context, dedupe_key=f"review:{review.pk}:{what}:{to}")
