"""Search: words, word forms, misspellings, what narrows, what is stale, what else is meant."""

from dataclasses import fields

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from directory import searching
from directory.editions import Custody, Result
from directory.facets import FACETS
from directory.index import index
from directory.listed import in_order
from directory.models import Listing
from tests import factories
from tests.directory.shelf import listed

pytestmark = pytest.mark.django_db


@pytest.fixture
def postgres(db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite searches plainly")


def found(query: str = "") -> list[str]:
    pks = searching.find(searching.asked(QueryDict(query))).narrowed.pks
    names = dict(Listing.objects.values_list("pk", "service__name"))
    return [names[pk] for pk in pks]


def test_a_search_finds_words_in_names_summaries_and_lists():
    listed("Harbour", summary="Counselling in a quiet room.")
    listed("Anvil", chosen={"needs": ("accommodation",)})
    assert found("words=harbour") == ["Harbour"]
    assert found("words=quiet+room") == ["Harbour"]
    assert found("words=accommodation") == ["Anvil"]
    assert found("words=quiet+accommodation") == []


@pytest.mark.usefixtures("postgres")
@pytest.mark.parametrize("words", ["mentored", "mentors", "mentoring"])
def test_other_forms_of_a_word_find_it(words):
    listed("Alongside", summary="A mentor walks with you.")
    listed("Elsewhere")
    assert found(f"words={words}") == ["Alongside"]


@pytest.mark.usefixtures("postgres")
@pytest.mark.parametrize("words", ["acommodation", "accomodation", "acomodation+helping"])
def test_a_small_misspelling_finds_what_comes_near_and_says_so(words):
    listed("Home", chosen={"needs": ("accommodation",)})
    listed("Elsewhere")
    result = searching.find(searching.asked(QueryDict(f"words={words}")))
    assert (len(result.narrowed.pks), result.is_near) == (1, True)


@pytest.mark.usefixtures("postgres")
def test_a_word_in_the_name_counts_for_more_than_one_in_a_sentence():
    listed("Anchor", summary="We sing in a choir.")
    listed("Choir")
    assert found("words=choir") == ["Choir", "Anchor"]


def test_what_nobody_has_confirmed_for_a_year_or_whose_review_is_late_sinks():
    listed("A stale choir", months_old=12)
    listed("B late choir", review_missed_on="2026-01-01")
    listed("C choir", months_old=11)
    assert found("words=choir")[0] == found()[0] == "C choir"
    assert set(found("words=choir")[1:]) == {"A stale choir", "B late choir"}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("need=health", ["A"]),
        ("need=health&need=accommodation", ["A", "B"]),
        ("need=health&prison=hmp-edinburgh", []),
        ("prison=hmp-edinburgh", ["B"]),
        ("group=women", ["A"]),
        ("activity=arts", ["B"]),
        ("characteristic=race", ["B"]),
        ("setting=community", ["B"]),
        ("area=S12000049", ["B"]),
        ("need=nonsense", []),
        ("nonsense=health", ["A", "B"]),
    ],
)
def test_each_facet_narrows(query, names):
    listed("A")
    other = {"needs": ("accommodation",), "populations": ("men",), "activities": ("arts",), "settings": ("community",)}
    other |= {"protected_characteristics": ("race",)}
    listed("B", at=factories.prison("EDI"), chosen=other, areas=("Glasgow City",))
    assert sorted(found(query)) == names


def test_synonyms_are_looked_for_as_well():
    listed("Home", chosen={"needs": ("accommodation",)})
    assert found("words=housing") == ["Home"]


def test_partnership_pack_finds_partnership_agreements(client):
    page = client.get(reverse("directory_search"), {"words": "Partnership Pack"}).content.decode()
    assert f'<a class="govuk-link" href="{reverse("start")}">Partnership Agreements: check if you need one</a>' in page
    assert searching.offered("choir") == []


def test_only_what_is_live_has_not_ended_and_whose_organisation_is_here_is_found():
    listed("Shown")
    listed("Hidden", is_live=False)
    listed("Ended", ends_on="2020-01-01")
    gone = listed("Gone").service.organisation
    gone.left_on = "2026-01-01"
    gone.save()
    assert found() == ["Shown"]


def test_a_page_that_does_not_exist_is_the_last(client):
    for number in range(21):
        listed(f"Service {number:02}")
    for page in ("99", "-1", "x"):
        assert client.get(reverse("directory_search"), {"page": page}).status_code == 200
    last = client.get(reverse("directory_search"), {"page": "99"}).content.decode()
    assert "Page 2 of 2" in last
    assert "Service 20" in last


def test_a_row_names_the_same_needs_in_the_same_order_as_the_entry(client):
    listed("Home", chosen={"needs": ("health", "accommodation")})
    (row,) = client.get(reverse("directory_search")).context["entries"]
    (whole,) = in_order(Listing.objects.values_list("pk", flat=True), Custody)
    assert len(row.needs) == 2
    assert row == Result(**{field.name: getattr(whole, field.name) for field in fields(Result)})


def test_where_nothing_fits_there_is_nothing_to_narrow_down(client):
    listed("Harbour")
    everything = client.get(reverse("directory_search")).content.decode()
    nothing = client.get(reverse("directory_search") + "?words=zzxxqq").content.decode()
    ticked = client.get(reverse("directory_search") + "?words=zzxxqq&need=health").content.decode()
    assert ["Narrow it down" in page for page in (everything, nothing, ticked)] == [True, False, True]
    assert ["take a tick away" in page for page in (nothing, ticked)] == [False, True]


def test_people_in_custody_narrow_by_plain_words_and_read_nothing_of_reviews(client):
    listed("Harbour", review_missed_on="2026-01-01", areas=("Fife",), agreement_reference="PA-1")
    names = {"directory_search": "label", "inside_search": "inside"}
    for path, label in names.items():
        page = client.get(reverse(path)).content.decode()
        called = [facet for facet in FACETS if facet.inside and f">{getattr(facet, label)}<" in page]
        others = [facet for facet in FACETS if f">{getattr(facet, 'inside' if label == 'label' else 'label')}<" in page]
        assert len(called) == 5
        assert [facet.name for facet in others if facet.inside] == []
        assert ("Review late" in page, "Ask first if it still runs." in page) == (label == "label", label == "inside")


@pytest.mark.parametrize("path", ["directory_search", "inside_search", "prison_list", "organisation_list"])
@pytest.mark.parametrize("query", ["", "?words=service&need=health&prison=hmp-perth"])
def test_the_number_of_queries_is_the_same_for_3_and_for_30(client, path, query):
    who = factories.Cast().contributor
    client.force_login(who)
    client.get(reverse(path))
    for number in range(3):
        listed(f"Service {number}", areas=("Glasgow City",))
    few = queries(client, path, query)
    for number in range(27):
        listed(f"Service more {number}", areas=("Fife", "Glasgow City"))
    assert queries(client, path, query) == few <= 15


def queries(client, path: str, query: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(reverse(path) + query).status_code == 200
    return len(captured)


def test_the_index_follows_a_new_name():
    listing = listed("Before")
    listing.service.name = "Afterwards"
    listing.service.save()
    assert found("words=afterwards") == []
    index(Listing.objects.all())
    assert found("words=afterwards") == ["Afterwards"]
