"""How the list of reviews is narrowed: what is in the address is what is on the screen."""

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from directory.models import Establishment
from portal.foundation import clock
from portal.foundation.models import User
from reviews.models import Review, State


class ReviewFilter(django_filters.FilterSet):
    """Start it from `visible_to`."""

    STATES = (("due", "Due"), ("late", "Late"), ("held", "Held"))
    state = django_filters.ChoiceFilter(label="State", choices=STATES, method="in_state", empty_label="Any")
    prison = django_filters.ModelChoiceFilter(
        label="Prison",
        field_name="agreement__establishment",
        queryset=Establishment.objects.all(),
        to_field_name="slug",
        empty_label="Any",
    )
    agreement = django_filters.CharFilter(
        label="Agreement’s reference", field_name="agreement__reference", lookup_expr="iexact"
    )

    class Meta:
        model = Review
        fields: list[str] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.form.fields.values():
            field.widget.attrs["class"] = "govuk-select" if isinstance(field.widget, forms.Select) else "govuk-input"

    def in_state(self, queryset: QuerySet, name: str, state: str) -> QuerySet:
        if state == "held":
            return queryset.filter(state=State.HELD).order_by("-held_on", "pk")
        today = {"due_on__lt" if state == "late" else "due_on__gte": clock.today()}
        return queryset.filter(state=State.OPEN, **today)


def narrowed_reviews(user: User, given: QueryDict) -> ReviewFilter:
    """What this person may see, narrowed by what is in the address."""
    return ReviewFilter(given, queryset=Review.objects.visible_to(user).with_parties())
