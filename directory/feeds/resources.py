"""What stands at the open addresses: one row of a table for each kind of thing, in our own words and in Open Referral's.

`rows` are the light rows of a list, in its order; `tell` says a few of them in a fixed number of queries.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.urls import reverse

from directory import listed, searching
from directory.editions import Public
from directory.facets import FACETS
from directory.feeds import need_records, open_referral, records
from directory.models import Establishment, Listing, Service, Term, Vocabulary

Told = list[dict[str, Any]]


@dataclass(frozen=True)
class Resource:
    """One kind of thing. `record` is what each is told as; `filters` are the parameters that narrow the list."""

    about: str
    record: type
    rows: Callable[[QueryDict], QuerySet | Sequence]
    tell: Callable[[Sequence], Told]
    find: Callable[[str], Any]
    filters: tuple[str, ...] = ()


def _record(said: Any, page: str, *reference: str) -> dict[str, Any]:
    return asdict(said) | {"page": settings.SITE_URL + reverse(page, args=reference)}


def _organisations(rows: Iterable) -> Told:
    return [_record(records.organisation(row), "organisation_page", row.slug) for row in rows]


def _establishments(rows: Iterable) -> Told:
    return [_record(records.establishment(row), "prison_page", row.slug) for row in rows]


def _services(rows: Sequence[Service]) -> Told:
    return [_record(said, "service_page", said.reference) for said in records.services(rows)]


def _listings(pks: Iterable[int]) -> Told:
    return [_record(said, "service_page", said.service_reference) for said in listed.in_order(pks, Public)]


def _at_prisons(rows: Iterable) -> Told:
    return [_record(row, "prison_page", row.prison_slug) for row in rows]


def _areas(rows: Iterable) -> Told:
    return [_record(row, "area_detail", *row.reference.split("_")) for row in rows]


def _searched(query: QueryDict) -> list[int]:
    return searching.find(searching.asked(query)).narrowed.pks


OWN: Mapping[str, Resource] = {
    "organisations": Resource(
        "Third sector organisations with a service that is listed today",
        records.PublicOrganisation,
        lambda query: listed.listed_organisations(),
        _organisations,
        listed.listed_organisation,
    ),
    "services": Resource(
        "Services that run in a prison today, with what is listed of each",
        records.PublicService,
        lambda query: listed.listed_services(),
        _services,
        listed.listed_service,
    ),
    "establishments": Resource(
        "Prisons and community custody units that are open or planned",
        records.PublicEstablishment,
        lambda query: listed.estate(),
        _establishments,
        listed.establishment,
    ),
    "listings": Resource(
        "Services at prisons: the rows of the directory’s search, in its order, narrowed by the same words",
        Public,
        _searched,
        _listings,
        lambda reference: listed.listing(reference).pk,
        filters=("words", *(facet.name for facet in FACETS)),
    ),
    "needs": Resource(
        "Each need at each prison: how many services, and between which bounds how many people they reach in a year",
        need_records.PublicNeed,
        lambda query: need_records.needs(query.get("prison", "")),
        _at_prisons,
        lambda reference: need_records.the_one(need_records.needs(), reference),
        filters=("prison",),
    ),
    "areas": Resource(
        "Councils and Community Justice Partnerships, with the listings that reach people who return there",
        need_records.PublicArea,
        lambda query: need_records.areas(),
        _areas,
        lambda reference: need_records.the_one(need_records.areas(), reference),
    ),
}


@dataclass(frozen=True)
class Shape:
    """One kind of thing in Open Referral's words: where its ids come from, and how a list and one of them are told."""

    kind: str
    reference: tuple[str, ...]
    rows: Callable[[], QuerySet]
    tell: Callable[[Sequence], Told]
    tell_one: Callable[[Any], dict[str, Any]] | None = None

    def find(self, identifier: str) -> dict[str, Any]:
        """One of them by its id, which is made again from each reference: no table of ids has to be kept."""
        for pk, *words in self.rows().order_by().values_list("pk", *self.reference).iterator():
            if open_referral.id_of(self.kind, ":".join(words)) == identifier:
                return self._told(pk)
        raise Http404

    def _told(self, pk: int) -> dict[str, Any]:
        rows = list(self.rows().filter(pk=pk))
        if not rows:
            raise Http404
        return self.tell_one(rows[0]) if self.tell_one else self.tell(rows)[0]


def _whole_service(row: Service) -> dict[str, Any]:
    return open_referral.service(records.services([row])[0])


def _at_locations(rows: Sequence[Listing]) -> Told:
    """The service of a listing is told with all that is listed of it."""
    ids = {row.service_id for row in rows}
    services = records.services(list(listed.listed_services().filter(pk__in=ids)))
    of_listing = {said.reference: (said, service) for service in services for said in service.listings}
    return [
        open_referral.service_at_location(*of_listing[row.reference], records.establishment(row.establishment))
        for row in rows
        if row.reference in of_listing
    ]


def _listed_rows() -> QuerySet[Listing]:
    found = Listing.objects.listed().select_related("establishment__local_authority")
    return found.defer("words", "facets", "search").order_by("service__name", "pk")


def _everybodys_lists() -> QuerySet[Vocabulary]:
    return Vocabulary.objects.filter(key__in=open_referral.TAXONOMIES, establishment=None).order_by("key")


def _everybodys_terms() -> QuerySet[Term]:
    found = Term.objects.filter(vocabulary__in=_everybodys_lists()).select_related("vocabulary")
    return found.order_by("vocabulary__key", "position", "pk")


def _location(row: Establishment) -> dict[str, Any]:
    return open_referral.location(records.establishment(row))


OPEN_REFERRAL: Mapping[str, Shape] = {
    "services": Shape(
        "service",
        ("reference",),
        listed.listed_services,
        lambda rows: [open_referral.service_in_brief(said) for said in records.services(rows)],
        _whole_service,
    ),
    "service_at_locations": Shape("listing", ("reference",), _listed_rows, _at_locations),
    "organizations": Shape(
        "organization",
        ("slug",),
        listed.listed_organisations,
        lambda rows: [open_referral.organization(records.organisation(row)) for row in rows],
    ),
    "locations": Shape("location", ("slug",), listed.estate, lambda rows: [*map(_location, rows)]),
    "taxonomies": Shape("taxonomy", ("key",), _everybodys_lists, lambda rows: [*map(open_referral.taxonomy, rows)]),
    "taxonomy_terms": Shape(
        "term",
        ("vocabulary__key", "label"),
        _everybodys_terms,
        lambda rows: [*map(open_referral.taxonomy_term, rows)],
    ),
}
