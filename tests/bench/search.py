"""The directory's search with its facets against the same full text query in a minimal view, and against the search of
Django's admin in the same columns, in turns.

Needs PostgreSQL. Run it with: pytest -s -m slow tests/bench/search.py
That a search asks as many questions of the database whatever the rows is tested in tests/directory/test_searching.py.
"""

import random
import statistics
import time

import pytest
from django.contrib.admin.options import ModelAdmin
from django.contrib.admin.sites import AdminSite
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template import Template, engines
from django.test import Client
from django.test.utils import _TestState
from django.urls import path

import portal.urls
from directory.index import index
from directory.models import Establishment, Listing, LocalAuthority, Organisation, Service, Term
from directory.searching import with_words
from directory.views.listed import RESULTS
from tests import factories

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="full text is PostgreSQL's"),
]
ORGANISATIONS, SERVICES, TURNS, BAR, FASTER = 3_000, 5_000, 9, 1.5, 25
KEYS = ("needs", "populations", "activities", "protected_characteristics", "settings", "routes")
COMMON, MIDDLING, RARE = "support", "housing", "falconry"
WORDS = {COMMON: 0.6, MIDDLING: 0.1, RARE: 0.002}
SEARCHES = ("", COMMON, MIDDLING, RARE)

MINIMAL = """{% extends "base.html" %}{% block content %}<h1>Search</h1><ol>{% for listing in listings %}
<li><a href="/directory/services/{{ listing.service.reference }}/">{{ listing.service.name }}</a>,
{{ listing.service.organisation.name }}, at {{ listing.establishment.name }}: {{ listing.summary }}</li>
{% endfor %}</ol>{% endblock %}"""


class Admin(ModelAdmin):
    search_fields = (
        "service__name",
        "service__organisation__name",
        "establishment__name",
        "summary",
        "easy_read",
        "terms__label",
        "release_areas__name",
    )


def minimal(request: HttpRequest) -> HttpResponse:
    """The very query of the search, over the same rows, and a plain list of the first page: no facets, nothing else."""
    rows = list(with_words(Listing.objects.listed(), request.GET["words"]).values_list("pk", "facets"))
    return plainly(request, Listing.objects.filter(pk__in=[pk for pk, _ in rows[:RESULTS]]))


def first_rows(request: HttpRequest) -> HttpResponse:
    """Less than a search with facets can do with: the query stops at the first page, and nobody knows how many there are."""
    return plainly(request, with_words(Listing.objects.listed(), request.GET["words"])[:RESULTS])


def like_admin(request: HttpRequest) -> HttpResponse:
    """As Django's admin looks for words: in every column that the index reads, each row once, and counted."""
    listed = Listing.objects.listed()
    rows, may_repeat = Admin(Listing, AdminSite()).get_search_results(request, listed, request.GET["words"])
    if may_repeat:
        rows = Listing.objects.filter(Exists(rows.filter(pk=OuterRef("pk"))))
    assert rows.count() <= listed.count()
    return plainly(request, rows.order_by("-pk")[:RESULTS])


def plainly(request: HttpRequest, rows: QuerySet[Listing]) -> HttpResponse:
    listings = rows.select_related("service__organisation", "establishment").defer("words", "facets", "search")
    return HttpResponse(engines["django"].from_string(MINIMAL).render({"listings": listings}, request))


def plant() -> None:
    """Services with words that many, some and few have, in every prison, with terms of every list and two councils."""
    rng = random.Random(4)
    prisons, terms = list(Establishment.objects.all()), by_key()
    partners = [Organisation(name=f"Partner {number}", slug=f"partner-{number}") for number in range(ORGANISATIONS)]
    Organisation.objects.bulk_create(partners)
    services = [
        Service(organisation=rng.choice(partners), name=f"Service {number}", reference=f"SV-{number}")
        for number in range(SERVICES)
    ]
    Service.objects.bulk_create(services)
    listings = [
        Listing(
            service=service,
            establishment=rng.choice(prisons),
            origin="other",
            summary=summary(rng),
            reference=f"LS-{number}",
        )
        for number, service in enumerate(services)
    ]
    Listing.objects.bulk_create(listings)
    councils = list(LocalAuthority.objects.all())
    chosen = [(row.pk, rng.choice(some).pk) for row in listings for some in terms]
    places = [(row.pk, council.pk) for row in listings for council in rng.sample(councils, 2)]
    join(Listing.terms.through, "term_id", chosen)
    join(Listing.release_areas.through, "localauthority_id", places)
    index(Listing.objects.all())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def by_key() -> list[list[Term]]:
    shared = Term.objects.filter(vocabulary__establishment=None)
    return [list(shared.filter(vocabulary__key=key)) for key in KEYS]


def summary(rng: random.Random) -> str:
    told = [word for word, share in WORDS.items() if rng.random() < share]
    return f"A weekly group about {rng.choice(('bread', 'music', 'sport', 'gardens'))} with {' and '.join(told)}."


def join(model, column: str, pairs: list[tuple]) -> None:
    rows = [model(listing_id=pk, **{column: other}) for pk, other in pairs]
    model.objects.bulk_create(rows, batch_size=5_000)


urlpatterns = [
    path("minimal/", minimal),
    path("first-rows/", first_rows),
    path("admin/", like_admin),
    *portal.urls.urlpatterns,
]
ADDRESSES = ("/directory/", "/minimal/", "/first-rows/", "/admin/")


def seconds(client: Client, address: str, words: str) -> float:
    """The whole way that a page takes for somebody who is signed in: session, person, posts."""
    began = time.perf_counter()
    assert client.get(address, {"words": words}).status_code == 200
    return time.perf_counter() - began


def test_a_search_with_facets_costs_little_more_than_its_query_in_a_minimal_view(client, settings, monkeypatch):
    settings.ROOT_URLCONF = __name__
    # Tests make Django copy what each template is given, which costs more than the templates.
    monkeypatch.setattr(Template, "_render", _TestState.saved_data.template_render)
    plant()
    client.force_login(factories.Cast().contributor)
    worst = 0.0
    for words in SEARCHES:
        turns = [[seconds(client, address, words) for address in ADDRESSES] for _ in range(TURNS + 1)][1:]
        ours, floor, first, admin = (statistics.median(times) for times in zip(*turns, strict=True))
        worst = max(worst, ours / floor)
        print(
            f"{words or 'no words'}: search {ours * 1000:.0f} ms, minimal view {floor * 1000:.0f} ms, "
            f"ratio {ours / floor:.2f} (bar {BAR}); without knowing how many, {first * 1000:.0f} ms; "
            f"as the admin looks, {admin * 1000:.0f} ms: {admin / ours:.1f} times (bar {FASTER})"
        )
    assert worst <= BAR
