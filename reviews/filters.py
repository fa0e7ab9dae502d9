"""How the list of reviews is narrowed: what is in the address is what is on the screen."""

import django_filters
from django.db.models import QuerySet
from django.http import QueryDict

from agreements.filters import OfAgreement, organisations_in
from agreements.models import Agreement
from portal.foundation import clock
from portal.foundation.models import User
from portal.foundation.selects import WordFilter
from reviews.models import Review, State


class ReviewFilter(OfAgreement):
    STATES = (("due", "Due"), ("late", "Late"), ("held", "Held"))
    state = WordFilter(label="State", choices=STATES, method="in_state")
    since = django_filters.DateFilter(label="Held since (such as 2026-11-21)", field_name="held_on", lookup_expr="gte")
    until = django_filters.DateFilter(label="Held until", field_name="held_on", lookup_expr="lte")
    agreement = django_filters.CharFilter(
        label="Agreement’s reference", field_name="agreement__reference", lookup_expr="iexact"
    )

    class Meta:
        model = Review
        fields: list[str] = []

    def in_state(self, queryset: QuerySet, name: str, state: str) -> QuerySet:
        if state == "held":
            return queryset.filter(state=State.HELD).order_by("-held_on", "pk")
        today = {"due_on__lt" if state == "late" else "due_on__gte": clock.today()}
        return queryset.filter(state=State.OPEN, **today)


def narrowed_reviews(user: User, given: QueryDict) -> ReviewFilter:
    """What this person may see, narrowed by what is in the address."""
    return ReviewFilter(
        given,
        queryset=Review.objects.visible_to(user).with_parties(),
        organisations=organisations_in(Agreement.objects.visible_to(user)),
    )
