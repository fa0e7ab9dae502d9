"""Search in what the directory lists: words, what narrows them, and what to offer besides. All of it stands in the address.

Every reader's search, in whichever edition, reads the same index, which holds only what everybody may read.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import Case, F, Q, QuerySet, When
from django.http import QueryDict

from directory.facets import FACETS, Chosen, Narrowed, Row, narrow
from directory.index import LANGUAGE
from directory.models import Establishment, Listing, LocalAuthority, Term
from directory.models.listings import stale_since
from portal.foundation.text import normalise

SYNONYMS = Path(__file__).parent / "data" / "synonyms.json"
LONGEST_WORDS = 120
# Far above any estate, and what one page may cost at most.
MOST_ROWS = 20_000


@dataclass(frozen=True)
class Asked:
    """What somebody looks for."""

    words: str
    chosen: Chosen

    @property
    def is_empty(self) -> bool:
        return not self.words and not any(self.chosen.values())


@dataclass(frozen=True)
class Found:
    """The listings that fit, best first, with what each facet would leave. `is_near`: nothing has the very words."""

    narrowed: Narrowed
    is_near: bool


def asked(query: QueryDict) -> Asked:
    words = " ".join(normalise(query.get("words", "")).split())[:LONGEST_WORDS]
    chosen = {facet.name: frozenset(filter(None, query.getlist(facet.name))) for facet in FACETS}
    return Asked(words, {name: values for name, values in chosen.items() if values})


def find(what: Asked) -> Found:
    """One query; a second where no listing has the very words, for those that come near."""
    rows = _rows(with_words(Listing.objects.listed(), what.words))
    is_near = bool(what.words) and not rows and connection.vendor == "postgresql"
    if is_near:
        rows = _rows(near(Listing.objects.listed(), what.words))
    return Found(narrow(rows, what.chosen), is_near and bool(rows))


def _rows(listings: QuerySet[Listing]) -> list[Row]:
    return list(listings.values_list("pk", "facets")[:MOST_ROWS])


def with_words(listings: QuerySet[Listing], words: str) -> QuerySet[Listing]:
    """Those that have all of these words, whatever their endings: best first, what nobody has confirmed at the end."""
    sinks = _sinks()
    if not words:
        return listings.order_by(sinks, "service__name", "pk")
    if connection.vendor == "postgresql":
        query = _query(words)
        ranked = listings.filter(search=query).annotate(rank=SearchRank(F("search"), query))
        return ranked.order_by(sinks, "-rank", "pk")
    return _plainly(listings, words).order_by(sinks, "service__name", "pk")


def near(listings: QuerySet[Listing], words: str) -> QuerySet[Listing]:
    """Those that have each of these words, or one that is spelt nearly like it."""
    for word in words.split():
        listings = listings.filter(Q(search=_query(word)) | Q(words__trigram_word_similar=word))
    return listings.order_by(_sinks(), "service__name", "pk")


def _sinks() -> Case:
    """Last comes what nobody has confirmed for a year, and what is late with its review."""
    late = Q(confirmed_on__lte=stale_since()) | Q(review_missed_on__isnull=False)
    return Case(When(late, then=1), default=0)


def _query(words: str) -> SearchQuery:
    query = SearchQuery(words, config=LANGUAGE, search_type="websearch")
    meant = also(words)
    return query | SearchQuery(meant, config=LANGUAGE, search_type="websearch") if meant != words else query


def _plainly(listings: QuerySet[Listing], words: str) -> QuerySet[Listing]:
    """On the embedded database: every word, as it was typed."""
    for word, meant in zip(words.split(), [also(word) for word in words.split()], strict=True):
        all_of = Q(*(Q(words__icontains=each) for each in meant.split()))
        listings = listings.filter(Q(words__icontains=word) | all_of)
    return listings


@cache
def _synonyms() -> dict[str, Any]:
    return json.loads(SYNONYMS.read_text())


def also(words: str) -> str:
    """The same words as the directory says them."""
    return " ".join(_synonyms()["also"].get(word.lower(), word) for word in words.split())


def offered(words: str) -> list[tuple[str, str]]:
    """Pages that are meant by these words: (name of the address, label)."""
    said = words.lower()
    return [(row["page"], row["label"]) for row in _synonyms()["pages"] if any(each in said for each in row["words"])]


def labels() -> Mapping[str, list[tuple[str, str]]]:
    """Every value of every facet with its label, in the order of the lists. Three queries."""
    found: dict[str, list[tuple[str, str]]] = {facet.name: [] for facet in FACETS}
    names = {facet.vocabulary: facet.name for facet in FACETS if facet.vocabulary}
    terms = Term.objects.filter(vocabulary__establishment=None, vocabulary__key__in=names)
    for key, slug, label in terms.values_list("vocabulary__key", "slug", "label"):
        found[names[key]].append((slug, label))
    found["prison"] = list(Establishment.objects.values_list("slug", "name"))
    found["area"] = list(LocalAuthority.objects.values_list("gss", "name"))
    return found
