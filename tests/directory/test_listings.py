"""Owners write what the directory says of them; nobody else does."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.workflow import Request, perform
from directory.models import Listing, Origin, Role
from directory.operations import listings, organisations
from portal.foundation import clock
from portal.foundation.exceptions import NotReady
from portal.foundation.models import AuditEvent
from tests import factories
from tests.directory.shelf import listed

pytestmark = pytest.mark.django_db

NEW = {
    "service_name": "Visitor centre",
    "prison": "hmp-perth",
    "origin": "visitor centre",
    "summary": "A warm place for families.",
    "easy_read": "Tea and advice.",
    "needs": ["children-and-families"],
    "populations": ["families"],
    "activities": ["drop-in"],
    "settings": ["visitor-centre"],
    "routes": ["self"],
    "release_areas": ["S12000048"],
    "minutes": "30",
    "contact_mailbox": "centre@example.org",
}


@pytest.fixture
def cast():
    return factories.Cast()


def posted(cast, **changed):
    return NEW | {"organisation": cast.charity.slug} | changed


def test_an_owner_lists_a_service_outside_the_agreements_and_everybody_finds_it(client, cast):
    client.force_login(cast.contributor)
    assert client.post(reverse("listing_add"), posted(cast)).status_code == 302
    listing = Listing.objects.with_parties().get()
    assert (listing.origin, listing.agreement_reference, listing.minutes) == (Origin.VISITOR_CENTRE, "", 30)
    assert {term.slug for term in listing.terms.all()} == {
        "children-and-families",
        "families",
        "drop-in",
        "visitor-centre",
        "self",
    }
    client.logout()
    page = client.get(reverse("directory_search"), {"words": "warm", "area": "S12000048"}).content.decode()
    assert "Outside the agreements: Visitor centre" in page
    assert "centre@example.org" not in page


def test_what_is_wrong_is_said_and_nothing_that_was_typed_is_lost(client, cast):
    client.force_login(cast.contributor)
    wrong = posted(cast, summary="Write to anna@example.org", easy_read="x" * 161, needs=[], minutes="half")
    page = client.post(reverse("listing_add"), wrong).content.decode()
    for sentence in (
        "Take “anna@example.org” out: people in custody read this",
        "Use 160 characters or fewer. You have used 161",
        "Answer “Which needs does it address?”",
        "Enter a whole number in figures, like 12",
    ):
        assert sentence in page
    assert "Write to anna@example.org" in page
    assert Listing.objects.count() == 0


def test_a_service_is_listed_once_at_a_prison(client, cast):
    client.force_login(cast.contributor)
    client.post(reverse("listing_add"), posted(cast))
    page = client.post(reverse("listing_add"), posted(cast))
    assert (page.status_code, Listing.objects.count()) == (409, 1)
    assert "Visitor centre is in the directory at HMP Perth already." in page.content.decode()


@pytest.mark.parametrize("page", ["listing_list", "listing_add", "correction_list"])
def test_whoever_looks_after_nothing_finds_no_such_page(client, cast, page):
    for who in (cast.hoo, cast.signatory):
        client.force_login(who)
        assert client.get(reverse(page)).status_code == 404


def test_another_organisations_listing_is_not_there(client, cast):
    listing = listed("Theirs")
    client.force_login(cast.contributor)
    assert client.get(reverse("listing_change", args=[listing.reference])).status_code == 404
    assert client.post(reverse("listing_confirm", args=[listing.reference])).status_code == 404
    assert client.get(reverse("service_describe", args=[listing.service.reference])).status_code == 404
    assert client.get(reverse("organisation_about", args=[listing.service.organisation.slug])).status_code == 404
    assert "Theirs" not in client.get(reverse("listing_list")).content.decode()


@pytest.mark.parametrize("who", ["hoo", "signatory", "stranger"])
def test_the_operations_refuse_whoever_does_not_look_after_it(cast, who):
    listing, who = listed(organisation=cast.charity), getattr(cast, who)
    for write in (
        lambda: listings.confirm_listing(listing, by=who),
        lambda: listings.change_listing(listing, by=who, easy_read="x"),
        lambda: listings.show_listing(listing, is_live=False, by=who),
        lambda: listings.describe_service(listing.service, by=who, description="x"),
        lambda: listings.tell_about_organisation(cast.charity, by=who, about="x"),
    ):
        with pytest.raises(PermissionDenied), transaction.atomic():
            write()


def test_twin_without_the_rule_a_stranger_writes(cast, monkeypatch):
    monkeypatch.setattr(listings, "keeps_listings_of", lambda *_: True)
    listings.confirm_listing(listed(organisation=cast.charity), by=cast.stranger)


@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.ADMINISTRATOR])
def test_contributors_administrators_and_cjvsf_look_after_listings(cast, role):
    listing = listed(organisation=cast.charity, months_old=3)
    for who in (factories.hold(factories.post(role, cast.charity)), cast.cjvsf):
        listings.confirm_listing(listing, by=who)
        found = Listing.objects.get()
        assert (found.confirmed_on, found.confirmed_by) == (clock.today(), who)


def test_of_an_agreements_listing_the_owner_changes_the_plain_line_and_the_areas_only(client, cast):
    factories.bring_to("in force", cast)
    listing = Listing.objects.get()
    client.force_login(cast.contributor)
    address = reverse("listing_change", args=[listing.reference])
    assert 'name="summary"' not in client.get(address).content.decode()
    client.post(address, {"easy_read": "Come and talk.", "release_areas": ["S12000048"], "summary": "Other words"})
    changed = Listing.objects.get()
    assert (changed.easy_read, changed.summary) == ("Come and talk.", listing.summary)
    assert "Come and talk." in changed.words
    with pytest.raises(NotReady):
        listings.change_listing(listing, by=cast.contributor, summary="Other words")
    with pytest.raises(NotReady):
        listings.show_listing(listing, is_live=False, by=cast.contributor)


def test_a_service_outside_the_agreements_is_taken_off_and_put_back(client, cast):
    listing = listed("Choir", organisation=cast.charity)
    client.force_login(cast.contributor)
    for is_live, status in (("no", 404), ("yes", 200)):
        client.post(reverse("listing_show", args=[listing.reference]), {"is_live": is_live})
        assert client.get(reverse("service_page", args=[listing.service.reference])).status_code == status
    chain = AuditEvent.objects.filter(about=listing.about).order_by("number")
    assert list(chain.values_list("event", flat=True)) == ["take listing off", "put listing back"]


def test_owners_say_what_the_organisation_and_the_service_are(client, cast):
    listing = listed(organisation=cast.charity)
    client.force_login(cast.contributor)
    about = {"about": "We bake.", "website": "bake.example", "public_email": "hi@bake.example", "public_phone": ""}
    client.post(reverse("organisation_about", args=[cast.charity.slug]), about)
    client.post(reverse("service_describe", args=[listing.service.reference]), {"description": "Sourdough."})
    client.logout()
    page = client.get(reverse("organisation_page", args=[cast.charity.slug])).content.decode()
    assert "We bake." in page
    assert "https://bake.example" in page
    assert "Sourdough." in client.get(reverse("inside_service", args=[listing.service.reference])).content.decode()
    assert "Sourdough" in Listing.objects.get().words


def test_a_listing_has_an_agreement_or_is_outside_and_the_database_says_so():
    listing = listed()
    for broken in ({"origin": Origin.AGREEMENT}, {"agreement_reference": "PA-000000"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Listing.objects.filter(pk=listing.pk).update(**broken)


def test_a_pause_hides_the_listing_and_resuming_shows_it_as_it_was(cast):
    version = factories.bring_to("in force", cast)
    Listing.objects.update(minutes=45)
    perform("pause", version, by=cast.hoo, request=Request(reason="other", note="Because"))
    assert Listing.objects.listed().count() == 0
    perform("resume", factories.fresh(version), by=cast.hoo, request=Request(note="Again"))
    assert [listing.minutes for listing in Listing.objects.listed()] == [45]


def test_notice_says_until_when_and_an_end_hides_it_on_the_day(cast):
    version = factories.bring_to("in force", cast)
    last_day = clock.add_months(clock.today(), 1)
    perform("end", version, by=cast.hoo, request=Request(reason="other", note="Because", last_day=last_day))
    assert Listing.objects.listed().get().ends_on == last_day
    perform(
        "end", factories.fresh(version), by=cast.hoo, request=Request(reason="other", note="x", last_day=clock.today())
    )
    assert Listing.objects.get().ends_on == clock.today()


def test_a_renamed_or_merged_organisation_is_found_under_its_new_name(cast):
    listed("Choir", organisation=cast.charity)
    organisations.rename(cast.charity, by=cast.cjvsf, name="Songbirds", charity_number="")
    assert "Songbirds" in Listing.objects.get().words
    other = factories.organisation("Larks")
    merge = organisations.merge(cast.charity, into=other, by=cast.cjvsf)
    assert ("Larks" in Listing.objects.get().words, "Songbirds" in Listing.objects.get().words) == (True, False)
    organisations.undo_merge(merge, by=cast.cjvsf)
    assert "Songbirds" in Listing.objects.get().words


@pytest.mark.parametrize("page", ["listing_list", "correction_list"])
def test_the_owners_lists_take_the_same_queries_for_1_and_for_3(client, cast, page):
    client.force_login(cast.contributor)
    counts = []
    for _ in range(3):
        listing = listed(organisation=cast.charity)
        listing.corrections.create(field="other", proposed="x")
        client.get(reverse(page))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse(page))
        counts.append(len(captured))
    assert counts[0] == counts[2] <= 10
