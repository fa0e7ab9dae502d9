"""The grouped queries behind the dashboards. Each gives plain rows, so that they can be kept; none reads an answer."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.db.models.functions import TruncMonth

from agreements.models import LIVE, Action, Agreement, EligibilityCheck, StatusChange
from agreements.models.agreement import TOLD
from directory.mail_log import mails
from directory.models import Establishment, Holding, Post
from portal.dashboards.scope import ESTATE, Scope
from portal.foundation import clock
from reviews.models import DeliveryFigure, Review, State

Rows = list[list[Any]]
IN_FORCE = Q(current_version__status__in=LIVE)


def agreements(scope: Scope) -> Rows:
    """Prison, status, how many, and how many of these say each thing that a complete pack does."""
    told = {f"told_{number}": Count("pk", filter=says) for number, (_, says) in enumerate(TOLD.values())}
    rows = scope.seen(Agreement).values_list("establishment_id", "current_version__status")
    return _plain(rows.annotate(number=Count("pk"), **told))


def ending(scope: Scope) -> Rows:
    """Prison, how many end soon with nothing to follow."""
    return _plain(scope.seen(Agreement).ending().values_list("establishment_id").annotate(number=Count("pk")))


def waits(scope: Scope) -> Rows:
    """Prison, status, working days in it, how many times: a histogram, out of which any share can be read."""
    timed = _changes(scope).filter(working_days__isnull=False)
    where = ("version__agreement__establishment_id", "from_status", "working_days")
    return _plain(timed.values_list(*where).annotate(number=Count("pk")))


def changes(scope: Scope) -> Rows:
    """Month, step, reason, where it led, how many times."""
    rows = _changes(scope).annotate(month=TruncMonth("at"))
    found = rows.values_list("month", "step", "reason", "to_status").annotate(number=Count("pk"))
    return [[f"{month:%Y-%m}", *rest] for month, *rest in found]


def _changes(scope: Scope) -> Any:
    return scope.seen(StatusChange).between(scope.since, scope.until)


def reviews(scope: Scope) -> Rows:
    """Prison, how many are due, late, and were held in the period."""
    today = clock.today()
    rows = scope.seen(Review).values_list("agreement__establishment_id")
    is_open = Q(state=State.OPEN)
    return _plain(
        rows.annotate(
            due=Count("pk", filter=is_open & Q(due_on__gte=today)),
            late=Count("pk", filter=is_open & Q(due_on__lt=today)),
            held=Count("pk", filter=Q(state=State.HELD, held_on__range=(scope.since, scope.until))),
        )
    )


def actions(scope: Scope) -> Rows:
    """Side, how many are open, and overdue among them."""
    rows = scope.seen(Action).of_agreements_in_force().filter(state=Action.State.OPEN).values_list("owner")
    return _plain(rows.annotate(open=Count("pk"), late=Count("pk", filter=Q(due_on__lt=clock.today()))))


def places(scope: Scope) -> Rows:
    """Prison, agreements in force, places in them."""
    rows = scope.seen(Agreement).filter(IN_FORCE).values_list("establishment_id")
    return _plain(rows.annotate(number=Count("pk"), places=Sum("current_version__places")))


def delivered(scope: Scope) -> Rows:
    """Question, name, sum of the quarters that begin in the period."""
    sums = scope.seen(DeliveryFigure).within(scope.since, scope.until).sums()
    return [[question_id, name, number] for (question_id, name), number in sums.items()]


def checks(scope: Scope) -> Rows:
    """Result of the eligibility checker, how often in the period."""
    period = (clock.start_of(scope.since), clock.start_of(clock.next_day(scope.until)))
    found = EligibilityCheck.objects.filter(asked_at__gte=period[0], asked_at__lt=period[1]).order_by()
    return _plain(found.values_list("result").annotate(number=Count("pk")))


def vacant_posts() -> Any:
    """Posts of parties that take part, which nobody holds today, not even as a deputy."""
    held = Holding.objects.on(clock.today()).filter(post=OuterRef("pk"))
    of_a_prison = Q(establishment__in=Establishment.objects.not_closed())
    of_an_organisation = Q(establishment=None, organisation__left_on=None, organisation__merged_into=None)
    return Post.objects.filter(of_a_prison | of_an_organisation, ~Exists(held))


def posts_of(posts: Any, *, prison: Any = None, area: Any = None, organisation: Any = None) -> Any:
    """Those of the chosen prison or area and those of the chosen organisation together: no post has both."""
    places = {"establishment": prison, "establishment__local_authority": area}
    at = Q(**{way: place for way, place in places.items() if place})
    return posts.filter(at | Q(organisation=organisation) if organisation else at)


def posts(scope: Scope) -> Rows:
    """Role, how many nobody holds."""
    parts = {name: scope.parts[name] for name in ("prison", "area", "organisation")}
    return _plain(posts_of(vacant_posts(), **parts).order_by().values_list("role").annotate(number=Count("pk")))


def mail(scope: Scope) -> Rows:
    """State, how many mails."""
    return [[state, mails(state).order_by().count()] for state in ("refused", "bounced")]


def _plain(rows: Any) -> Rows:
    return [list(row) for row in rows]


PARTS = {
    "agreements": (agreements, ending, waits, changes),
    "delivery": (reviews, places, delivered),
    "upkeep": (actions, posts, mail, checks),
}
# They belong to no party.
OF_THE_ESTATE = (mail, checks)
Sums = dict[str, Rows]


def count(part: str, scope: Scope) -> Sums:
    queries = [query for query in PARTS.get(part, ()) if scope.kind == ESTATE or query not in OF_THE_ESTATE]
    return {query.__name__: query(scope) for query in queries}
