"""Areas of release: 32 councils, 30 partnerships, what reaches people who return there, and whom to turn to."""

import csv
import io
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from directory.areas import every_area, find_area
from directory.models import AreaContact, LocalAuthority
from directory.operations.areas import set_contact
from directory.views import areas
from portal.foundation.paging import paged
from tests import factories
from tests.directory import needing

pytestmark = pytest.mark.django_db
FIFE = ("council", "fife")
AYRSHIRES = ("East Ayrshire", "North Ayrshire", "South Ayrshire")


@pytest.fixture
def cast():
    return factories.Cast()


def enter(client, who):
    client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def reaching(prison, *councils: str, **fields):
    row = needing.listing(prison, needing.term("health"), **fields)
    row.release_areas.set(LocalAuthority.objects.filter(name__in=councils))
    return row


def read(client, kind, area):
    return client.get(reverse("area_detail", args=[kind, area])).content.decode()


def test_there_are_32_councils_and_30_partnerships_and_the_ayrshires_are_one():
    councils, partnerships = every_area()
    assert (len(councils), len(partnerships)) == (32, 30)
    several = {area.name: tuple(map(str, area.councils)) for area in partnerships if len(area.councils) > 1}
    assert list(several.values()) == [AYRSHIRES]
    assert len({area.get_absolute_url() for area in councils + partnerships}) == 62


def test_an_area_names_the_services_that_say_they_reach_it_and_no_others(client, cast):
    shown = [reaching(cast.prison, "Fife"), reaching(factories.prison("EDI"), "Fife", "Angus")]
    hidden = [reaching(cast.prison, "Angus"), reaching(cast.prison, "Fife", is_live=False), reaching(cast.prison)]
    page = read(client, *FIFE)
    assert [row.service.name in page for row in shown + hidden] == [True, True, False, False, False]


def test_a_partnership_has_the_services_of_all_its_councils_each_once(client, cast):
    row = reaching(cast.prison, *AYRSHIRES)
    partnership = next(area for area in every_area()[1] if len(area.councils) == 3)
    page = read(client, "partnership", partnership.slug)
    assert page.count(row.service.name) == 1
    assert "Third Sector Interface, North Ayrshire" in page


def test_the_export_says_what_the_page_says(client, cast):
    row = reaching(cast.prison, "Fife", "Angus")
    text = client.get(reverse("area_csv", args=FIFE)).content.decode().removeprefix("\ufeff")
    [line] = csv.DictReader(io.StringIO(text))
    assert [line[name] for name in ("Service", "Organisation", "Prison", "Needs", "Release areas")] == [
        row.service.name,
        str(row.service.organisation),
        "HMP Perth",
        "Health",
        "Angus, Fife",
    ]


def test_it_counts_who_was_consulted_by_the_prisons_of_its_services(client, cast):
    for code in ("PER", "EDI", "GLE"):
        needing.publish(factories.prison(code), needing.coordinator(factories.prison(code)), needs={"health": 1})
    reaching(cast.prison, "Fife")
    reaching(factories.prison("EDI"), "Fife")
    assert "organisations, 8; people in custody, 20 to 28." in " ".join(read(client, *FIFE).split())


def test_where_no_statement_gives_a_count_the_page_says_so(client, cast):
    uncounted = {"needs": {"health": 1}, "organisations_heard": None, "people_heard": None}
    needing.publish(cast.prison, needing.coordinator(cast.prison), **uncounted)
    reaching(cast.prison, "Fife")
    assert "organisations, no count; people in custody, no count." in " ".join(read(client, *FIFE).split())


def test_its_services_come_in_pages_and_what_was_heard_is_of_all_of_them(client, cast, monkeypatch):
    monkeypatch.setattr(areas, "paged", partial(paged, size=2))
    rows = [reaching(factories.prison(code), "Fife", "Angus") for code in ("EDI", "GLE", "PER")]
    needing.publish(cast.prison, needing.coordinator(cast.prison), needs={"health": 1})
    first, second = (client.get(reverse("area_detail", args=FIFE), {"page": page}).content.decode() for page in (1, 2))
    assert [[row.service.name in page for row in rows] for page in (first, second)] == [
        [True, True, False],
        [False, False, True],
    ]
    assert [("3 services for people" in page, "Page" in page) for page in (first, second)] == [(True, True)] * 2
    assert ["people in custody, 10 to 14." in page for page in (first, second)] == [True, True]


def test_a_page_takes_as_many_queries_for_three_services_as_for_one(client, cast, django_assert_max_num_queries):
    reaching(cast.prison, "Fife")
    with django_assert_max_num_queries(10) as one:
        read(client, *FIFE)
    for code in ("EDI", "GLE"):
        needing.publish(factories.prison(code), needing.coordinator(factories.prison(code)), needs={"health": 1})
        reaching(factories.prison(code), "Fife", "Angus")
    with django_assert_max_num_queries(len(one)):
        read(client, *FIFE)


def test_contacts_are_empty_until_cjvsf_fills_them_in(client, cast):
    assert read(client, *FIFE).count("Nobody has filled this in yet") == 2
    address = reverse("area_contact", args=[*FIFE, "interface-fife"])
    given = {"name": "Fife Voluntary Action (invented)", "mailbox": "justice@fife.example.org"}
    assert enter(client, cast.cjvsf).post(address, given).url == reverse("area_detail", args=FIFE)
    client.logout()
    page = read(client, *FIFE)
    assert "mailto:justice@fife.example.org" in page
    assert page.count("Nobody has filled this in yet") == 1
    enter(client, cast.cjvsf).post(address, {"name": "", "mailbox": ""})
    assert not AreaContact.objects.exists()


def test_half_a_contact_is_refused_and_kept_in_the_form(client, cast):
    address = reverse("area_contact", args=[*FIFE, "interface-fife"])
    page = enter(client, cast.cjvsf).post(address, {"name": "Half", "mailbox": ""}).content.decode()
    assert "Enter the mailbox too" in page
    assert 'value="Half"' in page


def test_the_partnership_of_a_council_has_one_contact(cast):
    [ayrshire] = [area for area in every_area()[1] if len(area.councils) == 3]
    given = {"name": "Community justice", "mailbox": "cj@ayrshire.example.org"}
    set_contact(by=cast.cjvsf, kind="partnership", area=ayrshire.slug, **given)
    from directory.areas import contacts_in

    for name in ("east-ayrshire", "north-ayrshire", "south-ayrshire"):
        assert contacts_in(find_area("council", name))[0][3].mailbox == "cj@ayrshire.example.org"


def test_only_cjvsf_fills_contacts_in_and_for_others_the_form_does_not_exist(client, cast):
    address = reverse("area_contact", args=[*FIFE, "interface-fife"])
    given = {"name": "Mine", "mailbox": "mine@example.org"}
    for who in (cast.hoo, cast.signatory):
        assert enter(client, who).post(address, given).status_code == 404
        with pytest.raises(PermissionDenied):
            set_contact(by=who, kind="interface", area="fife", **given)
    assert not AreaContact.objects.exists()


@pytest.mark.parametrize("area", [("council", "atlantis"), ("country", "fife"), ("partnership", "east-ayrshire")])
def test_an_area_that_does_not_exist_is_not_found(client, area):
    assert client.get(reverse("area_detail", args=area)).status_code == 404
    assert client.get(reverse("area_csv", args=area)).status_code == 404


@pytest.mark.parametrize("name", ["area_detail", "area_csv"])
def test_an_area_takes_as_many_queries_for_three_services_as_for_one(client, cast, name, django_assert_max_num_queries):
    reaching(cast.prison, "Fife")
    needing.publish(cast.prison, needing.coordinator(cast.prison), needs={"health": 1})
    with django_assert_max_num_queries(8) as one:
        client.get(reverse(name, args=FIFE))
    reaching(factories.prison("EDI"), "Fife", "Angus")
    needing.publish(factories.prison("EDI"), needing.coordinator(factories.prison("EDI")), needs={"health": 1})
    reaching(factories.prison("EDI"), "Fife")
    with django_assert_max_num_queries(len(one)):
        client.get(reverse(name, args=FIFE))


def test_no_address_or_number_that_somebody_wrote_into_a_name_is_public(client, cast):
    row = reaching(cast.prison, "Fife")
    row.service.name = "Call Bea on 01632 960 123"
    row.service.save()
    assert "01632 960 123" not in read(client, *FIFE)
