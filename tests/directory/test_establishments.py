"""CJVSF keeps the facts about an establishment, each with its source."""

import pytest
from django.urls import reverse

from directory import needs_map
from directory.models import Establishment
from directory.operations import establishments
from portal.foundation import clock
from portal.foundation.models import AuditEvent
from tests import factories

pytestmark = pytest.mark.django_db
SPS = "The prison’s page of the SPS website, read on 3 November 2026"


@pytest.fixture
def cast():
    return factories.Cast()


def enter(client, who):
    client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def address(slug="hmp-perth"):
    return reverse("establishment_change", args=[slug])


def posted(**changes):
    """What the form says of Perth, and these changes."""
    row = Establishment.objects.get(slug="hmp-perth")
    names = ("kind", "operator", "address", "postcode", "phone", "concern_line", "approver_title")
    told = {name: getattr(row, name) for name in names} | {"design_capacity": row.design_capacity or ""}
    return told | {"holds": [term.slug for term in row.holds.all()], "source": ""} | changes


def perth():
    return Establishment.objects.get(slug="hmp-perth")


def test_a_fact_is_kept_with_its_source_and_the_public_page_says_it(client, cast):
    enter(client, cast.cjvsf)
    told = posted(phone="01632 960000", design_capacity="630", source=SPS)
    assert client.post(address(), told).status_code == 302
    day = clock.today().isoformat()
    assert (perth().phone, perth().design_capacity) == ("01632 960000", 630)
    assert perth().sources == {name: {"source": SPS, "on": day} for name in ("phone", "design_capacity")}
    page = client.get(address()).content.decode()
    assert page.count(SPS) == 2
    assert "01632 960000" in client.get(reverse("prison_page", args=["hmp-perth"])).content.decode()
    event = AuditEvent.objects.get(event="change establishment")
    assert (event.about, event.detail["fields"]) == ("establishment:hmp-perth", ["design_capacity", "phone"])


@pytest.mark.parametrize("change", [{"phone": "01632 960000"}, {"holds": ["women"]}, {"operator": "Somebody"}])
def test_a_fact_without_a_source_stays_as_it_is_and_nothing_typed_is_lost(client, cast, change):
    before = posted()
    answer = enter(client, cast.cjvsf).post(address(), posted(**change))
    assert answer.status_code == 409
    assert "A fact without a source stays empty." in answer.content.decode()
    [value] = [value[0] if isinstance(value, list) else value for value in change.values()]
    assert f'value="{value}"' in answer.content.decode()
    assert (posted(), perth().sources) == (before, {})


def test_twin_without_the_guard_it_is_written(client, cast, monkeypatch):
    monkeypatch.setattr(establishments, "_refuse_without_source", lambda changed, source: None)
    enter(client, cast.cjvsf).post(address(), posted(phone="01632 960000"))
    assert perth().phone == "01632 960000"


def test_taking_a_fact_away_needs_no_source_and_takes_its_source_too(client, cast):
    enter(client, cast.cjvsf)
    client.post(address(), posted(phone="01632 960000", source=SPS))
    assert client.post(address(), posted(phone="")).status_code == 302
    assert (perth().phone, perth().sources) == ("", {})


def test_the_title_of_the_approver_is_the_prisons_own_choice(client, cast):
    enter(client, cast.cjvsf).post(address(), posted(approver_title="Head of Reintegration"))
    assert (perth().approver_title, perth().sources) == ("Head of Reintegration", {})


def test_who_is_held_there_decides_which_prisons_are_of_the_womens_estate(client, cast):
    assert not needs_map.womens_estate().filter(slug="hmp-perth").exists()
    enter(client, cast.cjvsf).post(address(), posted(holds=["men", "women"], source=SPS))
    assert [prison.slug for prison in needs_map.womens_estate().filter(slug="hmp-perth")] == ["hmp-perth"]
    assert {term.slug for term in perth().holds.all()} == {"men", "women"}


def test_what_stays_the_same_leaves_no_trace(client, cast):
    enter(client, cast.cjvsf).post(address(), posted(source=SPS))
    assert (perth().sources, AuditEvent.objects.filter(event="change establishment").count()) == ({}, 0)


def test_for_everybody_else_the_page_does_not_exist(client, cast):
    assert client.get(address()).status_code == 302
    for who in (cast.hoo, cast.signatory, factories.user()):
        enter(client, who)
        assert [client.get(address()).status_code, client.post(address(), posted()).status_code] == [404, 404]
    with pytest.raises(establishments.PermissionDenied):
        establishments.change_establishment(perth(), by=cast.hoo, source=SPS, holds=[], phone="01632 960000")
    assert enter(client, cast.cjvsf).get(address("hmp-nowhere")).status_code == 404
