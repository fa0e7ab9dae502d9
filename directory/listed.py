"""What the directory shows to anybody: the one place where pages, booklets and feeds read it from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404

from directory import facets
from directory.editions import E, Result, entries, entry
from directory.models import Establishment, Listing, Organisation, Service


def in_order(pks: Iterable[int], edition: type[E]) -> list[E]:
    """The entries of these listings, in this order."""
    return entries(_in_order(pks, Listing.objects.listed().with_parties()), edition)


def results(pks: Iterable[int], needs: Mapping[str, str]) -> list[Result]:
    """The rows of a search, in this order. `needs`: the label of each, by its slug."""
    return [
        entry(
            listing, Result, needs=tuple(needs[slug] for slug in facets.values(listing.facets, "need") if slug in needs)
        )
        for listing in _in_order(pks, Listing.objects.listed().for_results())
    ]


def _in_order(pks: Iterable[int], listings: QuerySet[Listing]) -> list[Listing]:
    places = {pk: place for place, pk in enumerate(pks)}
    return sorted(listings.filter(pk__in=places), key=lambda listing: places[listing.pk])


def listed_service(reference: str) -> Service:
    """A service that runs somewhere today."""
    return _the(_with_listings(Service.objects.select_related("organisation"), "service"), reference=reference)


def listed_services() -> QuerySet[Service]:
    found = _with_listings(Service.objects.select_related("organisation"), "service")
    return found.order_by("name", "pk")


def listed_organisation(slug: str) -> Organisation:
    """An organisation with a service that runs somewhere today."""
    return _the(_with_listings(Organisation.objects.all(), "service__organisation"), slug=slug)


def listed_organisations() -> QuerySet[Organisation]:
    of = Q(services__listings__in=Listing.objects.listed().order_by())
    counted = Organisation.objects.annotate(number=Count("services__listings", filter=of))
    return counted.filter(number__gt=0).order_by("name")


def listing(reference: str) -> Listing:
    return _the(Listing.objects.listed().with_parties(), reference=reference)


def listings_of_service(service: Service) -> QuerySet[Listing]:
    found = Listing.objects.listed().with_parties().filter(service=service)
    return found.order_by("establishment__name", "pk")


def listings_of_services(services: Iterable[Service]) -> QuerySet[Listing]:
    found = Listing.objects.listed().with_parties().filter(service__in=services)
    return found.order_by("establishment__name", "pk")


def listings_of_organisation(organisation: Organisation) -> QuerySet[Listing]:
    found = Listing.objects.listed().with_parties().filter(service__organisation=organisation)
    return found.order_by("service__name", "establishment__name", "pk")


def listings_at(establishment: Establishment) -> QuerySet[Listing]:
    return Listing.objects.listed().with_parties().filter(establishment=establishment).order_by("service__name", "pk")


def establishment(slug: str) -> Establishment:
    return _the(Establishment.objects.select_related("local_authority", "replaced_by"), slug=slug)


def estate() -> QuerySet:
    """Every establishment that isn't closed, by name, each with the `number` of services that are listed there."""
    open_ones = Establishment.objects.not_closed().select_related("local_authority")
    of = Q(listings__in=Listing.objects.listed().order_by())
    return open_ones.annotate(number=Count("listings", filter=of)).order_by("name")


@dataclass(frozen=True)
class Place:
    """An establishment as people in custody read it."""

    name: str
    slug: str
    number: int


def places() -> list[Place]:
    return [Place(row.name, row.slug, row.number) for row in estate()]


def _with_listings(rows: QuerySet, way: str) -> QuerySet:
    return rows.filter(Exists(Listing.objects.listed().filter(**{way: OuterRef("pk")})))


def _the(rows: QuerySet, **which):
    found = rows.filter(**which).first()
    if found is None:
        raise Http404
    return found
