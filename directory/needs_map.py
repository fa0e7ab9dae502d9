"""What the pages about need are drawn from: read once, in the same few queries whatever the number of services."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet

from directory import provision
from directory.models import Establishment, EstablishmentStatus, Idea, Listing, NeedsStatement, Origin, Term, Weight
from directory.provision import Count, Duplicate, Extent, Gap, Offer

NEEDS, GROUPS, CHARACTERISTICS, DAYS = "needs", "populations", "protected_characteristics", "days"
VOCABULARIES = (NEEDS, GROUPS, CHARACTERISTICS, DAYS)
WOMEN = "women"


@dataclass(frozen=True)
class Cell:
    """One need at one prison."""

    prison: Establishment
    need: Term
    count: Count
    weight: int | None
    is_wanted: bool
    extent: Extent
    days: tuple[str, ...]

    @property
    def is_gap(self) -> bool:
        return bool(self.weight) and not self.count.total

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
    prison: Establishment
    need: Term
    group: Term
    listings: tuple[Listing, ...]


@dataclass(frozen=True)
class NeedMap:
    """The rows, and what follows from them. What only some pages need is read when it is asked for."""

    prisons: tuple[Establishment, ...]
    terms: dict[str, dict[str, Term]]
    offers: tuple[Offer, ...]

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
    def counts(self) -> dict[tuple[int, str], Count]:
        return provision.matrix(self.offers)

    @cached_property
    def extents(self) -> dict[tuple[int, str], Extent]:
        return provision.extents(self.offers)

    @cached_property
    def need_gaps(self) -> list[Gap]:
        weights = {prison: statement.needs for prison, statement in self.statements.items()}
        return provision.gaps(weights, provision.needs_served(self.offers), self.wanted)

    @cached_property
    def group_gaps(self) -> list[Gap]:
        weights = {prison: statement.groups for prison, statement in self.statements.items()}
        return provision.gaps(weights, provision.groups_served(self.offers))

    @cached_property
    def duplicates(self) -> list[Duplicate]:
        """By prison, need and group."""
        groups = self.terms[GROUPS]
        return sorted(
            provision.duplicates(self.offers),
            key=lambda row: (self.by_id[row.prison].name, self.needs[row.need].position, groups[row.group].position),
        )

    def cells(self, prison: Establishment) -> list[Cell]:
        """The prison's row of the matrix."""
        statement = self.statements.get(prison.pk)
        weights = statement.needs if statement else {}
        return [self._cell(prison, need, weights.get(slug)) for slug, need in self.needs.items()]

    def _cell(self, prison: Establishment, need: Term, weight: int | None) -> Cell:
        place = prison.pk, need.slug
        extent = self.extents.get(place, Extent())
        days = tuple(day.label for slug, day in self.terms[DAYS].items() if slug in extent.days)
        return Cell(prison, need, self.counts.get(place, Count()), weight, place in self.wanted, extent, days)

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
        rows = list(duplicates)
        listings = Listing.objects.select_related("service__organisation").in_bulk(
            {pk for row in rows for pk in row.listings}
        )
        return [
            NamedDuplicate(
                self.by_id[row.prison],
                self.needs[row.need],
                self.terms[GROUPS][row.group],
                tuple(sorted((listings[pk] for pk in row.listings), key=lambda listing: listing.service.name)),
            )
            for row in rows
        ]

    def reach(self) -> list[tuple[Establishment, list[bool]]]:
        """For each prison, by characteristic, whether a service there is designed for people who share it."""
        slugs = list(self.terms[CHARACTERISTICS])
        missing = set(provision.unreached(self.offers, list(self.by_id), slugs))
        return [(prison, [(prison.pk, slug) not in missing for slug in slugs]) for prison in self.prisons]


def prisons_of_today() -> QuerySet[Establishment]:
    return Establishment.objects.exclude(status=EstablishmentStatus.CLOSED)


def womens_estate() -> QuerySet[Establishment]:
    return prisons_of_today().filter(holds__slug=WOMEN, holds__vocabulary__key=GROUPS)


def read(prisons: QuerySet[Establishment] | None = None, *, group: str = "") -> NeedMap:
    """The whole estate, or some prisons; all services, or those that name a group."""
    found = tuple(prisons_of_today() if prisons is None else prisons)
    named = terms()
    offers = _offers(found, named)
    return NeedMap(
        prisons=found,
        terms=named,
        offers=tuple(offer for offer in offers if not group or group in offer.groups),
    )


def terms() -> dict[str, dict[str, Term]]:
    """The terms of each vocabulary, by slug and in order."""
    found: dict[str, dict[str, Term]] = {key: {} for key in VOCABULARIES}
    rows = Term.objects.filter(vocabulary__establishment=None, vocabulary__key__in=VOCABULARIES)
    for term in rows.select_related("vocabulary").order_by("position"):
        found[term.vocabulary.key][term.slug] = term
    return found


def newest_statements(prisons: Iterable[Establishment]) -> dict[int, NeedsStatement]:
    """Of each prison, the statement that counts: the newest that is published."""
    rows = (
        NeedsStatement.objects.published()
        .select_related("establishment")
        .filter(establishment__in=prisons)
        .order_by("year")
    )
    return {statement.establishment_id: statement for statement in rows}


def _offers(prisons: Iterable[Establishment], named: dict[str, dict[str, Term]]) -> Iterator[Offer]:
    """Of many services: what each is tagged with comes as two numbers, and the terms are known already."""
    listings = Listing.objects.listed().filter(establishment__in=prisons).order_by("pk")
    tagged = Listing.terms.through.objects.filter(listing__in=listings.order_by())
    tags: dict[int, set[int]] = defaultdict(set)
    for pk, term in tagged.values_list("listing_id", "term_id"):
        tags[pk].add(term)
    slugs = [{term.pk: slug for slug, term in named[key].items()} for key in VOCABULARIES]
    columns = ("pk", "establishment_id", "origin", "places", "people_reached")
    for pk, prison, origin, places, people in listings.values_list(*columns):
        own = tags[pk]
        needs, groups, characteristics, days = (frozenset(of[term] for term in own & of.keys()) for of in slugs)
        yield Offer(
            pk, prison, origin == Origin.AGREEMENT, needs, groups, characteristics, days, places=places, people=people
        )


def services_at(prison: Establishment) -> QuerySet[Listing]:
    return Listing.objects.listed().with_parties().filter(establishment=prison)


def services_for(prison: Establishment, need: Term) -> QuerySet[Listing]:
    """What a cell counts."""
    return services_at(prison).filter(terms=need)
