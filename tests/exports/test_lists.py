"""Any list as a file: the rows of the page, typed, safe in a spreadsheet, and of nobody else."""

import datetime as dt
import io
import json
import re
import zipfile
from unittest import mock

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st

from agreements.models import Agreement, Version
from agreements.models.agreement import SeenBy
from directory.models import Listing, Service
from portal.exports import writing
from portal.exports.lists import LISTS, ExportedList
from portal.exports.models import Export
from portal.foundation import clock
from portal.foundation.spreadsheets import harmless
from reviews.schedule import insert_next_reviews
from tests import factories, markup
from tests.exports.reading import READERS, body, csv_rows, plain, sheet
from tests.reviews import stories

pytestmark = pytest.mark.django_db
ENDINGS = tuple(writing.TYPES)


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


@pytest.fixture(autouse=True)
def on_the_day():
    with clock.set_to(stories.HELD_AT):
        yield


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def exported(client: Client, name: str, ending: str = "csv", **query) -> bytes:
    response = client.get(reverse("list_export", args=[name, ending]), query)
    assert response.status_code == 200
    return body(response)


def estate(cast: factories.Cast) -> list[Version]:
    """Agreements in force with their actions and reviews, and one that is still an outline."""
    versions = [factories.bring_to("in force", cast) for _ in range(2)]
    insert_next_reviews()
    return [*versions, factories.bring_to("outline", cast)]


# An address on the page that names a row: the references of agreements, in the order of the page.
ROW = re.compile(r'<th scope="row".*?href="/\w+/(PA-\w+)/')


FILTERS = {
    "agreements": [
        {},
        {"status": "outline"},
        {"words": "Service", "status": "in force"},
        {"status": "no such status"},
        {"page": "7"},
    ],
    "reviews": [{}, {"state": "late"}, {"state": "held"}, {"since": "yesterday"}],
    "actions": [{}, {"state": "overdue"}, {"state": "settled"}, {"prison": "nowhere"}],
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_file_has_the_rows_of_the_page_in_its_filter_and_order(cast, name):
    estate(cast)
    client = signed_in(cast.contributor)
    for query in FILTERS[name]:
        shown = ROW.findall(client.get(reverse(LISTS[name].page), query).content.decode())
        for ending in ENDINGS:
            rows = READERS[ending](exported(client, name, ending, **query))
            assert (query, ending, [row["reference"] for row in rows]) == (query, ending, shown)


def test_each_list_has_rows_to_compare(cast):
    estate(cast)
    client = signed_in(cast.contributor)
    found = {name: len(csv_rows(exported(client, name))) for name in FILTERS}
    assert found == {"agreements": 3, "reviews": 2, "actions": 2}


def test_dates_are_dates_and_numbers_are_numbers(cast):
    version = factories.bring_to("in force", cast)
    Version.objects.filter(pk=version.pk).update(places=12)
    client = signed_in(cast.hoo)
    starts = Version.objects.get(pk=version.pk).starts_on
    told = {ending: READERS[ending](exported(client, "agreements", ending))[0] for ending in ENDINGS}
    assert {ending: (row["starts_on"], row["places"]) for ending, row in told.items()} == {
        "csv": (starts.isoformat(), "12"),
        "json": (starts.isoformat(), 12),
        "xlsx": (dt.datetime.combine(starts, dt.time()), 12),
    }


def test_a_moment_is_told_as_the_day_in_london(cast):
    version = factories.bring_to("outline", cast)
    Version.objects.filter(pk=version.pk).update(status_since=dt.datetime(2026, 7, 1, 23, 30, tzinfo=dt.UTC))
    (row,) = csv_rows(exported(signed_in(cast.contributor), "agreements"))
    assert row["since"] == "2026-07-02"


FORMULAS = ["=1+1", "+44 20", "-2", "@SUM(A1)", "\tx", "\rx", "\nx", "'=1", "''@x", "＝1+1"]
HARMLESS = ["plain", "'quoted'", "a=b", "_x0041_", "Àite na h-Òigridh"]


@pytest.mark.parametrize("words", [*FORMULAS, *HARMLESS])
def test_no_cell_begins_as_a_formula_and_each_reads_back(words):
    assert not re.match("[=+\\-@\t\r\n＝＋－＠]", harmless(words))
    assert plain(harmless(words)) == words


@given(st.text())
@example("'=")
def test_any_words_read_back(words):
    assert plain(harmless(words)) == words


@given(st.text(alphabet="'=+x", max_size=4), st.text(alphabet="'=+x", max_size=4))
def test_no_two_words_become_one_cell(one, other):
    assert (harmless(one) == harmless(other)) == (one == other)


@pytest.mark.parametrize("ending", ENDINGS)
def test_words_like_formulas_go_through_a_file_and_come_back(cast, ending):
    for words in (*FORMULAS, *HARMLESS):
        Service.objects.filter(pk=cast.start().agreement.service_id).update(name=words)
    rows = READERS[ending](exported(signed_in(cast.contributor), "agreements", ending))
    assert {row["service"] for row in rows} == {*FORMULAS, *HARMLESS}


def test_a_cell_of_csv_has_its_apostrophe(cast):
    version = factories.bring_to("outline", cast)
    Service.objects.filter(pk=version.agreement.service_id).update(name="=HYPERLINK(1)")
    client = signed_in(cast.contributor)
    assert b",'=HYPERLINK(1)," in exported(client, "agreements")
    with mock.patch.object(writing, "harmless", lambda words: words):
        assert b",=HYPERLINK(1)," in exported(client, "agreements")


def test_nothing_in_a_workbook_is_a_formula(cast):
    version = factories.bring_to("outline", cast)
    Service.objects.filter(pk=version.agreement.service_id).update(name="=1+1")
    client = signed_in(cast.contributor)
    assert formulas(exported(client, "agreements", "xlsx")) == 0
    with mock.patch.dict(writing.WORKBOOK, strings_to_formulas=True), mock.patch.object(writing, "_writer", any_writer):
        assert formulas(exported(client, "agreements", "xlsx")) == 1


def any_writer(sheet, kind):
    return sheet.write


def formulas(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return sum(book.read(name).count(b"<f>") for name in book.namelist())


def rows_in_each_file(client: Client) -> list[int]:
    return [len(READERS[ending](exported(client, name, ending))) for name in FILTERS for ending in ENDINGS]


def test_nothing_of_another_party_is_in_a_file(cast):
    estate(cast)
    other = signed_in(factories.Cast("EDI").contributor)
    assert set(rows_in_each_file(other)) == {0}
    with mock.patch.object(SeenBy, "visible_to", lambda rows, user: rows.all()):
        assert min(rows_in_each_file(other)) == 2


def test_the_prison_gets_no_outline_that_it_was_not_sent(cast):
    outline = factories.bring_to("outline", cast)
    sent = factories.bring_to("with prison", cast)
    rows = csv_rows(exported(signed_in(cast.hoo), "agreements"))
    assert [row["reference"] for row in rows] == [sent.agreement.reference]
    assert outline.agreement.reference not in str(rows)


def test_the_number_of_queries_is_the_same_for_one_row_and_for_three(cast):
    client, counts = signed_in(cast.cjvsf), []
    client.get(reverse("export_list"))  # The first page of a session costs three more.
    for more in (1, 2):
        for _ in range(more):
            factories.bring_to("in force", cast)
        insert_next_reviews()
        counts.append([queries_of(client, name) for name in LISTS])
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 10


def queries_of(client: Client, name: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        exported(client, name)
    return len(queries)


@pytest.mark.parametrize("name", LISTS)
def test_the_dictionary_names_every_column_on_its_page_in_the_workbook_and_in_json(cast, name):
    client = signed_in(cast.contributor)
    names = [column.name for column in LISTS[name].columns]
    page = client.get(reverse("list_dictionary", args=[name])).content.decode()
    assert re.findall(r'data-heading="Column">(\w+)<', page) == names
    assert markup.faults(page.split("<main")[1]) == []
    book = exported(client, name, "xlsx")
    assert [row[0] for row in sheet(book, 1)[1:]] == names == list(sheet(book)[0])
    assert [column["name"] for column in json.loads(exported(client, name, "json"))["columns"]] == names


def test_every_column_says_what_it_means():
    columns = [column for exported_list in LISTS.values() for column in exported_list.columns]
    assert [column.name for column in columns if not column.words] == []


SERVICE = re.compile(r"/directory/services/(SV-\w+)/")


def test_a_search_in_the_directory_is_taken_away_as_it_is_found(cast):
    estate(cast)
    client = signed_in(cast.hoo)
    first, second = (service.name for service in Service.objects.filter(listings__is_live=True).order_by("pk"))
    for query, expected in (({}, {first, second}), ({"words": second}, {second}), ({"prison": "hmp-edinburgh"}, set())):
        page = client.get(reverse("directory_search"), query).content.decode()
        assert len(set(SERVICE.findall(page))) == len(expected)
        for ending in ENDINGS:
            rows = READERS[ending](exported(client, "services", ending, **query))
            assert (query, ending, {row["service"] for row in rows}) == (query, ending, expected)


def test_several_values_of_a_list_stand_in_one_cell_and_are_an_array_in_json(cast):
    estate(cast)
    told = {ending: READERS[ending](exported(signed_in(cast.hoo), "services", ending))[0] for ending in ENDINGS}
    needs = told["json"]["needs"]
    assert len(needs) > 1
    assert told["csv"]["needs"] == told["xlsx"]["needs"] == "; ".join(needs)


def test_a_search_tells_everybody_the_public_edition_and_nothing_for_staff(cast):
    estate(cast)
    Listing.objects.update(contact_post="KESTREL", contact_mailbox="kestrel@example.org", checked_against="KESTREL")
    for ending in ENDINGS:
        assert "kestrel" not in str(READERS[ending](exported(signed_in(cast.hoo), "services", ending))).lower()


def test_the_map_of_need_is_for_whoever_holds_a_post(cast):
    nobody, address = signed_in(factories.user()), reverse("list_export", args=["needs", "csv"])
    assert (nobody.get(address).status_code, nobody.post(address).status_code) == (403, 403)
    assert not Export.objects.exists()
    assert signed_in(cast.hoo).post(address).status_code == 302
    assert Export.objects.count() == 1


def test_twin_a_list_that_asks_nobody_who_they_are_would_be_left_to_the_worker():
    with mock.patch.object(ExportedList, "found_by"):
        answer = signed_in(factories.user()).post(reverse("list_export", args=["needs", "csv"]))
    assert (answer.status_code, Export.objects.count()) == (302, 1)


def test_the_page_offers_its_rows_under_its_filter(cast):
    estate(cast)
    page = signed_in(cast.contributor).get(reverse("agreement_list"), {"status": "outline"}).content.decode()
    assert f'href="{reverse("list_export", args=["agreements", "xlsx"])}?status=outline"' in page


def test_an_agreement_without_a_version_is_no_fault(cast):
    version = factories.bring_to("outline", cast)
    Agreement.objects.filter(pk=version.agreement_id).update(current_version=None)
    for ending in ENDINGS:
        (row,) = READERS[ending](exported(signed_in(cast.contributor), "agreements", ending))
        assert not row["status"]
        assert not row["since"]


def test_a_list_or_a_format_that_is_not_there_is_not_found(cast):
    client = signed_in(cast.hoo)
    for name, ending in (("people", "csv"), ("agreements", "xls")):
        assert client.get(reverse("list_export", args=[name, ending])).status_code == 404
    assert client.get(reverse("list_dictionary", args=["people"])).status_code == 404
