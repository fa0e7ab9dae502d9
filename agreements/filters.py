"""How a list of agreements is narrowed: what is in the address is what is on the screen, and in the export."""

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from agreements.models import Agreement, Status
from directory.models import Establishment, Organisation, Term


class AgreementFilter(django_filters.FilterSet):
    """Start it from `visible_to`, and give it the person's organisations and prisons to choose from."""

    words = django_filters.CharFilter(label="Words in the service or organisation", method="with_words")
    status = django_filters.ChoiceFilter(
        label="Status", choices=Status.choices, field_name="current_version__status", empty_label="Any"
    )
    prison = django_filters.ModelChoiceFilter(
        label="Prison", field_name="establishment", queryset=Establishment.objects.all(), to_field_name="slug"
    )
    organisation = django_filters.ModelChoiceFilter(
        label="Organisation", field_name="organisation", queryset=Organisation.objects.all(), to_field_name="slug"
    )
    need = django_filters.ModelChoiceFilter(
        label="Need",
        field_name="current_version__terms",
        queryset=Term.objects.filter(vocabulary__key="needs", vocabulary__establishment=None),
        to_field_name="slug",
    )

    class Meta:
        model = Agreement
        fields: list[str] = []

    def __init__(self, *args, organisations: QuerySet, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["organisation"].queryset = organisations
        for field in self.form.fields.values():
            field.widget.attrs["class"] = "govuk-select" if isinstance(field.widget, forms.Select) else "govuk-input"
            if isinstance(field, forms.ChoiceField):
                field.empty_label = "Any"

    def with_words(self, queryset: QuerySet, name: str, words: str) -> QuerySet:
        for word in words.split():
            queryset = queryset.filter(Q(service__name__icontains=word) | Q(organisation__name__icontains=word))
        return queryset
