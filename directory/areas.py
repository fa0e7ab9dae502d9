"""Areas that people return to on release: 32 councils, and the 30 Community Justice Partnerships that they form."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import slugify

from directory.models import AreaContact, Listing, LocalAuthority, NeedsStatement
from directory.needs_map import newest_statements
from portal.foundation.disclosure import published_count, published_total

# Which service reaches people who return to which council.
Reaching = Listing.release_areas.through


@dataclass(frozen=True)
class Area:
    """A council, or a partnership of one or more."""

    kind: str
    name: str
    councils: tuple[LocalAuthority, ...]

    @property
    def slug(self) -> str:
        return slugify(self.name)

    @property
    def partnership(self) -> str:
        return self.councils[0].community_justice_partnership

    def get_absolute_url(self) -> str:
        return reverse("area_detail", args=[self.kind, self.slug])


COUNCIL, PARTNERSHIP = "council", "partnership"


def every_area() -> tuple[list[Area], list[Area]]:
    """Councils and partnerships, each by name."""
    councils = list(LocalAuthority.objects.all())
    members: dict[str, list[LocalAuthority]] = {}
    for council in councils:
        members.setdefault(council.community_justice_partnership, []).append(council)
    partnerships = [Area(PARTNERSHIP, name, tuple(found)) for name, found in sorted(members.items())]
    return [Area(COUNCIL, council.name, (council,)) for council in councils], partnerships


def find_area(kind: str, slug: str) -> Area | None:
    councils, partnerships = every_area()
    areas = {COUNCIL: councils, PARTNERSHIP: partnerships}.get(kind, [])
    return next((area for area in areas if area.slug == slug), None)


def services_reaching(area: Area) -> QuerySet[Listing]:
    """Live services that say they reach people who return there, each once."""
    reaching = Reaching.objects.filter(localauthority__in=area.councils).values("listing")
    listings = Listing.objects.listed().with_parties().filter(pk__in=reaching)
    return listings.order_by("establishment__name", "service__name", "pk")


def contacts_in(area: Area) -> list[tuple[str, str, str, AreaContact | None]]:
    """Kind in words, kind, area and what is filled in: the partnership's first, then the interface of each council."""
    wanted = [
        (AreaContact.Kind.PARTNERSHIP, slugify(area.partnership), area.partnership),
        *((AreaContact.Kind.INTERFACE, slugify(council.name), council.name) for council in area.councils),
    ]
    rows = AreaContact.objects.filter(area__in={slug for _, slug, _ in wanted})
    found = {(row.kind, row.area): row for row in rows}
    return [(f"{kind.label}, {name}", kind, slug, found.get((kind, slug))) for kind, slug, name in wanted]


@dataclass(frozen=True)
class Consulted:
    """Who was heard, as the newest published statements of some prisons say."""

    statements: tuple[NeedsStatement, ...]

    @property
    def organisations(self) -> int | None:
        """None if not one of them gives a count."""
        counts = [row.organisations_heard for row in self.statements if row.organisations_heard is not None]
        return sum(counts) if counts else None

    @property
    def people(self) -> str:
        """For everybody to read, so as a range: a small number of people could be recognised. Empty without a count."""
        counts = [row.people_heard for row in self.statements if row.people_heard is not None]
        return published_total(counts) if counts else ""

    @property
    def told(self) -> list[tuple[NeedsStatement, str]]:
        """Each statement, and how many people in custody it says were heard."""
        heard = [(statement, statement.people_heard) for statement in self.statements]
        return [
            (statement, "no count of" if people is None else published_count(people)) for statement, people in heard
        ]


def consulted(listings: QuerySet[Listing]) -> Consulted:
    """Of the prisons whose services reach an area: a person who was heard at two prisons counts twice."""
    found = newest_statements(listings.order_by().values("establishment"))
    return Consulted(tuple(sorted(found.values(), key=lambda statement: statement.establishment.name)))
