"""Lists in pages: skipped by their keys, counted up to a bound."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement
from portal.foundation import paging
from portal.foundation.models import User
from portal.foundation.paging import BoundedPaginator
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[User]:
    return sorted((factories.user(name) for name in ("Ailsa", "Bram", "Calum", "Dina", "Euan")), key=str)


def named() -> BoundedPaginator:
    return BoundedPaginator(User.objects.filter(email__startswith="person").order_by("-name"), 2)


def test_every_row_stands_on_one_page_and_in_its_place(people):
    pages = [list(page) for page in named()]
    assert pages == [people[:2:-1], people[2:0:-1], people[:1]]


def test_the_rows_of_a_page_are_skipped_by_their_keys_alone(people):
    with CaptureQueriesContext(connection) as queries:
        assert list(named().page(2)) == people[2:0:-1]
    counted, read = (query["sql"] for query in queries.captured_queries)
    assert "COUNT" in counted
    assert read.index("OFFSET 2") > read.index("IN (SELECT")


def test_a_page_keeps_what_its_rows_were_to_bring_along():
    versions = [factories.Cast().start() for _ in range(3)]
    page = BoundedPaginator(Agreement.objects.for_list().order_by("-pk"), 2).page(1)
    with CaptureQueriesContext(connection) as queries:
        shown = [str(agreement) for agreement in page]
    assert shown == [str(version.agreement) for version in versions[:0:-1]]
    assert len(queries) == 1


def test_at_the_bound_nobody_says_how_many_there_are(people, monkeypatch):
    assert named().told == "5"
    monkeypatch.setattr(paging, "TALLEST_COUNT", 4)
    assert (named().told, named().num_pages) == ("4 or more", 2)


def test_what_is_no_query_is_paged_as_it_is():
    pages = BoundedPaginator("abcde", 2)
    assert ([page.object_list for page in pages], pages.told) == (["ab", "cd", "e"], "5")
