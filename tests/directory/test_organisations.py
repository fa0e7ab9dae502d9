"""Renaming, merging and leaving: nothing is lost, nothing signed changes, and a merge can be taken back."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from agreements.models import Agreement, Document
from directory.models import Holding, Invitation, Organisation, OrganisationMerge, Role, Service
from directory.operations import holdings, invitations, organisations
from portal.foundation import audit, clock
from portal.foundation.exceptions import NotReady
from portal.foundation.models import AuditEvent, User
from tests import factories
from tests.markup import faults

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return factories.Cast()


@pytest.fixture
def twin(cast):
    """The same charity a second time, with people and an agreement at another prison."""
    twin = factories.Cast("EDI")
    twin.cjvsf = cast.cjvsf
    return twin


def seen_by(user: User) -> set[str]:
    return set(Agreement.objects.visible_to(User.objects.get(pk=user.pk)).values_list("reference", flat=True))


def everything() -> dict:
    """All that belongs to an organisation, and to which."""
    return {
        "agreements": set(Agreement.objects.values_list("pk", "organisation")),
        "services": set(Service.objects.values_list("pk", "organisation", "name")),
        "posts": set(factories.Post.objects.values_list("pk", "organisation")),
    }


def signed() -> list:
    return list(Document.objects.order_by("pk").values())


def test_a_merge_moves_posts_services_and_agreements_and_touches_nothing_signed(cast, twin):
    theirs, ours = factories.bring_to("in force", twin).agreement, factories.bring_to("in force", cast).agreement
    words, lines = signed(), AuditEvent.objects.filter(about=theirs.about).count()
    organisations.merge(twin.charity, into=cast.charity, by=cast.cjvsf)
    assert Agreement.objects.filter(organisation=cast.charity).count() == 2
    assert not Agreement.objects.filter(organisation=twin.charity).exists()
    assert not twin.charity.posts.exists()
    assert seen_by(twin.signatory) == seen_by(cast.signatory) == {theirs.reference, ours.reference}
    assert signed() == words
    assert AuditEvent.objects.filter(about=theirs.about).count() == lines
    assert audit.first_broken_link(theirs.about) is None


def test_an_undone_merge_leaves_everything_as_it_was(cast, twin):
    factories.bring_to("in force", twin)
    ours = factories.bring_to("in force", cast)
    Service.objects.filter(organisation=twin.charity).update(name=ours.agreement.service.name)
    before = everything()
    row = organisations.merge(twin.charity, into=cast.charity, by=cast.cjvsf)
    assert everything() != before
    organisations.undo_merge(row, by=cast.cjvsf)
    assert everything() == before
    assert not Organisation.objects.exclude(merged_into=None).exists()


def test_what_was_begun_since_with_a_service_that_goes_back_goes_with_it(cast, twin):
    service = factories.bring_to("outline", twin).agreement.service
    row = organisations.merge(twin.charity, into=cast.charity, by=cast.cjvsf)
    again = User.objects.get(pk=cast.contributor.pk)
    begun = factories.starting.start(
        organisation=cast.charity, establishment=factories.prison("GLE"), service_name=service.name, by=again
    )
    assert begun.agreement.service == service
    organisations.undo_merge(row, by=cast.cjvsf)
    assert Agreement.objects.get(pk=begun.agreement_id).organisation == twin.charity


def test_a_merge_is_undone_for_thirty_days_and_once(cast, twin):
    row = organisations.merge(twin.charity, into=cast.charity, by=cast.cjvsf)
    with clock.set_to(row.at + dt.timedelta(days=31)), pytest.raises(NotReady, match="30 days"):
        organisations.undo_merge(row, by=cast.cjvsf)
    organisations.undo_merge(row, by=cast.cjvsf)
    with pytest.raises(NotReady, match="undone already"):
        organisations.undo_merge(row, by=cast.cjvsf)


def test_services_of_the_same_name_stay_two(cast, twin):
    for charity in (cast.charity, twin.charity):
        Service.objects.create(organisation=charity, name="Mentoring")
    organisations.merge(twin.charity, into=cast.charity, by=cast.cjvsf)
    assert set(cast.charity.services.values_list("name", flat=True)) == {"Mentoring", f"Mentoring ({twin.charity})"}


def test_a_merge_that_would_put_somebody_on_both_sides_is_refused(cast, twin):
    factories.bring_to("in force", cast)
    factories.hold(cast.hoo_post, twin.contributor)
    with pytest.raises(NotReady, match="both sides"):
        organisations.merge(twin.charity, into=cast.charity, by=cast.cjvsf)
    assert not OrganisationMerge.objects.exists()
    assert twin.charity.posts.exists()


def test_nobody_gets_a_post_at_an_organisation_that_is_merged_or_has_left(cast, twin):
    post = factories.post(Role.CONTRIBUTOR, twin.charity)
    organisations.leave(twin.charity, by=cast.cjvsf)
    post.refresh_from_db()
    with pytest.raises(NotReady, match="has left"):
        holdings.appoint(post, factories.user(), by=cast.cjvsf)
    organisations.come_back(twin.charity, by=cast.cjvsf)
    post = factories.Post.objects.get(pk=post.pk)
    holdings.appoint(post, factories.user(), by=cast.cjvsf)


def test_an_organisation_does_not_leave_something_live(cast):
    factories.bring_to("in force", cast)
    with pytest.raises(NotReady, match="nobody would decide"):
        organisations.leave(cast.charity, by=cast.cjvsf)
    assert Holding.objects.on(clock.today()).filter(post__organisation=cast.charity).count() == 2


def test_leaving_ends_every_post_and_takes_back_every_invitation(cast):
    version = factories.bring_to("ended", cast)
    invitations.invite(Holding.objects.get(user=cast.contributor).post, "new@example.org", by=cast.cjvsf)
    assert version.agreement.reference in seen_by(cast.signatory)
    organisations.leave(cast.charity, by=cast.cjvsf)
    assert seen_by(cast.signatory) == set()
    assert not Invitation.objects.open().exists()


def test_a_renamed_organisation_keeps_what_was_signed_under_its_old_name(cast):
    factories.bring_to("in force", cast)
    words, old = signed(), cast.charity.name
    organisations.rename(cast.charity, by=cast.cjvsf, name="New Name", charity_number="SC012345")
    assert signed() == words
    assert old in words[0]["html"]
    assert str(Organisation.objects.get(pk=cast.charity.pk)) == "New Name"


@pytest.mark.parametrize("given", [{"name": "taken"}, {"charity_number": "SC099999"}])
def test_a_name_or_number_is_not_taken_twice(cast, given):
    Organisation.objects.create(name="Taken", charity_number="SC099999")
    with pytest.raises(NotReady, match="Another organisation"):
        organisations.rename(cast.charity, by=cast.cjvsf, **{"name": "Free", "charity_number": ""} | given)


@pytest.mark.parametrize("who", ["signatory", "hoo", "stranger"])
def test_only_cjvsf_changes_organisations(cast, twin, who):
    who = getattr(cast, who)
    with pytest.raises(PermissionDenied):
        organisations.merge(twin.charity, into=cast.charity, by=who)
    with pytest.raises(PermissionDenied):
        organisations.leave(cast.charity, by=who)
    with pytest.raises(PermissionDenied):
        organisations.rename(cast.charity, by=who, name="Mine", charity_number="")


def test_the_pages_do_what_they_say_for_cjvsf_and_do_not_exist_for_others(cast, twin):
    client = Client()
    client.force_login(cast.cjvsf, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = reverse("organisation_change", args=[twin.charity.slug])
    for page in (address, reverse("organisation_merge", args=[twin.charity.slug])):
        main = client.get(page).content.decode().partition("<main")[2].partition(">")[2].partition("</main>")[0]
        assert faults(main) == []
    client.post(reverse("organisation_merge", args=[twin.charity.slug]), {"into": cast.charity.pk})
    assert "has been merged into" in client.get(address).content.decode()
    client.post(reverse("merge_undo", args=[OrganisationMerge.objects.get().pk]))
    assert "has been merged into" not in client.get(address).content.decode()
    client.post(reverse("organisation_leave", args=[twin.charity.slug]))
    assert Organisation.objects.get(pk=twin.charity.pk).left_on
    client.force_login(cast.hoo, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(address).status_code == 404
    assert client.post(reverse("organisation_come_back", args=[twin.charity.slug])).status_code == 404


def test_undoing_is_offered_for_thirty_days_only(cast, twin):
    client = Client()
    client.force_login(cast.cjvsf)
    row = organisations.merge(twin.charity, into=cast.charity, by=cast.cjvsf)
    page, button = reverse("organisation_change", args=[cast.charity.slug]), reverse("merge_undo", args=[row.pk])
    assert button in client.get(page).content.decode()
    OrganisationMerge.objects.update(at=clock.now() - dt.timedelta(days=31))
    assert button not in client.get(page).content.decode()


def test_a_tick_asks_everybody_of_the_organisation_for_a_second_factor(cast):
    client = Client()
    client.force_login(cast.cjvsf)
    page = reverse("organisation_change", args=[cast.charity.slug])
    for ticked in (True, False):
        data = {"name": cast.charity.name} | ({"requires_second_factor": "on"} if ticked else {})
        client.post(page, data)
        cast.charity.refresh_from_db()
        assert cast.charity.requires_second_factor is ticked


def test_an_organisation_that_was_merged_is_in_no_list_to_choose_from(cast, twin):
    client = Client()
    client.force_login(cast.cjvsf)
    organisations.merge(twin.charity, into=cast.charity, by=cast.cjvsf)
    found = client.get(reverse("people"), {"name": "Charity"}).context["organisations"]
    assert (twin.charity in found, cast.charity in found) == (False, True)


def test_a_merge_is_not_undone_when_that_would_leave_an_agreement_to_nobody(cast, twin):
    agreement = factories.bring_to("in force", twin).agreement
    row = organisations.merge(twin.charity, into=cast.charity, by=cast.cjvsf)
    for who in (twin.signatory, twin.contributor):
        holdings.end_holding(who.holdings.get(), by=cast.cjvsf)
    with pytest.raises(NotReady, match="nobody would decide"):
        organisations.undo_merge(row, by=cast.cjvsf)
    agreement.refresh_from_db()
    assert agreement.organisation == cast.charity
