"""A prison closes: what ran there leaves every page, list and feed on that day. The estate that is shipped says so."""

import pytest
from django.core.management import call_command
from django.http import QueryDict
from django.urls import reverse

from directory import listed, needs_map, searching
from directory.feeds.resources import OPEN_REFERRAL, OWN
from directory.models import Establishment, Listing
from directory.models.estate import EstablishmentQuerySet
from portal.exports.open_data.tables import service_rows
from tests import factories
from tests.directory import shelf

pytestmark = pytest.mark.django_db
HSDS = "/api/v1/open-referral/"


@pytest.fixture
def gone():
    """A service at a prison that has closed, and one beside it."""
    there = shelf.listed("Stopped", at=factories.prison("EDI"), areas=("Fife",))
    shelf.listed("Goes on", at=factories.prison("PER"), areas=("Fife",))
    Establishment.objects.filter(code="EDI").update(status="closed")
    return there


def found(client):
    """Everywhere that the directory names services: the names that each says."""
    area = client.get(reverse("area_detail", args=["council", "fife"])).content.decode()
    api = client.get("/api/v1/listings", {"per_page": 100}).json()["items"]
    feed = client.get(HSDS + "services", {"per_page": 100}).json()["contents"]
    names = {
        "search": {str(listing.service) for listing in searched()},
        "area": {name for name in ("Stopped", "Goes on") if name in area},
        "interface": {row["service"] for row in api},
        "feed": {row["name"] for row in feed},
        "open data": {row[2] for row in service_rows()},
        "map": {str(row.service) for row in needs_map.read().listings},
    }
    return {place: sorted(said) for place, said in names.items()}


def searched():
    return Listing.objects.filter(pk__in=searching.find(searching.asked(QueryDict())).narrowed.pks)


def test_what_ran_at_a_closed_prison_is_nowhere(client, gone):
    assert [said for said in found(client).values() if said != ["Goes on"]] == []
    assert client.get(reverse("service_page", args=[gone.service.reference])).status_code == 404


def test_twin_if_closed_prisons_counted_it_would_be_everywhere(client, gone, monkeypatch):
    monkeypatch.setattr(EstablishmentQuerySet, "not_closed", lambda rows: rows.all())
    assert [said for said in found(client).values() if said != ["Goes on", "Stopped"]] == []


def test_every_place_that_the_feed_names_is_among_its_locations(client, gone):
    told = {name: client.get(HSDS + name, {"per_page": 100}).json()["contents"] for name in OPEN_REFERRAL}
    named = {row["location_id"] for row in told["service_at_locations"]}
    assert len(named) == 1
    assert named <= {row["id"] for row in told["locations"]}


def test_the_page_of_a_closed_prison_stays_and_lists_nothing(client, gone):
    page = client.get(reverse("prison_page", args=[gone.establishment.slug])).content.decode()
    assert ("This prison is closed" in page, "Stopped" in page) == (True, False)
    assert gone.establishment.slug not in {row.slug for row in listed.estate()}
    assert len(OWN["establishments"].rows(QueryDict())) == Establishment.objects.not_closed().count()


def test_what_is_shipped_of_a_prison_arrives_and_what_people_keep_of_it_stays():
    perth = Establishment.objects.filter(code="PER")
    shipped = perth.values("name", "status", "note", "replaced_by", "local_authority").get()
    kept = {"operator": "Somebody", "address": "Elsewhere", "design_capacity": 1, "kind": "hall", "slug": "perth"}
    glasgow = Establishment.objects.get(code="GLA")
    perth.update(name="Old name", status="planned", note="Old", replaced_by=glasgow, **kept)
    call_command("load_estate", verbosity=0)
    assert perth.values(*shipped).get() == shipped
    assert perth.values(*kept).get() == kept
