"""How a list of agreements is narrowed: what is in the address is what is on the screen, and in the export."""

from collections.abc import Sequence

import django_filters
from django import forms
from django.db.models import Prefetch, Q, QuerySet
from django.http import QueryDict

from agreements.models import Action, Agreement, Status
from directory.models import Establishment, Organisation, Post, Term
from directory.standing import standing
from portal.foundation.models import User


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

    label = django_filters.CharFilter(label="Label", field_name="labels__name", lookup_expr="iexact")

    class Meta:
        model = Agreement
        fields: list[str] = []

    def __init__(self, *args, organisations: QuerySet, by_label: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not by_label:
            del self.filters["label"]
        self.filters["organisation"].queryset = organisations
        for field in self.form.fields.values():
            field.widget.attrs["class"] = "govuk-select" if isinstance(field.widget, forms.Select) else "govuk-input"
            if isinstance(field, forms.ChoiceField):
                field.empty_label = "Any"

    def with_words(self, queryset: QuerySet, name: str, words: str) -> QuerySet:
        for word in words.split():
            queryset = queryset.filter(Q(service__name__icontains=word) | Q(organisation__name__icontains=word))
        return queryset


class ActionFilter(django_filters.FilterSet):
    """The board of agreed actions, narrowed. Start it from `visible_to`, and give it the posts that the person holds."""

    STATES = (
        ("open", "Open"),
        ("overdue", "Overdue"),
        ("to confirm", "To be confirmed"),
        ("settled", "Settled"),
    )
    side = django_filters.ChoiceFilter(
        label="Side", choices=Action.Owner.choices, field_name="owner", empty_label="Either"
    )
    state = django_filters.ChoiceFilter(label="State", choices=STATES, method="in_state", empty_label="Any")
    prison = django_filters.ModelChoiceFilter(
        label="Prison",
        field_name="version__agreement__establishment",
        queryset=Establishment.objects.all(),
        to_field_name="slug",
        empty_label="Any",
    )
    organisation = django_filters.ModelChoiceFilter(
        label="Organisation",
        field_name="version__agreement__organisation",
        queryset=Organisation.objects.all(),
        to_field_name="slug",
        empty_label="Any",
    )
    agreement = django_filters.CharFilter(
        label="Agreement’s reference", field_name="version__agreement__reference", lookup_expr="iexact"
    )
    post = django_filters.ChoiceFilter(
        label="Whose", choices=(("mine", "My posts’"),), method="of_my_posts", empty_label="Anybody’s"
    )

    class Meta:
        model = Action
        fields: list[str] = []

    def __init__(self, *args, organisations: QuerySet, my_posts: Sequence[Post], **kwargs):
        super().__init__(*args, **kwargs)
        self.my_posts = my_posts
        self.filters["organisation"].queryset = organisations
        for field in self.form.fields.values():
            field.widget.attrs["class"] = "govuk-select" if isinstance(field.widget, forms.Select) else "govuk-input"

    def in_state(self, queryset: QuerySet, name: str, state: str) -> QuerySet:
        if state == "overdue":
            return queryset.overdue()
        if state == "open":
            return queryset.filter(state=Action.State.OPEN)
        claimed = queryset.exclude(state=Action.State.OPEN)
        return claimed.filter(confirmed_at__isnull=state == "to confirm")

    def of_my_posts(self, queryset: QuerySet, name: str, whose: str) -> QuerySet:
        return queryset.filter(post__in=self.my_posts)


def narrowed_agreements(user: User, given: QueryDict) -> AgreementFilter:
    """What this person may see, newest first, narrowed by what is in the address."""
    visible = Agreement.objects.visible_to(user)
    is_cjvsf = standing(user).is_cjvsf
    if is_cjvsf:
        visible = visible.prefetch_related(Prefetch("labels", to_attr="shown_labels"))
    # The key tells those of one moment apart: without it a row may stand on two pages, and another on none.
    newest_first = visible.for_list().order_by("-started_at", "-pk")
    return AgreementFilter(given, queryset=newest_first, organisations=_organisations_in(visible), by_label=is_cjvsf)


def narrowed_actions(user: User, given: QueryDict) -> ActionFilter:
    """What has to be done under the agreements in force that this person may see: of one, of a party, of the estate."""
    return ActionFilter(
        given,
        queryset=Action.objects.visible_to(user).of_agreements_in_force().for_board().order_by("due_on", "pk"),
        organisations=_organisations_in(Agreement.objects.visible_to(user)),
        my_posts=standing(user).posts,
    )


def _organisations_in(agreements: QuerySet[Agreement]) -> QuerySet[Organisation]:
    return Organisation.objects.filter(agreements__in=agreements.order_by().values("pk")).distinct()
