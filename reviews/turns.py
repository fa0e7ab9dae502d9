"""Which reviews wait for somebody: they are near, or the other side has confirmed one already."""

from django.db.models import Q, QuerySet

from agreements.models import Side
from directory.standing import standing
from portal.foundation import clock
from portal.foundation.models import User
from reviews.ladder import LADDERS, Watched
from reviews.models import Review


def my_turn(user: User) -> QuerySet[Review]:
    """The open reviews that a side on which this person stands hasn't confirmed, the soonest first. One query.

    From the day of the first reminder on; as soon as the other side has confirmed it, at once.
    """
    stands = standing(user)
    mine = {
        Side.PARTNER: Q(agreement__organisation__in=stands.organisation_ids),
        Side.PRISON: Q(agreement__establishment__in=stands.establishment_ids),
    }
    is_near = Q(due_on__lte=LADDERS[Watched.REVIEW].horizon(clock.today()))
    waits = Q()
    for side, at_my_party in mine.items():
        other = next(each for each in Side if each != side)
        was_confirmed = Q(**{f"{other.value}_confirmed_at__isnull": False})
        waits |= at_my_party & Q(**{f"{side.value}_confirmed_at": None}) & (is_near | was_confirmed)
    return Review.objects.visible_to(user).open().filter(waits).with_parties().order_by("due_on", "pk")
