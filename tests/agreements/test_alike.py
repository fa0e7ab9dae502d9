"""While somebody drafts, the like services at the prison are shown, and a reason is asked; the prison sees both."""

import re

import pytest
from django.urls import reverse

from agreements.neighbours import alike
from agreements.projection import project
from directory.models import Establishment, Listing
from tests import factories
from tests.agreements.test_starting import ANSWERS
from tests.directory import needing

pytestmark = pytest.mark.django_db
CHOSEN = {"S1-05": ["health"], "S1-08": ["women"]}


@pytest.fixture
def cast():
    return factories.Cast()


@pytest.fixture
def outline(cast):
    return cast.start()


def enter(client, who):
    client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def page_of(version, section="S1"):
    return reverse("section_edit", args=[version.agreement.reference, section])


def pick(client, version, **more):
    given = {"base_S1-05": "", "base_S1-08": "", **CHOSEN}
    return client.post(page_of(version), given, headers=more.get("headers", {}))


def plant(prison: Establishment) -> dict[str, Listing]:
    health, women, men = (
        needing.term("health"),
        needing.term("women", "populations"),
        needing.term("men", "populations"),
    )
    return {
        "same": needing.listing(prison, health, women),
        "same need": needing.listing(prison, health, men),
        "same people": needing.listing(prison, needing.term("peer-support"), women),
        "hidden": needing.listing(prison, health, women, is_live=False),
        "elsewhere": needing.listing(factories.prison("EDI"), health, women),
    }


def test_like_services_are_those_for_the_same_need_and_first_those_for_the_same_people(client, cast, outline):
    there = plant(cast.prison)
    pick(enter(client, cast.contributor), outline)
    assert [(each.listing, each.is_for_the_same_people) for each in alike(factories.fresh(outline))] == [
        (there["same"], True),
        (there["same need"], False),
    ]


def test_before_a_need_is_picked_nothing_is_like_it(cast, outline):
    plant(cast.prison)
    assert alike(outline) == []


def test_ones_own_listing_is_not_like_itself(cast):
    version = factories.bring_to("in force", cast)
    own = Listing.objects.get(agreement_reference=version.agreement.reference)
    project(version)
    assert own not in [each.listing for each in alike(version)]
    other = needing.listing(cast.prison, *own.terms.all())
    assert [each.listing for each in alike(version)] == [other]
    Listing.objects.filter(pk=other.pk).update(service=own.service)
    assert alike(version) == []


def test_the_autosave_says_at_once_that_it_is_there_already(client, cast, outline):
    plant(cast.prison)
    answer = pick(enter(client, cast.contributor), outline, headers={"X-Autosave": "1"}).json()
    assert answer["notice"] == (
        "One service addresses the same need for the same people at HMP Perth. Say in S1-07 why you go on."
    )


def test_the_autosave_is_silent_where_nobody_does_the_same(client, cast, outline):
    there = plant(cast.prison)
    there["same"].delete()
    answer = pick(enter(client, cast.contributor), outline, headers={"X-Autosave": "1"}).json()
    assert "notice" not in answer


def test_without_scripts_it_is_said_after_saving_and_shown_with_the_question(client, cast, outline):
    there = plant(cast.prison)
    saved = pick(enter(client, cast.contributor), outline)
    page = client.get(saved.url).content.decode()
    assert "One service addresses the same need for the same people" in page
    page = client.get(page_of(outline)).content.decode()
    assert [row.service.name in page for row in there.values()] == [True, True, False, False, False]
    assert page.count("Same people</strong>") == 1
    assert page.index(there["same"].service.name) < page.index('id="question-S1-07"')


def test_the_prison_sees_the_reason_with_the_list(client, cast):
    version = factories.bring_to("with prison", cast, S1_05=["health"], S1_08=["women"], S1_07="Ours runs at weekends.")
    there = plant(cast.prison)
    page = enter(client, cast.hoo).get(page_of(version, "S2")).content.decode()
    assert there["same"].service.name in page
    assert "Ours runs at weekends." in page
    page = client.get(page_of(version, "S1")).content.decode()
    assert there["same"].service.name in page
    assert "Ours runs at weekends." in page


def test_a_wanted_idea_fills_in_prison_and_need_even_when_the_check_comes_first(client, cast):
    enter(client, cast.contributor)
    first = client.get(reverse("agreement_new") + f"?prison={cast.prison.slug}&need=health")
    assert first.url == reverse("start")
    client.post(reverse("start"), ANSWERS)
    page = client.get(reverse("agreement_new")).content.decode()
    assert f'<option value="{cast.prison.pk}" selected>' in page
    assert re.search(r'value="health"\s+checked', page)
