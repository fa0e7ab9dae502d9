"""What the pages about need are drawn from: counted by the database, in the same few queries whatever the services."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Window
from django.db.models.functions import RowNumber

from directory.models import Establishment, Idea, Listing, NeedsStatement, Origin, Term, Weight
from directory.provision import Duplicate, Gap, Offered, gaps
from portal.foundation.disclosure import FEWEST

NEEDS, GROUPS, CHARACTERISTICS, DAYS = "needs", "populations", "protected_characteristics", "days"
VOCABULARIES = (NEEDS, GROUPS, CHARACTERISTICS, DAYS)
WOMEN = "women"
# Which service names which term.
Tagged = Listing.terms.through
NOTHING = Offered()
# Of a duplicate so many services are named; the rest stand behind its need.
NAMED = 10


def added_up(to_listing: str) -> dict[str, Count | Sum]:
    """What `Offered` says of services, by the way to them."""
    from_agreement, people = Q(**{f"{to_listing}origin": Origin.AGREEMENT}), f"{to_listing}people_reached"
    return {
        "agreements": Count(f"{to_listing}pk", filter=from_agreement),
        "others": Count(f"{to_listing}pk", filter=~from_agreement),
        "places": Sum(f"{to_listing}places"),
        "people": Sum(people),
        "people_bands": Sum(F(people) - F(people) % FEWEST),
        "people_counts": Count(people),
    }


@dataclass(frozen=True)
class Cell:
    """One need at one prison."""

    found: "NeedMap"
    prison: Establishment
    need: Term

    @property
    def place(self) -> tuple[int, str]:
        return self.prison.pk, self.need.slug

    @property
    def offered(self) -> Offered:
        return self.found.offered.get(self.place, NOTHING)

    @property
    def weight(self) -> int | None:
        statement = self.found.statements.get(self.prison.pk)
        return statement.needs.get(self.need.slug) if statement else None

    @property
    def is_gap(self) -> bool:
        return bool(self.weight) and not self.offered.total

    @property
    def is_wanted(self) -> bool:
        return self.place in self.found.wanted

    @property
    def days(self) -> tuple[str, ...]:
        """Of the week, on which there is something."""
        found = self.found.days.get(self.place, ())
        return tuple(day.label for slug, day in self.found.terms[DAYS].items() if slug in found)

    @property
    def weight_words(self) -> str:
        return "Not weighed" if self.weight is None else Weight(self.weight).label

    @property
    def wanted_words(self) -> str:
        return "Yes" if self.is_wanted else "No"


@dataclass(frozen=True)
class NamedGap:
    prison: Establishment
    term: Term
    gap: Gap

    @property
    def weight_words(self) -> str:
        return Weight(self.gap.weight).label


@dataclass(frozen=True)
class NamedDuplicate:
    """The first services by their names, and how many there are."""

    prison: Establishment
    need: Term
    group: Term
    number: int
    listings: tuple[Listing, ...]

    @property
    def more(self) -> int:
        return self.number - len(self.listings)


@dataclass(frozen=True)
class NeedMap:
    """Some prisons and the services there. What only some pages need is counted when it is asked for."""

    prisons: tuple[Establishment, ...]
    terms: dict[str, dict[str, Term]]
    listings: QuerySet[Listing]

    @cached_property
    def statements(self) -> dict[int, NeedsStatement]:
        return newest_statements(self.prisons)

    @cached_property
    def wanted(self) -> frozenset[tuple[int, str]]:
        """Prisons and needs for which an idea is wanted."""
        ideas = Idea.objects.filter(reply=Idea.Reply.WANTED, establishment__in=self.prisons)
        return frozenset(ideas.values_list("establishment_id", "need__slug"))

    @property
    def needs(self) -> dict[str, Term]:
        return self.terms[NEEDS]

    @cached_property
    def by_id(self) -> dict[int, Establishment]:
        return {prison.pk: prison for prison in self.prisons}

    @cached_property
    def whole(self) -> Offered:
        """All of these services together, each once."""
        return Offered(**self.listings.aggregate(**added_up("")))

    @cached_property
    def offered(self) -> dict[tuple[int, str], Offered]:
        """By prison and need. What isn't in it has no service."""
        rows = self._tagged(NEEDS).values("listing__establishment_id", "term__slug").annotate(**added_up("listing__"))
        return {(row.pop("listing__establishment_id"), row.pop("term__slug")): Offered(**row) for row in rows}

    @cached_property
    def days(self) -> dict[tuple[int, str], set[str]]:
        """Days of the week on which there is something, by prison and need."""
        found: dict[tuple[int, str], set[str]] = defaultdict(set)
        for prison, need, day in self._with_needs(DAYS).distinct():
            found[prison, need].add(day)
        return found

    @cached_property
    def need_gaps(self) -> list[Gap]:
        weights = {prison: statement.needs for prison, statement in self.statements.items()}
        return gaps(weights, self.offered, self.wanted)

    @cached_property
    def group_gaps(self) -> list[Gap]:
        weights = {prison: statement.groups for prison, statement in self.statements.items()}
        return gaps(weights, self._served(GROUPS))

    @cached_property
    def duplicates(self) -> list[Duplicate]:
        """Where two services or more have a need and a group in common, by prison, need and group."""
        counted = (
            self._with_needs(GROUPS).annotate(number=Count("listing__service", distinct=True)).filter(number__gt=1)
        )
        groups = self.terms[GROUPS]
        return sorted(
            (Duplicate(*row) for row in counted),
            key=lambda row: (self.by_id[row.prison].name, self.needs[row.need].position, groups[row.group].position),
        )

    def cells(self, prison: Establishment) -> list[Cell]:
        """The prison's row of the matrix."""
        return [Cell(self, prison, need) for need in self.needs.values()]

    def named_gaps(self, key: str) -> list[NamedGap]:
        """Heaviest first; gaps of the same weight by prison."""
        found = self.need_gaps if key == NEEDS else self.group_gaps
        named = [
            NamedGap(self.by_id[gap.prison], self.terms[key][gap.slug], gap)
            for gap in found
            if gap.slug in self.terms[key]
        ]
        return sorted(named, key=lambda row: (-row.gap.weight, row.prison.name, row.term.position))

    def named(self, duplicates: Iterable[Duplicate]) -> list[NamedDuplicate]:
        """These duplicates with the names of their services: ask for a page of them."""
        rows = list(duplicates)
        groups, alike = self.terms[GROUPS], defaultdict[tuple[int, str, str], dict[int, Listing]](dict)
        for tagged in self._alike(rows):
            place = tagged.listing.establishment_id, tagged.need, tagged.term.slug
            alike[place][tagged.listing.service_id] = tagged.listing
        return [
            NamedDuplicate(
                self.by_id[row.prison],
                self.needs[row.need],
                groups[row.group],
                row.number,
                tuple(alike[row.place].values()),
            )
            for row in rows
        ]

    def _alike(self, rows: Iterable[Duplicate]) -> QuerySet:
        """The first services of each of these duplicates, by their names."""
        is_one = Q(pk=None)
        for row in rows:
            terms = Q(listing__terms=self.needs[row.need], term=self.terms[GROUPS][row.group])
            is_one |= Q(listing__establishment=row.prison) & terms
        place = Window(
            RowNumber(),
            partition_by=[F("listing__establishment"), F("listing__terms"), F("term")],
            order_by=["listing__service__name", "listing"],
        )
        found = self._tagged(GROUPS).filter(is_one).annotate(need=F("listing__terms__slug"), place=place)
        found = found.filter(place__lte=NAMED).select_related("term", "listing__service__organisation")
        return found.defer("listing__words", "listing__facets", "listing__search").order_by("place")

    def reach(self) -> list[tuple[Establishment, list[bool]]]:
        """For each prison, by characteristic, whether a service there is designed for people who share it."""
        served = self._served(CHARACTERISTICS)
        return [
            (prison, [(prison.pk, slug) in served for slug in self.terms[CHARACTERISTICS]]) for prison in self.prisons
        ]

    def _tagged(self, key: str) -> QuerySet:
        return Tagged.objects.filter(listing__in=self.listings, term__in=self.terms[key].values())

    def _served(self, key: str) -> frozenset[tuple[int, str]]:
        """Prisons and terms that a service there names."""
        return frozenset(self._tagged(key).values_list("listing__establishment_id", "term__slug").distinct())

    def _with_needs(self, key: str) -> QuerySet:
        """Prison, need and term of this list, for each service, each of its needs and each of its terms."""
        found = self._tagged(key).filter(listing__terms__in=self.needs.values())
        return found.values_list("listing__establishment_id", "listing__terms__slug", "term__slug")


def prisons_of_today() -> QuerySet[Establishment]:
    return Establishment.objects.not_closed()


def womens_estate() -> QuerySet[Establishment]:
    return prisons_of_today().filter(holds__slug=WOMEN, holds__vocabulary__key=GROUPS)


def read(prisons: QuerySet[Establishment] | None = None, *, group: str = "") -> NeedMap:
    """The whole estate, or some prisons; all services, or those that name a group."""
    found, named = tuple(prisons_of_today() if prisons is None else prisons), terms()
    listings = Listing.objects.listed().filter(establishment__in=found).order_by()
    if group:
        listings = listings.filter(pk__in=Tagged.objects.filter(term=named[GROUPS][group]).values("listing"))
    return NeedMap(found, named, listings)


def terms() -> dict[str, dict[str, Term]]:
    """The terms of each vocabulary, by slug and in order."""
    found: dict[str, dict[str, Term]] = {key: {} for key in VOCABULARIES}
    rows = Term.objects.filter(vocabulary__establishment=None, vocabulary__key__in=VOCABULARIES)
    for term in rows.select_related("vocabulary").order_by("position"):
        found[term.vocabulary.key][term.slug] = term
    return found


def newest_statements(prisons: Iterable[Establishment] | QuerySet) -> dict[int, NeedsStatement]:
    """Of each prison, the statement that counts: the newest that is published. Without its words, which no list shows."""
    published = NeedsStatement.objects.published()
    newest = published.filter(establishment=OuterRef("establishment")).order_by("-year").values("year")[:1]
    rows = published.filter(establishment__in=prisons, year=Subquery(newest)).select_related("establishment")
    return {row.establishment_id: row for row in rows.defer("partners_heard", "custody_heard", "sources")}


def services_at(prison: Establishment) -> QuerySet[Listing]:
    return Listing.objects.listed().with_parties().filter(establishment=prison)


def services_for(prison: Establishment, need: Term) -> QuerySet[Listing]:
    """What a cell counts. Each row bears how many people all of them reach `together`, which no page of them can say."""
    found = services_at(prison).filter(terms=need)
    people = found.order_by().values("establishment").annotate(people=Sum("people_reached", default=0)).values("people")
    return found.annotate(together=Subquery(people))
