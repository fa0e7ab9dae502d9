"""Listings for tests: in the directory, with everything that a search and its facets ask for."""

import datetime as dt
import itertools
from typing import Any

from directory.index import index
from directory.models import Establishment, Listing, LocalAuthority, Organisation, Origin, Service, Term
from portal.foundation import clock
from tests import factories

_numbers = itertools.count(1)
TERMS = {
    "needs": ("health",),
    "populations": ("women",),
    "activities": ("advice",),
    "protected_characteristics": ("sex",),
    "settings": ("inside",),
    "routes": ("self",),
}


def terms(**chosen: tuple[str, ...]) -> list[Term]:
    wanted = {(key, slug) for key, slugs in chosen.items() for slug in slugs}
    every = Term.objects.filter(vocabulary__establishment=None).select_related("vocabulary")
    return [term for term in every if (term.vocabulary.key, term.slug) in wanted]


def listed(
    name: str = "",
    *,
    organisation: Organisation | None = None,
    at: Establishment | None = None,
    chosen: dict[str, tuple[str, ...]] | None = None,
    areas: tuple[str, ...] = (),
    months_old: int = 0,
    **fields: Any,
) -> Listing:
    """A service at a prison, outside the agreements unless an agreement is named."""
    service = Service.objects.create(
        organisation=organisation or factories.organisation(), name=name or f"Service {next(_numbers)}"
    )
    origin = Origin.AGREEMENT if fields.get("agreement_reference") else Origin.OTHER
    listing = Listing.objects.create(
        service=service,
        establishment=at or factories.prison(),
        **{"origin": origin, "summary": "It helps.", "confirmed_on": months_ago(months_old)} | fields,
    )
    listing.terms.set(terms(**TERMS | (chosen or {})))
    listing.release_areas.set(LocalAuthority.objects.filter(name__in=areas))
    index(Listing.objects.filter(pk=listing.pk))
    return Listing.objects.with_parties().get(pk=listing.pk)


def months_ago(months: int) -> dt.date:
    return clock.add_months(clock.today(), -months)
