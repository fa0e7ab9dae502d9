"""The search index: written in the transaction that writes a listing, from the edition that everybody reads."""

from collections.abc import Iterator
from functools import reduce
from operator import add
from typing import Any

from django.contrib.postgres.search import SearchVector
from django.db import connection
from django.db.models import QuerySet, Value

from directory.editions import Custody, entry
from directory.facets import FACETS
from directory.models import Listing

LANGUAGE = "english"
BATCH = 500
# A word counts for more in a name than in a list, and least in a sentence.
WEIGHED = {
    "A": ("service", "organisation"),
    "B": ("easy_read", "needs", "prison", "populations", "activities", "protected_characteristics", "release_areas"),
    "C": ("summary", "description"),
}


def index(listings: QuerySet[Listing]) -> int:
    """Write what a search reads of these listings. How many there were."""
    pks = list(listings.order_by().values_list("pk", flat=True))
    for start in range(0, len(pks), BATCH):
        for listing in Listing.objects.with_parties().filter(pk__in=pks[start : start + BATCH]):
            Listing.objects.filter(pk=listing.pk).update(**_told(listing))
    return len(pks)


def _told(listing: Listing) -> dict[str, Any]:
    said = entry(listing, Custody)
    weighed = {weight: " ".join(_texts(said, names)) for weight, names in WEIGHED.items()}
    told: dict[str, Any] = {"words": " ".join(weighed.values()), "facets": " ".join(_keys(listing))}
    if connection.vendor == "postgresql":
        told["search"] = _vector(weighed)
    return told


def _texts(said: Custody, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        value = getattr(said, name)
        yield value if isinstance(value, str) else " ".join(value)


def _vector(weighed: dict[str, str]):
    vectors = [SearchVector(Value(text), weight=weight, config=LANGUAGE) for weight, text in weighed.items()]
    return reduce(add, vectors)


def _keys(listing: Listing) -> Iterator[str]:
    for facet in FACETS:
        yield from (f"{facet.name}:{term.slug}" for term in listing.terms_of(facet.vocabulary))
    yield f"prison:{listing.establishment.slug}"
    yield from (f"area:{area.gss}" for area in listing.release_areas.all())
