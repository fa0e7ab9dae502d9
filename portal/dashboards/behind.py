"""The lists that figures open where no other page has one: rows of a kind, narrowed by what is in the address."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import django_filters
from django.db.models import Q, QuerySet, Sum
from django.http import QueryDict
from django.urls import reverse

from agreements.eligibility import HEADLINES, Result
from agreements.filters import OfAgreement, organisations_in
from agreements.models import Agreement, EligibilityCheck, Status, StatusChange
from agreements.steps import BY_NAME, STEPS
from directory.models import Establishment, LocalAuthority, Organisation, Post, Role
from directory.standing import standing
from portal.dashboards.counting import posts_of, vacant_posts
from portal.foundation import clock
from portal.foundation.models import User
from portal.foundation.selects import Narrowing, RowFilter, WordFilter
from reviews import dates
from reviews.models import DeliveryFigure

Line = tuple[str, ...]


class InPeriod(OfAgreement):
    since = django_filters.DateFilter(label="Since (such as 2026-11-21)", method="in_period")
    until = django_filters.DateFilter(label="Until", method="in_period")


class StepFilter(InPeriod):
    step = WordFilter(label="Step", choices=[(step.name, step.label) for step in STEPS])
    left = WordFilter(label="Status it left", choices=Status.choices, field_name="from_status")
    to = WordFilter(label="Status it led to", choices=Status.choices, field_name="to_status")
    reason = django_filters.CharFilter(label="Reason, in short", field_name="reason")
    timed = WordFilter(label="Time", choices=(("yes", "Counted in working days"),), method="that_count")

    class Meta:
        model = StatusChange
        fields: list[str] = []

    def in_period(self, rows: Any, name: str, day: Any) -> Any:
        bound = {"since": {"at__gte": clock.start_of(day)}, "until": {"at__lt": clock.start_of(clock.next_day(day))}}
        return rows.filter(**bound[name])

    def that_count(self, rows: Any, name: str, yes: str) -> Any:
        return rows.filter(working_days__isnull=False)


class FigureFilter(InPeriod):
    question = django_filters.CharFilter(label="Question", field_name="question_id")
    name = django_filters.CharFilter(label="Count or cause, in short", field_name="name")

    class Meta:
        model = DeliveryFigure
        fields: list[str] = []

    def in_period(self, rows: Any, name: str, day: Any) -> Any:
        return rows.filter(**{"quarter__gte" if name == "since" else "quarter__lte": day})


class PlaceFilter(OfAgreement):
    class Meta:
        model = Agreement
        fields: list[str] = []


class PostFilter(Narrowing):
    role = WordFilter(label="Kind of post", choices=Role.choices)
    prison = RowFilter(label="Prison", queryset=Establishment.objects.all(), to_field_name="slug", method="of_party")
    area = RowFilter(
        label="Council area",
        queryset=LocalAuthority.objects.filter(establishment__isnull=False).distinct(),
        to_field_name="gss",
        method="of_party",
    )
    organisation = RowFilter(
        label="Organisation", queryset=Organisation.objects.all(), to_field_name="slug", method="of_party"
    )

    class Meta:
        model = Post
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        parties = {name: self.form.cleaned_data.get(name) for name in ("prison", "area", "organisation")}
        return super().filter_queryset(posts_of(queryset, **parties))

    def of_party(self, rows: QuerySet, name: str, party: Any) -> QuerySet:
        """They are asked for together."""
        return rows


class CheckFilter(Narrowing):
    result = WordFilter(label="Result", choices=[(result.value, words) for result, words in HEADLINES.items()])
    since = django_filters.DateFilter(label="Since (such as 2026-11-21)", method="from_day")

    class Meta:
        model = EligibilityCheck
        fields: list[str] = []

    def from_day(self, rows: Any, name: str, day: Any) -> Any:
        return rows.filter(asked_at__gte=clock.start_of(day))


@dataclass(frozen=True)
class Behind:
    """`line` says of a row what stands in each column, and where its first leads; `adds` is the number that is added up."""

    title: str
    headings: tuple[str, ...]
    narrowed: Callable[[User, QueryDict], Any]
    line: Callable[[Any], tuple[Line, str]]
    adds: str = ""

    def total(self, rows: QuerySet) -> int | None:
        return (rows.order_by().aggregate(total=Sum(self.adds))["total"] or 0) if self.adds else None


WITH_PARTIES = ("organisation", "establishment", "service")


def of_agreements(kind: type[OfAgreement], model: Any, *order: str, **only: Any) -> Callable[[User, QueryDict], Any]:
    """Rows of agreements that the person sees, with their parties."""

    def narrowed(user: User, given: QueryDict) -> OfAgreement:
        rows = model.objects.visible_to(user).filter(**only)
        parties = [f"{rows.to_agreement}{name}" for name in WITH_PARTIES]
        organisations = organisations_in(Agreement.objects.visible_to(user))
        return kind(given, queryset=rows.select_related(*parties).order_by(*order), organisations=organisations)

    return narrowed


def places(user: User, given: QueryDict) -> PlaceFilter:
    rows = Agreement.objects.visible_to(user).in_force().for_list().order_by("-current_version__places", "pk")
    return PlaceFilter(given, queryset=rows, organisations=organisations_in(Agreement.objects.visible_to(user)))


def posts(user: User, given: QueryDict) -> PostFilter:
    """Vacant posts: of the estate for CJVSF, otherwise of one's own parties."""
    stands = standing(user)
    own = Q(organisation__in=stands.organisation_ids) | Q(establishment__in=stands.establishment_ids)
    rows = vacant_posts().filter(Q() if stands.is_cjvsf else own).select_related("organisation", "establishment")
    return PostFilter(given, queryset=rows.order_by("title", "pk"))


def checks(user: User, given: QueryDict) -> CheckFilter:
    everything = EligibilityCheck.objects.all()
    rows = everything if standing(user).is_cjvsf else everything.none()
    return CheckFilter(given, queryset=rows.order_by("-asked_at", "-pk"))


def parties_of(agreement: Agreement) -> tuple[Line, str]:
    names = (str(agreement.service), str(agreement.organisation), str(agreement.establishment))
    return names, reverse("agreement_detail", args=[agreement.reference])


def step_line(change: StatusChange) -> tuple[Line, str]:
    names, url = parties_of(change.version.agreement)
    step = BY_NAME[change.step]
    reason = dict(step.reasons).get(change.reason, change.reason)
    days = "" if change.working_days is None else str(change.working_days)
    return (*names, step.label, reason, clock.say_moment(change.at), days), url


def figure_line(figure: DeliveryFigure) -> tuple[Line, str]:
    names, url = parties_of(figure.agreement)
    return (*names, dates.quarter_name(figure.quarter), figure.name, str(figure.number)), url


def place_line(agreement: Agreement) -> tuple[Line, str]:
    names, url = parties_of(agreement)
    number = agreement.current_version.places if agreement.current_version else None
    return (*names, "Not said" if number is None else str(number)), url


def post_line(post: Post) -> tuple[Line, str]:
    kind, party = ("organisation", post.organisation) if post.organisation else ("prison", post.establishment)
    url = (
        reverse("party_people", args=[kind, party.slug]) if party else reverse("party_people", args=["cjvsf", "cjvsf"])
    )
    return (post.title, post.get_role_display(), post.party_name), url


def check_line(check: EligibilityCheck) -> tuple[Line, str]:
    return (clock.say_moment(check.asked_at), HEADLINES[Result(check.result)]), ""


PARTIES = ("Service", "Organisation", "Prison")
LISTS = {
    "steps": Behind(
        "Steps that were taken",
        (*PARTIES, "Step", "Reason", "When", "Working days in the status it left"),
        of_agreements(StepFilter, StatusChange, "-at", "-pk"),
        step_line,
    ),
    "figures": Behind(
        "Delivery figures",
        (*PARTIES, "Quarter", "What", "Number"),
        of_agreements(FigureFilter, DeliveryFigure, "-quarter", "pk", replaced_at=None),
        figure_line,
        "number",
    ),
    "places": Behind(
        "Places in agreements in force", (*PARTIES, "Places"), places, place_line, "current_version__places"
    ),
    "posts": Behind("Posts that nobody holds", ("Post", "Kind", "Party"), posts, post_line),
    "checks": Behind("Checks of eligibility", ("When", "Result"), checks, check_line),
}
