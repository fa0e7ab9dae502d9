"""What a dashboard is of, who looks, and what is chosen in its address."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model
from django.urls import reverse

from agreements.filters import organisations_in
from agreements.models import Agreement
from directory.models import Establishment, LocalAuthority, Organisation, Role, Term
from directory.standing import standing
from portal.foundation import clock
from portal.foundation.models import User

ESTATE, PRISON, ORGANISATION = "estate", "prison", "organisation"
MONTHS = (3, 12, 24, 36)
USUAL = 12
SEES_A_PRISON = (Role.HOO, Role.COORDINATOR)


@dataclass(frozen=True)
class Scope:
    """`user` is None for what the worker counts: the whole estate, and no links. `last_day` of the period: None is today."""

    user: User | None = None
    kind: str = ESTATE
    prison: Establishment | None = None
    area: LocalAuthority | None = None
    organisation: Organisation | None = None
    need: Term | None = None
    months: int = USUAL
    last_day: dt.date | None = None
    prisons: Sequence[Establishment] = field(default=(), compare=False)

    @cached_property
    def names(self) -> dict[int, str]:
        """Of the prisons, by key."""
        return {prison.pk: prison.name for prison in self.prisons}

    @cached_property
    def slugs(self) -> dict[int, str]:
        return {prison.pk: prison.slug for prison in self.prisons}

    @property
    def title(self) -> str:
        return {PRISON: str(self.prison), ORGANISATION: str(self.organisation)}.get(self.kind, "The estate")

    @property
    def until(self) -> dt.date:
        return self.last_day or clock.today()

    @property
    def since(self) -> dt.date:
        """The first day of the period: of so many months, the current one included."""
        return clock.add_months(self.until.replace(day=1), 1 - self.months)

    @property
    def is_plain(self) -> bool:
        """The whole estate as it is usually looked at."""
        return replace(self, user=None) == Scope()

    def seen(self, model: type[Model]) -> Any:
        """Rows about agreements: those that the person sees, narrowed by what is chosen."""
        rows: Any = model._default_manager
        visible = rows.visible_to(self.user) if self.user else rows.all()
        return visible.of(**self.parts).order_by()

    @property
    def parts(self) -> dict[str, Any]:
        return {"prison": self.prison, "area": self.area, "organisation": self.organisation, "need": self.need}

    @property
    def period(self) -> dict[str, str]:
        return {"since": self.since.isoformat(), "until": self.until.isoformat()}

    def at(self, prison_id: int) -> "Scope":
        """The same, of one of its prisons."""
        return replace(self, prison=next(prison for prison in self.prisons if prison.pk == prison_id))

    def link(self, name: str, /, *args: str, **narrowed: Any) -> str:
        """The list of this name, narrowed as the dashboard is and further. The worker's pages have no links."""
        if self.user is None:
            return ""
        query = urlencode({key: value for key, value in (self.chosen | narrowed).items() if value not in (None, "")})
        return reverse(name, args=args) + (f"?{query}" if query else "")

    @property
    def chosen(self) -> dict[str, str]:
        """As the addresses of lists say it."""
        keys = {"prison": "slug", "area": "gss", "organisation": "slug", "need": "slug"}
        return {name: getattr(self.parts[name], key) for name, key in keys.items() if self.parts[name]}


def prisons_of(user: User) -> list[Establishment]:
    """The prisons of which this person has a dashboard by a post."""
    posts = standing(user).posts
    return sorted({post.establishment for post in posts if post.role in SEES_A_PRISON}, key=str)


def organisations_of(user: User) -> list[Organisation]:
    return sorted({post.organisation for post in standing(user).posts if post.organisation}, key=str)


def own_dashboards(user: User) -> list[tuple[str, str]]:
    """Name and address of each, the estate's first."""
    found = [("The estate", reverse("estate_dashboard"))] if standing(user).is_cjvsf else []
    found += [(str(prison), reverse("prison_dashboard", args=[prison.slug])) for prison in prisons_of(user)]
    return found + [
        (str(party), reverse("organisation_dashboard", args=[party.slug])) for party in organisations_of(user)
    ]


def find_own(kind: str, user: User, slug: str) -> Any:
    """The prison or organisation of this name, if the person has a dashboard of it: CJVSF has one of each."""
    everybody = Establishment if kind == PRISON else Organisation
    if standing(user).is_cjvsf:
        return everybody._default_manager.filter(slug=slug).first()
    own = prisons_of(user) if kind == PRISON else organisations_of(user)
    return next((party for party in own if party.slug == slug), None)


@dataclass(frozen=True)
class Choice:
    """One select of the form: its options are what is there to choose, by what stands in the address."""

    name: str
    label: str
    options: Mapping[str, Any]
    picked: str = ""


# What else than the prison and the period can be chosen depends on what a part counts.
OFFERED = {"needs": ("prison", "area"), "upkeep": ("prison", "area", "organisation")}
FIXED = {ESTATE: (), PRISON: ("prison", "area"), ORGANISATION: ("organisation",)}


def choices(scope: Scope, part: str, given: Mapping[str, str]) -> list[Choice]:
    """What can be chosen in this part, and what is. What doesn't exist counts as not chosen. Two queries at most."""
    found = [
        Choice(name, label, options(scope))
        for name, (label, options) in OPTIONS.items()
        if name in OFFERED.get(part, OPTIONS) and name not in FIXED[scope.kind]
    ]
    return [
        replace(choice, picked=given[choice.name]) if given.get(choice.name) in choice.options else choice
        for choice in found
    ]


def _prisons(scope: Scope) -> dict[str, Any]:
    return {prison.slug: prison for prison in scope.prisons}


def _areas(scope: Scope) -> dict[str, Any]:
    areas = {prison.local_authority for prison in scope.prisons}
    return {area.gss: area for area in sorted(areas, key=str)}


def _organisations(scope: Scope) -> dict[str, Any]:
    every = Organisation.objects.all() if scope.kind == ESTATE else organisations_in(scope.seen(Agreement))
    return {party.slug: party for party in every.only("slug", "name")}


def _needs(scope: Scope) -> dict[str, Any]:
    found = Term.objects.filter(vocabulary__key="needs", vocabulary__establishment=None)
    return {term.slug: term for term in found}


OPTIONS = {
    "prison": ("Prison", _prisons),
    "area": ("Council area", _areas),
    "organisation": ("Organisation", _organisations),
    "need": ("Need", _needs),
}


def months_in(given: Mapping[str, str]) -> int:
    wanted = given.get("months", "")
    return int(wanted) if wanted in map(str, MONTHS) else USUAL


def every_prison() -> list[Establishment]:
    return list(Establishment.objects.select_related("local_authority"))
