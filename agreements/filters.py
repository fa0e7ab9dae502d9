"""How a list of agreements is narrowed: what is in the address is what is on the screen, and in the export."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import QueryDict

from agreements.models import DRAFTED, Action, Agreement, Status
from agreements.models.agreement import MONTHS_BEFORE_THE_END, TOLD
from agreements.statuses import statuses_in
from directory.models import Establishment, LocalAuthority, Organisation, Post, Service, Term
from directory.standing import standing
from portal.foundation.models import User
from portal.foundation.selects import Narrowing, RowFilter, WordFilter


class OfAgreement(Narrowing):
    """What every list of something about agreements can be narrowed by, in words that all addresses share.

    Start it from `visible_to`, and give it the person's organisations to choose from. The `quiet` ones are offered once
    they stand in the address: each select costs a query.
    """

    quiet: tuple[str, ...] = ("area", "need")
    prison = RowFilter(
        label="Prison", queryset=Establishment.objects.only("slug", "name"), to_field_name="slug", method="of"
    )
    area = RowFilter(
        label="Council area of the prison",
        queryset=LocalAuthority.objects.filter(establishment__isnull=False).distinct(),
        to_field_name="gss",
        method="of",
        empty_label="Any",
    )
    organisation = RowFilter(
        label="Organisation", queryset=Organisation.objects.all(), to_field_name="slug", method="of"
    )
    need = RowFilter(
        label="Need",
        queryset=Term.objects.filter(vocabulary__key="needs", vocabulary__establishment=None).only("slug", "label"),
        to_field_name="slug",
        method="of",
        empty_label="Any",
    )

    def __init__(self, *args, organisations: QuerySet, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["organisation"].queryset = organisations.only("slug", "name")
        for name in self.quiet:
            if not self.data.get(name):
                del self.filters[name]
        for field in self.form.fields.values():
            field.widget.attrs["class"] = "govuk-select" if isinstance(field.widget, forms.Select) else "govuk-input"

    def of(self, queryset: QuerySet, name: str, part: Any) -> QuerySet:
        return queryset.of(**{name: part})


class AgreementFilter(OfAgreement):
    quiet = ("area",)
    STAGES = [(stage, f"Stage {stage}") for stage in range(1, 6)]
    STANDINGS = (
        ("in force", "In force, paused or on paper"),
        ("drafted", "Being drafted"),
        ("ending", f"Ends within {MONTHS_BEFORE_THE_END} months, nothing follows"),
        *((f"no {name}", f"In force without {words}") for name, (words, _) in TOLD.items()),
    )
    words = django_filters.CharFilter(label="Words in the service or organisation", method="with_words")
    status = WordFilter(label="Status", choices=Status.choices, field_name="current_version__status")
    stage = WordFilter(label="Stage, if not over", choices=STAGES, method="in_stage")
    standing = WordFilter(label="What stands out", choices=STANDINGS, method="which_stand_out", empty_label="Anything")
    label = django_filters.CharFilter(label="Label", field_name="labels__name", lookup_expr="iexact")

    class Meta:
        model = Agreement
        fields: list[str] = []

    def __init__(self, *args, by_label: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not by_label:
            del self.filters["label"]
            del self.form.fields["label"]

    def in_stage(self, queryset: QuerySet, name: str, stage: str) -> QuerySet:
        return queryset.filter(current_version__status__in=statuses_in(int(stage)))

    def which_stand_out(self, queryset: QuerySet, name: str, standing: str) -> QuerySet:
        if standing == "ending":
            return queryset.ending()
        if standing == "drafted":
            return queryset.filter(current_version__status__in=DRAFTED)
        lacking = standing.removeprefix("no ")
        return queryset.in_force().exclude(TOLD[lacking][1]) if lacking in TOLD else queryset.in_force()

    def with_words(self, queryset: QuerySet, name: str, words: str) -> QuerySet:
        for word in words.split():
            services = Service.objects.filter(name__icontains=word)
            parties = Organisation.objects.filter(name__icontains=word)
            queryset = queryset.filter(Q(service__in=services) | Q(organisation__in=parties))
        return queryset


class ActionFilter(OfAgreement):
    """The board of agreed actions, narrowed. It is given the posts that the person holds."""

    STATES = (
        ("open", "Open"),
        ("overdue", "Overdue"),
        ("to confirm", "To be confirmed"),
        ("settled", "Settled"),
    )
    side = WordFilter(label="Side", choices=Action.Owner.choices, field_name="owner", empty_label="Either")
    state = WordFilter(label="State", choices=STATES, method="in_state")
    agreement = django_filters.CharFilter(
        label="Agreement’s reference", field_name="version__agreement__reference", lookup_expr="iexact"
    )
    post = WordFilter(label="Whose", choices=(("mine", "My posts’"),), method="of_my_posts", empty_label="Anybody’s")

    class Meta:
        model = Action
        fields: list[str] = []

    def __init__(self, *args, my_posts: Sequence[Post], **kwargs):
        super().__init__(*args, **kwargs)
        self.my_posts = my_posts

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
    return AgreementFilter(given, queryset=newest_first, organisations=organisations_in(visible), by_label=is_cjvsf)


def narrowed_actions(user: User, given: QueryDict) -> ActionFilter:
    """What has to be done under the agreements in force that this person may see: of one, of a party, of the estate."""
    return ActionFilter(
        given,
        queryset=Action.objects.visible_to(user).of_agreements_in_force().for_board().order_by("due_on", "pk"),
        organisations=organisations_in(Agreement.objects.visible_to(user)),
        my_posts=standing(user).posts,
    )


def organisations_in(agreements: QuerySet[Agreement]) -> QuerySet[Organisation]:
    """Those with one of these agreements: the first that is found ends the look, however many there are."""
    return Organisation.objects.filter(Exists(agreements.order_by().filter(organisation=OuterRef("pk"))))
