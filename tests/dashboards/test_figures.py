"""Every number of every dashboard equals the length of the list that it opens."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import Agreement
from directory.models import Establishment, Holding, Organisation, Role
from portal.dashboards.parts import PARTS_OF
from portal.dashboards.scope import ESTATE, ORGANISATION, PRISON
from portal.foundation.models import User
from tests import factories
from tests.dashboards.telling import told  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]
MOST_QUERIES = 12


@pytest.fixture
def busiest() -> Agreement:
    """An agreement at whose prison and organisation there is something to count."""
    return Agreement.objects.filter(current_version__status="in force", figures__isnull=False).order_by("pk").first()


def holder(role: str, **party) -> User:
    return User.objects.filter(holdings__in=Holding.objects.filter(post__role=role, **party)).first()


def enter(client, who):
    client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def places(busiest: Agreement) -> dict[str, tuple[str, User]]:
    """Each kind of dashboard: its address, and somebody whose it is."""
    prison, party = busiest.establishment, busiest.organisation
    return {
        ESTATE: (reverse("estate_dashboard"), holder(Role.CJVSF)),
        PRISON: (reverse("prison_dashboard", args=[prison.slug]), holder(Role.HOO, post__establishment=prison)),
        ORGANISATION: (
            reverse("organisation_dashboard", args=[party.slug]),
            holder(Role.CONTRIBUTOR, post__organisation=party),
        ),
    }


def length(response) -> int:
    """How many rows the whole list behind a figure has, on all its pages."""
    return response.context["page"].paginator.count


def differences(client, figures) -> list[str]:
    found = []
    for figure in figures:
        response = client.get(figure.url)
        assert response.status_code == 200, figure.url
        there = response.context["total"] if figure.adds_up else length(response)
        if there != figure.number:
            found.append(f"{figure.about}: {figure.number}, but {figure.url} has {there}")
    return found


def figures_of(response):
    return [figure for panel in response.context["panels"] for figure in panel.figures]


@pytest.mark.parametrize("kind", PARTS_OF)
def test_every_number_opens_a_list_of_that_length(client, busiest, kind):
    address, who = places(busiest)[kind]
    enter(client, who)
    for part in PARTS_OF[kind]:
        figures = figures_of(client.get(f"{address}?part={part}"))
        assert figures
        assert all(figure.url for figure in figures)
        assert differences(client, figures if kind != ESTATE else figures[::3]) == []


@pytest.mark.parametrize("narrowed", ["prison", "area", "organisation", "need", "months"])
def test_a_filter_narrows_the_numbers_and_their_lists_alike(client, busiest, narrowed):
    values = {
        "prison": busiest.establishment.slug,
        "area": busiest.establishment.local_authority_id,
        "organisation": busiest.organisation.slug,
        "need": busiest.current_version.terms.filter(vocabulary__key="needs").first().slug,
        "months": "3",
    }
    enter(client, holder(Role.CJVSF))
    for part in ("agreements", "delivery"):
        address = f"{reverse('estate_dashboard')}?part={part}&{narrowed}={values[narrowed]}"
        figures = figures_of(client.get(address))
        counted, nothing = [[each for each in figures if bool(each.number) is some] for some in (True, False)]
        assert len(counted) > 2
        assert differences(client, counted[::2] + nothing[::6]) == []


def test_the_dashboard_of_an_organisation_that_has_nothing_opens_empty_lists(client, busiest):
    newcomer = factories.organisation()
    enter(client, holder(Role.CJVSF))
    for part in PARTS_OF[ORGANISATION]:
        figures = figures_of(client.get(f"{reverse('organisation_dashboard', args=[newcomer.slug])}?part={part}"))
        assert {figure.number for figure in figures} == {0}
        assert differences(client, figures[::4]) == []


def test_posts_of_a_prison_and_of_an_organisation_that_are_chosen_are_counted_together(client, busiest):
    """No post has both, so that together they would narrow to none."""
    prison, party = busiest.establishment, busiest.organisation
    factories.post(Role.ADMINISTRATOR, party)
    factories.post(Role.COORDINATOR, prison)
    enter(client, holder(Role.CJVSF))
    address = f"{reverse('prison_dashboard', args=[prison.slug])}?part=upkeep"
    alone, both = (client.get(address + more).context["panels"][1] for more in ("", f"&organisation={party.slug}"))
    assert both.figures[-1].number > alone.figures[-1].number > 0
    assert differences(client, both.figures) == []


@pytest.mark.parametrize("kind", PARTS_OF)
def test_a_dashboard_costs_the_same_queries_whatever_it_counts(client, busiest, kind):
    address, who = places(busiest)[kind]
    enter(client, who)
    for part in PARTS_OF[kind]:
        page = f"{address}?part={part}"
        client.get(page)
        with CaptureQueriesContext(connection) as plain:
            client.get(page)
        assert len(plain) <= MOST_QUERIES, part
        with CaptureQueriesContext(connection) as all_years:
            client.get(f"{page}&months=36")
        with CaptureQueriesContext(connection) as next_to_nothing:
            client.get(f"{page}&months=3&need=sport-and-physical-activity")
        assert len(all_years) == len(next_to_nothing), part


def test_only_whose_it_is_sees_a_dashboard(client, busiest):
    prison, party = busiest.establishment, busiest.organisation
    other_prison = Establishment.objects.exclude(pk=prison.pk).filter(status="open").first()
    other_party = Organisation.objects.exclude(pk=party.pk).first()
    answers = {}
    for name, who in (
        ("cjvsf", holder(Role.CJVSF)),
        ("head", holder(Role.HOO, post__establishment=prison)),
        ("coordinator", factories.hold(factories.post(Role.COORDINATOR, prison))),
        ("reader", factories.hold(factories.post(Role.READER, prison))),
        ("partner", holder(Role.CONTRIBUTOR, post__organisation=party)),
        ("nobody", factories.user()),
    ):
        enter(client, who)
        answers[name] = [
            client.get(reverse(page, args=args)).status_code
            for page, args in (
                ("estate_dashboard", []),
                ("prison_dashboard", [prison.slug]),
                ("prison_dashboard", [other_prison.slug]),
                ("organisation_dashboard", [party.slug]),
                ("organisation_dashboard", [other_party.slug]),
                ("report_list", []),
                ("steps_behind", []),
            )
        ]
    assert answers == {
        "cjvsf": [200, 200, 200, 200, 200, 200, 200],
        "head": [302, 200, 404, 404, 404, 404, 200],
        "coordinator": [302, 200, 404, 404, 404, 404, 200],
        "reader": [404, 404, 404, 404, 404, 404, 404],
        "partner": [302, 404, 404, 200, 404, 404, 200],
        "nobody": [404, 404, 404, 404, 404, 404, 404],
    }


def test_the_lists_behind_show_nothing_of_others(client, busiest):
    stranger = factories.hold(factories.post(Role.CONTRIBUTOR, factories.organisation("Nowhere yet")))
    factories.post(Role.SIGNATORY, busiest.organisation, title="Treasurer of somebody else")
    enter(client, stranger)
    lengths = {
        what: length(client.get(reverse(f"{what}_behind")))
        for what in ("steps", "figures", "places", "checks", "posts")
    }
    assert lengths == {"steps": 0, "figures": 0, "places": 0, "checks": 0, "posts": 0}


def test_what_does_not_exist_in_the_address_counts_as_not_chosen(client, busiest):
    enter(client, holder(Role.CJVSF))
    plain = client.get(reverse("estate_dashboard"))
    odd = client.get(reverse("estate_dashboard") + "?part=x&prison=x&area=x&organisation=x&need=x&months=999999")
    assert [figure.number for figure in figures_of(odd)] == [figure.number for figure in figures_of(plain)]


def test_the_tables_can_be_taken_away(client, busiest):
    enter(client, holder(Role.CJVSF))
    page = client.get(reverse("estate_dashboard"))
    answer = client.get(reverse("estate_dashboard") + "?format=csv")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert lines[0] == ["Table", "Row", "Column", "Value"]
    by_status = page.context["panels"][0]
    assert lines[1 : 1 + len(by_status.rows)] == [
        ["Agreements by status", row.label, "Agreements", str(row.cells[0].number)] for row in by_status.rows
    ]
