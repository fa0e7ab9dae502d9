"""The pages of the map of need: what they count, who sees them, and how many queries they take."""

import datetime as dt
from functools import partial

import pytest
from django.urls import reverse

from directory import needs_map
from directory.contacts import contact_of
from directory.models import Establishment, Listing, NeedsStatement, Role
from directory.views import needs as pages_of_need
from portal.foundation import clock
from portal.foundation.paging import paged
from portal.foundation.spreadsheets import harmless
from tests import factories
from tests.directory import needing
from tests.exports.reading import body, csv_rows

pytestmark = pytest.mark.django_db
PAGES = (
    "need_map",
    "gap_list",
    "duplicate_list",
    "reach_table",
    "womens_estate",
    "contact_list",
    "idea_list",
)
OF_A_PRISON = ("need_prison", "need_services")


@pytest.fixture
def cast():
    return factories.Cast()


def enter(client, who):
    client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def read(client, name, *args):
    return client.get(reverse(name, args=args)).content.decode()


def address(name):
    return reverse(name, args={"need_prison": ["hmp-perth"], "need_services": ["hmp-perth", "health"]}.get(name, []))


@pytest.mark.parametrize("name", [*PAGES, *OF_A_PRISON])
def test_the_map_is_for_whoever_holds_a_post(client, cast, name):
    assert client.get(address(name)).status_code == 302
    assert enter(client, factories.user()).get(address(name)).status_code == 403
    for who in (cast.signatory, cast.hoo, cast.cjvsf):
        assert enter(client, who).get(address(name)).status_code == 200


def test_a_cell_counts_its_services_and_opens_them(client, cast):
    health = needing.term("health")
    shown = [needing.listing(cast.prison, health), needing.listing(cast.prison, health, from_agreement=False)]
    hidden = needing.listing(cast.prison, health, is_live=False)
    elsewhere = needing.listing(factories.prison("EDI"), health)
    other_need = needing.listing(cast.prison, needing.term("peer-support"))
    enter(client, cast.signatory)
    cell = reverse("need_services", args=[cast.prison.slug, "health"])
    assert f'href="{cell}">1 + 1<span' in read(client, "need_map")
    page = client.get(cell).content.decode()
    assert [row.service.name in page for row in [*shown, hidden, elsewhere, other_need]] == [True] * 2 + [False] * 3
    assert (page.count("An agreement in force"), page.count("Bought by SPS")) == (1, 1)


@pytest.mark.parametrize(
    ("show", "cell"),
    [
        ("services", "2"),
        ("places", "18"),
        ("people", "40"),
        ("days", "Monday, Tuesday"),
        ("nonsense", "2"),
    ],
)
def test_a_cell_says_how_many_places_and_people_there_are_and_on_which_days(client, cast, show, cell):
    health, monday, tuesday = needing.term("health"), needing.term("monday", "days"), needing.term("tuesday", "days")
    needing.listing(cast.prison, health, monday, places=6, people_reached=40)
    needing.listing(cast.prison, health, monday, tuesday, places=12)
    needing.listing(cast.prison, health, is_live=False, places=100, people_reached=100)
    page = enter(client, cast.signatory).get(reverse("need_map"), {"show": show}).content.decode()
    assert f'href="{reverse("need_services", args=[cast.prison.slug, "health"])}">{cell}<span' in page
    assert page.count("/needs/at/hmp-perth/for/") == 1


def test_the_services_of_a_cell_say_whom_they_reach_one_by_one_and_together(client, cast):
    for people in (40, None, 2):
        needing.listing(cast.prison, needing.term("health"), people_reached=people)
    page = read(enter(client, cast.signatory), "need_services", cast.prison.slug, "health")
    told = [page.count(f'data-heading="People reached">{said}</td>') for said in ("40", "Not said", "2")]
    assert told == [1, 1, 1]
    assert '<td class="govuk-table__cell" colspan="3">42</td>' in page


def test_they_come_in_pages_each_of_which_says_how_many_all_of_them_reach(client, cast, monkeypatch):
    monkeypatch.setattr(pages_of_need, "paged", partial(paged, size=2))
    for people in (40, None, 2):
        needing.listing(cast.prison, needing.term("health"), people_reached=people)
    where = reverse("need_services", args=[cast.prison.slug, "health"])
    enter(client, cast.signatory)
    pages = [client.get(where, {"page": page}).content.decode() for page in (1, 2)]
    assert [page.count('data-heading="Service"') for page in pages] == [2, 1]
    assert ["3 services</caption>" in page for page in pages] == [True, True]
    assert ['colspan="3">42</td>' in page for page in pages] == [True, True]


def test_a_gap_says_so_in_words(client, cast):
    needing.publish(cast.prison, needing.coordinator(cast.prison), needs={"health": 3})
    enter(client, cast.signatory)
    assert read(client, "need_map").count('<strong class="govuk-tag govuk-tag--red">Gap</strong>') == 1
    assert "1 need without a service" in read(client, "gap_list")
    needing.listing(cast.prison, needing.term("health"))
    assert "govuk-tag--red" not in read(client, "need_map")


def test_the_table_to_take_away_says_what_the_page_says(client, cast):
    needing.publish(cast.prison, needing.coordinator(cast.prison), needs={"health": 3})
    tuesday = needing.term("tuesday", "days")
    needing.listing(
        cast.prison, needing.term("peer-support"), tuesday, from_agreement=False, places=6, people_reached=9
    )
    file = enter(client, cast.signatory).get(reverse("list_export", args=["needs", "csv"]))
    rows = {(row["prison"], row["need"]): row for row in csv_rows(body(file))}
    open_prisons = Establishment.objects.exclude(status="closed").count()
    assert len(rows) == open_prisons * 15
    assert list(rows["HMP Perth", "Health"].values())[2:] == ["0", "0", "", "", "", "Very great need", "No"]
    assert list(rows["HMP Perth", "Peer support and mentoring"].values())[2:] == [
        *("0", "1", "6", "9", "Tuesday"),
        *("Not weighed", "No"),
    ]


def test_no_cell_of_a_table_becomes_a_formula():
    assert [harmless(cell) for cell in ("=1+1", "+44", "-1", "@x", "A1", 3)] == ["'=1+1", "'+44", "'-1", "'@x", "A1", 3]


def test_duplicates_name_the_services(client, cast):
    health, women, men = (
        needing.term("health"),
        needing.term("women", "populations"),
        needing.term("men", "populations"),
    )
    same = [needing.listing(cast.prison, health, women) for _ in range(2)]
    other = needing.listing(cast.prison, health, men)
    page = read(enter(client, cast.signatory), "duplicate_list")
    assert [row.service.name in page for row in [*same, other]] == [True, True, False]


def test_a_service_that_is_renewed_is_no_duplicate_of_itself(client, cast):
    before, after = (
        needing.listing(cast.prison, needing.term("health"), needing.term("women", "populations")) for _ in "12"
    )
    none = "No two services at one prison have a need and a group in common."
    assert none not in read(enter(client, cast.signatory), "duplicate_list")
    Listing.objects.filter(pk=after.pk).update(service=before.service)
    assert none in read(client, "duplicate_list")
    needing.listing(cast.prison, needing.term("health"), needing.term("women", "populations"))
    page = read(client, "duplicate_list")
    assert (page.count(f"<li>{before.service.name}, by"), " more<" in page) == (1, False)


def test_of_many_that_are_alike_the_first_are_named_and_the_rest_counted(client, cast, monkeypatch):
    monkeypatch.setattr(needs_map, "NAMED", 2)
    health, women, men = (
        needing.term("health"),
        needing.term("women", "populations"),
        needing.term("men", "populations"),
    )
    same = by_name(needing.listing(cast.prison, health, women) for _ in range(4))
    pair = by_name(needing.listing(factories.prison("EDI"), health, women, men) for _ in range(2))
    found = needs_map.read()
    assert [(row.number, row.more, row.listings) for row in found.named(found.duplicates)] == [
        (2, 0, pair),
        (2, 0, pair),
        (4, 2, same[:2]),
    ]
    page = read(enter(client, cast.signatory), "duplicate_list")
    rest = reverse("need_services", args=[cast.prison.slug, "health"])
    assert page.count(f'href="{rest}">2 more<') == page.count(" more<") == 1


def by_name(listings):
    return tuple(sorted(listings, key=lambda listing: listing.service.name))


def test_only_the_newest_statement_of_a_prison_is_read_and_not_its_words(cast, monkeypatch):
    for year in (2030, 2031, 2032):
        with clock.set_to(clock.now().replace(year=year, day=1)):
            newest = needing.publish(cast.prison, needing.coordinator(cast.prison), needs={"health": 3})
    read, rows = NeedsStatement.from_db, []
    monkeypatch.setattr(NeedsStatement, "from_db", lambda *given: rows.append(read(*given)) or rows[-1])
    assert needs_map.newest_statements([cast.prison]) == {cast.prison.pk: newest}
    assert [row.get_deferred_fields() for row in rows] == [{"partners_heard", "custody_heard", "sources"}]


def test_who_is_not_reached_is_said_by_characteristic(client, cast):
    needing.listing(cast.prison, needing.term("age", "protected_characteristics"))
    page = read(enter(client, cast.signatory), "reach_table")
    prisons = Establishment.objects.exclude(status="closed").count()
    assert (page.count(">Yes</td>"), page.count("<strong>None</strong>")) == (1, prisons * 9 - 1)


def test_the_womens_estate_counts_what_names_women_where_women_are_held(client, cast):
    health, women, men = (
        needing.term("health"),
        needing.term("women", "populations"),
        needing.term("men", "populations"),
    )
    stirling, edinburgh = factories.prison("STI"), factories.prison("EDI")
    needing.listing(stirling, health, women)
    needing.listing(edinburgh, health, men)
    needing.listing(cast.prison, health, women)
    page = read(enter(client, cast.signatory), "womens_estate")
    held = Establishment.objects.filter(status="open", holds__slug="women").values_list("code", flat=True)
    assert sorted(held) == ["BEL", "EDI", "GRA", "GRE", "LIL", "POL", "STI"]
    assert [reverse("need_prison", args=[row.slug]) in page for row in (stirling, edinburgh, cast.prison)] == [
        True,
        True,
        False,
    ]
    counted = [reverse("need_services", args=[row.slug, "health"]) in page for row in (stirling, edinburgh)]
    assert counted == [True, False]


@pytest.mark.parametrize("name", [*PAGES, *OF_A_PRISON])
def test_a_page_takes_as_many_queries_for_three_rows_as_for_one(client, cast, name, django_assert_max_num_queries):
    """A list at most ten; the page of a prison shows seven things."""
    enter(client, cast.cjvsf)
    plant(cast)
    plant(cast, "STI")
    client.get(address(name))
    with django_assert_max_num_queries(18 if name == "need_prison" else 10) as one:
        client.get(address(name))
    plant(cast, "EDI")
    plant(cast, "GLE")
    with django_assert_max_num_queries(len(one)):
        client.get(address(name))


def plant(cast, code="PER"):
    prison = factories.prison(code)
    health, women = needing.term("health"), needing.term("women", "populations")
    for _ in range(2):
        needing.listing(prison, health, women, needing.term("age", "protected_characteristics"))
    needing.listing(cast.prison, health, women)
    who = needing.coordinator(prison)
    needing.idea(prison, cast.charity, cast.contributor)
    needing.publish(prison, who, needs={"peer-support": 3, "health": 1}, groups={"men": 2})


def test_a_vacant_contact_is_red_for_staff_and_its_history_is_kept(client, cast):
    post = factories.post(Role.COORDINATOR, cast.prison, mailbox="third.sector@example.org")
    left_on = clock.today() - dt.timedelta(days=30)
    factories.hold(post, name="Bea Before", until_on=left_on)
    page = read(enter(client, cast.signatory), "need_prison", cast.prison.slug)
    since = clock.say_day(left_on + dt.timedelta(days=1))
    assert f'<strong class="govuk-tag govuk-tag--red">Vacant</strong> since {since}' in page
    assert "Bea Before" in page
    factories.hold(post, name="Nic Now", from_on=clock.today())
    page = read(client, "need_prison", cast.prison.slug)
    assert f"Nic Now, from {clock.say_day(clock.today())}" in page
    assert "Vacant" not in page


def test_of_two_coordinators_posts_the_one_that_is_held_counts(cast):
    factories.post(Role.COORDINATOR, cast.prison)
    held = factories.post(Role.COORDINATOR, cast.prison, title="Second coordinator")
    factories.hold(held)
    assert contact_of(cast.prison).post == held


def test_the_estate_shows_where_nobody_is(client, cast):
    needing.coordinator(cast.prison)
    page = read(enter(client, cast.cjvsf), "contact_list")
    prisons = Establishment.objects.filter(status="open").count()
    assert f"{prisons - 1} of {prisons} have nobody now." in page
    assert page.count('govuk-tag--red">No post</strong>') == prisons - 1


def test_the_public_reads_a_mailbox_only_where_it_is_public(cast):
    from django.template.loader import render_to_string

    post = factories.post(Role.COORDINATOR, cast.prison, mailbox="third.sector@example.org")
    factories.hold(post, name="Nic Now")
    context = {"contact": contact_of(cast.prison), "for_staff": False}
    shown = render_to_string("directory/_contact.html", context)
    assert ("third.sector" in shown, "Nic Now" in shown, "coordinator" in shown) == (False, False, True)
    post.mailbox_is_public = True
    post.save()
    shown = render_to_string("directory/_contact.html", context | {"contact": contact_of(cast.prison)})
    assert ("third.sector" in shown, "Nic Now" in shown) == (True, False)
