"""The open addresses: valid Open Referral UK, an API that answers as its document says, and nothing that isn't public."""

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012 as DRAFT

from directory.feeds import answers, openapi, records
from directory.feeds.open_referral import id_of
from directory.feeds.resources import OPEN_REFERRAL, OWN
from directory.index import index
from directory.models import Listing, Organisation
from portal.foundation import clock
from tests import factories
from tests.directory import needing
from tests.directory.shelf import listed

pytestmark = pytest.mark.django_db

HSDS = "/api/v1/open-referral/"
FOLDER = os.environ.get("OPEN_REFERRAL_SCHEMAS", "")
needs_schemas = pytest.mark.skipif(not FOLDER, reason="OPEN_REFERRAL_SCHEMAS names no folder with the schemas")
# Which schema is for a row of a list, and which for one thing. A location has none but as a part.
LISTS = {
    "services": "service_list",
    "service_at_locations": "service_at_location_list",
    "organizations": "organization_list",
    "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
}
ONES = LISTS | {"services": "service", "service_at_locations": "service_at_location", "organizations": "organization"}


@cache
def schema(name: str) -> dict[str, Any]:
    if name == "location":
        return schema("service_at_location_list")["properties"]["location"]
    return json.loads((Path(FOLDER) / f"{name}.json").read_text())


@cache
def validator(name: str) -> Draft202012Validator:
    registry = Registry().with_resources(
        (f"{each}.json", Resource.from_contents(schema(each), default_specification=DRAFT))
        for each in ("taxonomy_term",)
    )
    return Draft202012Validator(schema(name), registry=registry, format_checker=FormatChecker())


def told(client: Client, path: str, **query) -> Any:
    response = client.get(path, query)
    assert response.status_code == 200, response.content
    return response.json()


def contents(client: Client, name: str) -> list[dict]:
    return told(client, HSDS + name, per_page=100)["contents"]


@pytest.fixture
def shelf() -> list[Listing]:
    """A service in two prisons with all that a listing can say, one with hardly anything, and one that has ended."""
    whole = factories.organisation("Harbour Trust")
    Organisation.objects.filter(pk=whole.pk).update(
        charity_number="SC012345",
        website="https://harbour.example",
        public_email="hello@harbour.example",
        about="We help.",
    )
    first = listed(
        "Baking",
        organisation=whole,
        areas=("Fife", "Glasgow City"),
        sessions_per_week=2,
        minutes=60,
        intake="rolling",
        starts_on=clock.today(),
        months_old=13,
    )
    second = Listing.objects.create(
        service=first.service, establishment=factories.prison("EDI"), origin="other", summary="Also here."
    )
    index(Listing.objects.filter(pk=second.pk))
    needing.publish(
        factories.prison("EDI"), needing.coordinator(factories.prison("EDI")), needs={"faith-and-belief": 2}
    )
    bare = listed("Reading", chosen=dict.fromkeys(("needs", "activities", "routes", "settings"), ()))
    listed("Over", ends_on=clock.today().replace(year=2020))
    return [first, second, bare]


@needs_schemas
@pytest.mark.parametrize("name", OPEN_REFERRAL)
def test_every_answer_of_the_feed_is_valid_against_the_published_schemas(client, shelf, name):
    rows = contents(client, name)
    assert rows
    for row in rows:
        assert [error.message for error in validator(LISTS.get(name, "location")).iter_errors(row)] == []
        one = told(client, f"{HSDS}{name}/{row['id']}")
        assert [error.message for error in validator(ONES.get(name, "location")).iter_errors(one)] == []


@needs_schemas
def test_twin_an_invalid_answer_is_noticed():
    row = {"id": "no uuid", "name": "x", "status": "busy"}
    assert len(list(validator("service").iter_errors(row))) == 2


def test_a_service_is_told_whole(client, shelf):
    first, second, _ = shelf
    [row] = [row for row in contents(client, "services") if row["name"] == "Baking"]
    one = told(client, f"{HSDS}services/{row['id']}")
    assert {key: one[key] for key in row} == row
    assert row["organization"]["organization_identifiers"][0]["identifier"] == "SC012345"
    assert row["alert"] == "Nobody has confirmed for a year that it runs at HMP Perth."
    assert {place["id"] for place in one["service_at_locations"]} == {
        id_of("listing", listing.reference) for listing in (first, second)
    }
    assert one["schedules"][0]["description"] == "2 sessions a week. 60 minutes each time. You can join at any time"
    assert [area["name"] for area in one["service_areas"]] == ["Fife", "Glasgow City"]
    terms = {term["id"] for term in contents(client, "taxonomy_terms")}
    assert {attribute["taxonomy_term_id"] for attribute in one["attributes"]} <= terms
    assert len(one["attributes"]) == 6


@pytest.mark.parametrize("name", OPEN_REFERRAL)
def test_one_of_the_feed_is_looked_for_among_references_and_read_alone(client, shelf, name):
    row = contents(client, name)[-1]
    with CaptureQueriesContext(connection) as queries:
        assert told(client, f"{HSDS}{name}/{row['id']}")["id"] == row["id"]
    looked, alone, *_ = (query["sql"] for query in queries)
    assert looked.split(" FROM ")[0].count(",") == len(OPEN_REFERRAL[name].reference)
    assert re.search(r'"id" = \d', alone)


def test_the_parts_of_the_feed_name_one_another_by_the_same_ids(client, shelf):
    services = {row["id"] for row in contents(client, "services")}
    locations = {row["id"] for row in contents(client, "locations")}
    rows = contents(client, "service_at_locations")
    assert len(rows) == 3
    assert {row["service_id"] for row in rows} == services
    assert {row["location_id"] for row in rows} == {id_of("location", slug) for slug in ("hmp-perth", "hmp-edinburgh")}
    assert {row["location_id"] for row in rows} <= locations
    assert {row["organization_id"] for row in contents(client, "services")} == {
        row["id"] for row in contents(client, "organizations")
    }


def test_ids_stay_from_one_reading_to_the_next_and_differ_from_those_of_another_portal(client, shelf, settings):
    first = contents(client, "services")
    assert contents(client, "services") == first
    settings.SITE_URL = "https://another.example"
    assert {row["id"] for row in contents(client, "services")} & {row["id"] for row in first} == set()


@pytest.mark.parametrize("name", OWN)
def test_every_address_of_the_document_answers_as_its_schema_says(client, shelf, name):
    document = told(client, "/api/v1/openapi.json")
    where = {"components": document["components"]}
    rows = told(client, f"/api/v1/{name}", per_page=100)
    assert rows["items"]
    for path, answer in {
        f"/api/v1/{name}": rows,
        f"/api/v1/{name}/{{reference}}": told(client, f"/api/v1/{name}/{rows['items'][0]['reference']}"),
    }.items():
        says = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        assert [error.message for error in Draft202012Validator(says | where).iter_errors(answer)] == []


@pytest.mark.parametrize("name", OPEN_REFERRAL)
def test_the_feeds_pages_answer_as_the_document_says(client, shelf, name):
    document = openapi.document()
    says = document["paths"][HSDS + name]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    answer = told(client, HSDS + name)
    assert [error.message for error in Draft202012Validator(says).iter_errors(answer)] == []


def test_the_document_names_every_address_and_no_other():
    own = {f"/api/v1/{name}{rest}" for name in OWN for rest in ("", "/{reference}")}
    feed = {f"{HSDS}{name}{rest}" for name in OPEN_REFERRAL for rest in ("", "/{identifier}")}
    assert set(openapi.document()["paths"]) == own | feed


def test_a_list_comes_in_pages_that_lead_to_one_another(client, shelf, settings):
    first = told(client, "/api/v1/listings", per_page=2)
    assert (first["total"], first["pages"], len(first["items"]), first["previous"]) == (3, 2, 2, None)
    assert first["next"] == f"{settings.SITE_URL}/api/v1/listings?per_page=2&page=2"
    last = told(client, first["next"].removeprefix(settings.SITE_URL))
    assert ([len(last["items"]), last["next"]]) == ([1, None])
    assert {row["reference"] for row in first["items"] + last["items"]} == {row.reference for row in shelf}


def test_listings_are_narrowed_as_the_search_page_narrows_them(client, shelf):
    assert [row["service"] for row in told(client, "/api/v1/listings", words="reading")["items"]] == ["Reading"]
    assert told(client, "/api/v1/listings", prison="hmp-edinburgh")["total"] == 1
    assert told(client, "/api/v1/listings", need="health")["total"] == 1


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/api/v1/nothing", 404, "Nothing that is public is called /api/v1/nothing."),
        ("/api/v1/services/SV-000000", 404, "Nothing that is public is called /api/v1/services/SV-000000."),
        ("/api/v1/a/b/c", 404, "Nothing that is public is called /api/v1/a/b/c."),
        (f"{HSDS}services/no-id", 404, f"Nothing that is public is called {HSDS}services/no-id."),
        ("/api/v1/services?page=0", 400, "“page” must be a whole number from 1 to 1."),
        ("/api/v1/services?page=2", 400, "“page” must be a whole number from 1 to 1."),
        ("/api/v1/services?per_page=1e9", 400, "“per_page” must be a whole number from 1 to 100."),
        (f"{HSDS}services?near=here", 400, "There is no parameter “near” here. There are: page, per_page."),
    ],
)
def test_what_is_wrong_is_answered_with_a_problem(client, path, status, detail):
    response = client.get(path)
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response.json() == {
        "type": "about:blank",
        "title": answers.TITLES[status],
        "status": status,
        "detail": detail,
    }


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("checks", [True, False])
def test_nothing_can_be_written_with_our_token_or_without(method, checks):
    response = getattr(Client(enforce_csrf_checks=checks), method)("/api/v1/services")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert (response["Content-Type"], response["Access-Control-Allow-Origin"]) == ("application/problem+json", "*")
    assert response.json() == {
        "type": "about:blank",
        "title": "This can only be read",
        "status": 405,
        "detail": f"{method.upper()} isn’t answered here. Use GET, HEAD or OPTIONS.",
    }


def test_the_page_about_the_data_is_no_open_address():
    assert Client(enforce_csrf_checks=True).post("/api/").status_code == 403


def test_needs_say_what_the_map_says_and_people_as_ranges(client):
    needing.listing(factories.prison("EDI"), needing.term("health"), people_reached=33, places=7)
    needing.listing(factories.prison("EDI"), needing.term("health"), from_agreement=False, people_reached=4)
    needing.listing(factories.prison("EDI"), needing.term("peer-support"), people_reached=4)
    needing.listing(factories.prison("EDI"), needing.term("health"), is_live=False, people_reached=500)
    rows = told(client, "/api/v1/needs", prison="hmp-edinburgh", per_page=100)["items"]
    assert {row["prison"] for row in rows} == {"HMP Edinburgh"}
    facts = ("services_from_agreements", "services_otherwise", "people_reached")
    said = {row["need_slug"]: tuple(row[fact] for fact in facts) for row in rows if row["services_from_agreements"]}
    assert said == {"health": (1, 1, "30 to 38"), "peer-support": (1, 0, "fewer than 5")}
    assert {row["people_reached"] for row in rows if row["need_slug"] not in said} == {""}


def test_an_area_names_the_listings_that_reach_it_each_once(client):
    row = listed("One", areas=("North Ayrshire", "South Ayrshire"))
    listed("Over", areas=("North Ayrshire",), ends_on=clock.today().replace(year=2020))
    rows = {area["reference"]: area for area in told(client, "/api/v1/areas", per_page=100)["items"]}
    assert len(rows) == 62
    [ayrshire] = [area for area in rows.values() if len(area["councils"]) == 3]
    assert ayrshire["listings"] == rows["council_north-ayrshire"]["listings"] == [row.reference]
    assert rows["council_fife"]["listings"] == []
    assert client.get(ayrshire["page"].removeprefix(settings.SITE_URL)).status_code == 200


def test_any_site_may_ask_and_caches_keep_what_nobody_is_signed_in_for(client, shelf):
    response = client.get("/api/v1/services")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cache-Control"] == "public, max-age=300"
    again = client.get("/api/v1/services", headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    asked = client.options("/api/v1/services")
    assert (asked.status_code, asked["Access-Control-Allow-Methods"]) == (204, "GET, HEAD, OPTIONS")
    assert client.head("/api/v1/services").status_code == 200


def test_no_cache_keeps_what_a_signed_in_person_gets(client, shelf):
    client.force_login(factories.user())
    assert client.get("/api/v1/services")["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", [*(f"/api/v1/{name}" for name in OWN), *(HSDS + name for name in OPEN_REFERRAL)])
def test_a_list_asks_as_many_questions_of_the_database_for_five_rows_as_for_one(
    client, path, django_assert_max_num_queries
):
    listed("One", areas=("Fife",))
    with django_assert_max_num_queries(12) as few:
        told(client, path)
    for number in range(4):
        listed(f"More {number}", areas=("Fife",), at=factories.prison("EDI"))
    with django_assert_max_num_queries(len(few)):
        told(client, path)


def test_an_organisation_that_has_left_is_nowhere(client, shelf):
    Organisation.objects.filter(name="Harbour Trust").update(left_on=clock.today())
    text = "".join(client.get(f"/api/v1/{name}").content.decode() for name in OWN)
    text += "".join(client.get(HSDS + name).content.decode() for name in OPEN_REFERRAL)
    assert "Reading" in text
    assert [word for word in ("Harbour", "Baking", "SC012345") if word in text] == []


def test_the_page_about_the_data_names_every_list(client):
    text = client.get("/api/").content.decode()
    assert [name for name in OWN if f'"/api/v1/{name}"' not in text] == []
    assert [name for name in OPEN_REFERRAL if f'"{HSDS}{name}"' not in text] == []


def test_records_hold_no_more_than_the_public_pages_show():
    assert [*records.PublicOrganisation.__annotations__] == [
        "reference", "name", "about", "charity_number", "website", "email", "phone",
    ]  # fmt: skip
