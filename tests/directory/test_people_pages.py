"""The pages about people: who sees them, what their forms do, and that they cost the same for three posts as for one."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from directory.models import Holding, Invitation, Post, Role
from directory.operations import invitations
from portal.foundation import clock
from portal.foundation.models import User
from tests import factories
from tests.markup import faults

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def a_fixed_day():
    with clock.set_to(NOON):
        yield


@pytest.fixture
def cast():
    return factories.Cast()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def people_of(party) -> str:
    kind = "prison" if hasattr(party, "code") else "organisation"
    return reverse("party_people", args=[kind, party.slug])


def words_of(page) -> str:
    return page.content.decode()


def main_of(page) -> str:
    return words_of(page).partition("<main")[2].partition(">")[2].partition("</main>")[0]


def holding_of(user: User) -> Holding:
    return Holding.objects.get(user=user)


@pytest.mark.parametrize(
    ("who", "charity", "prison", "cjvsf"),
    [
        ("cjvsf", 200, 200, 200),
        ("hoo", 404, 200, 404),
        ("signatory", 404, 404, 404),
        ("contributor", 404, 404, 404),
        ("stranger", 404, 404, 404),
    ],
)
def test_the_people_of_a_party_are_shown_to_those_who_look_after_them(cast, who, charity, prison, cjvsf):
    client = signed_in(getattr(cast, who))
    assert client.get(people_of(cast.charity)).status_code == charity
    assert client.get(people_of(cast.prison)).status_code == prison
    assert client.get(reverse("party_people", args=["cjvsf", "cjvsf"])).status_code == cjvsf


def test_an_administrator_sees_the_own_organisation_and_no_other(cast):
    client = signed_in(factories.hold(factories.post(Role.ADMINISTRATOR, cast.charity)))
    assert client.get(people_of(cast.charity)).status_code == 200
    assert client.get(people_of(factories.organisation())).status_code == 404
    assert client.get(people_of(cast.prison)).status_code == 404


@pytest.mark.parametrize("name", ["post_change", "post_give"])
def test_another_party_s_post_is_a_404_and_reads_like_a_missing_one(cast, name):
    client = signed_in(cast.hoo)
    theirs = client.get(reverse(name, args=[holding_of(cast.stranger).post_id]))
    missing = client.get(reverse(name, args=[987654]))
    assert (theirs.status_code, missing.status_code) == (404, 404)
    assert main_of(theirs) == main_of(missing)
    assert client.get(reverse(name, args=[cast.hoo_post.pk])).status_code == 200


@pytest.mark.parametrize("name", ["holding_end", "holding_hand_over", "handover_pack"])
def test_another_party_s_holding_is_a_404(cast, name):
    client = signed_in(cast.hoo)
    assert client.get(reverse(name, args=[holding_of(cast.stranger).pk])).status_code == 404
    assert client.post(reverse(name, args=[holding_of(cast.stranger).pk]), {"when": "now"}).status_code in (404, 405)
    assert client.get(reverse(name, args=[holding_of(cast.hoo).pk])).status_code == 200


def test_another_party_s_invitation_is_not_taken_back(cast):
    invitation = invitations.invite(holding_of(cast.stranger).post, "x@example.org", by=cast.cjvsf)
    address = reverse("invitation_take_back", args=[invitation.pk])
    assert signed_in(cast.hoo).post(address).status_code == 404
    assert Invitation.objects.open().exists()
    signed_in(cast.cjvsf).post(address)
    assert not Invitation.objects.open().exists()


def test_a_form_invites_somebody_new(cast):
    page = signed_in(cast.hoo).post(
        reverse("post_give", args=[cast.hoo_post.pk]),
        {"who": "new", "email": "new@example.org", "as_deputy": "deputy", "until_on-day": "30",
         "until_on-month": "11", "until_on-year": "2026"},
    )  # fmt: skip
    assert page.status_code == 302
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.as_deputy, invitation.until_on) == (
        "new@example.org",
        True,
        dt.date(2026, 11, 30),
    )


def test_a_form_gives_a_post_to_somebody_of_the_party_at_once(cast):
    reader = factories.hold(factories.post(Role.READER, cast.prison))
    coordinator = factories.post(Role.COORDINATOR, cast.prison)
    signed_in(cast.hoo).post(reverse("post_give", args=[coordinator.pk]), {"who": reader.pk, "as_deputy": "holder"})
    assert Holding.objects.on(clock.today()).get(post=coordinator).user == reader


def test_a_form_gives_nothing_to_people_of_other_parties(cast):
    page = signed_in(cast.hoo).post(
        reverse("post_give", args=[cast.hoo_post.pk]), {"who": cast.stranger.pk, "as_deputy": "holder"}
    )
    assert page.status_code == 200
    assert cast.stranger.name not in words_of(page)
    assert not Holding.objects.filter(post=cast.hoo_post, user=cast.stranger).exists()


def test_a_refusal_is_told_on_the_form_with_what_was_typed(cast):
    factories.bring_to("in force", cast)
    page = signed_in(cast.cjvsf).post(reverse("holding_end", args=[holding_of(cast.hoo).pk]), {"when": "now"})
    assert page.status_code == 409
    assert "nobody would decide for HMP Perth" in words_of(page)
    assert "checked" in words_of(page)


def test_a_post_is_handed_over_by_a_form(cast):
    factories.bring_to("in force", cast)
    reader = factories.hold(factories.post(Role.READER, cast.prison))
    signed_in(cast.hoo).post(
        reverse("holding_hand_over", args=[holding_of(cast.hoo).pk]),
        {"who": reader.pk, "on-day": "21", "on-month": "11", "on-year": "2026", "note": "Welcome."},
    )
    assert Holding.objects.on(clock.today()).get(post=cast.hoo_post).user == reader
    taken = Holding.objects.get(post=cast.hoo_post, user=reader)
    page = words_of(signed_in(reader).get(reverse("handover_pack", args=[taken.pk])))
    assert "Welcome." in page
    assert f"This is how things stand on {clock.say_day(clock.today())}." in page
    assert signed_in(cast.hoo).get(reverse("handover_pack", args=[holding_of(cast.hoo).pk])).status_code == 404


def test_a_hoo_s_form_has_no_policy_and_ignores_one_that_is_posted(cast):
    client = signed_in(cast.hoo)
    address = reverse("post_add", args=["prison", cast.prison.slug])
    assert "order of approvals" not in words_of(client.get(address))
    client.post(address, {"role": "approver", "title": "Governor", "approval_order": "1"})
    assert Post.objects.get(title="Governor").approval_order is None
    client = signed_in(cast.cjvsf)
    client.post(address, {"role": "approver", "title": "Deputy Governor", "approval_order": "2"})
    assert Post.objects.get(title="Deputy Governor").approval_order == 2


def test_the_history_keeps_the_name(cast):
    administrator = factories.hold(factories.post(Role.ADMINISTRATOR, cast.charity))
    client = signed_in(administrator)
    client.post(reverse("holding_end", args=[holding_of(cast.contributor).pk]), {"when": "now"})
    page = words_of(client.get(people_of(cast.charity)))
    assert f"{cast.contributor}: 1 January 2020 to 20 November 2026" in page


def test_cjvsf_closes_an_account_on_a_page_that_others_do_not_have(cast):
    address = reverse("account_close", args=[cast.contributor.pk])
    assert signed_in(cast.hoo).post(address).status_code == 404
    assert signed_in(cast.cjvsf).post(address).status_code == 302
    assert not User.objects.get(pk=cast.contributor.pk).is_active


def test_people_is_in_the_menu_of_those_who_look_after_some(cast):
    link = f'href="{reverse("people")}"'
    assert link in words_of(signed_in(cast.hoo).get("/home/"))
    assert link not in words_of(signed_in(cast.contributor).get("/home/"))


def test_the_page_of_a_party_costs_the_same_for_one_person_as_for_ten(cast, django_assert_num_queries):
    client = signed_in(cast.hoo)
    client.get(people_of(cast.prison))
    with CaptureQueriesContext(connection) as few:
        client.get(people_of(cast.prison))
    for number in range(3):
        post = factories.post(Role.READER, cast.prison, title=f"Officer {number}")
        for _ in range(3):
            factories.hold(post)
        factories.hold(post, until_on=dt.date(2021, 1, 1))
        invitations.invite(post, f"{number}@example.org", by=cast.hoo)
    with django_assert_num_queries(len(few)):
        client.get(people_of(cast.prison))


def test_the_pack_costs_the_same_for_one_agreement_as_for_three(cast, django_assert_num_queries):
    address = reverse("handover_pack", args=[holding_of(cast.hoo).pk])
    factories.bring_to("with prison", cast)
    client = signed_in(cast.hoo)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for _ in range(2):
        factories.bring_to("with prison", cast)
    with django_assert_num_queries(len(few)):
        client.get(address)


def test_the_pack_shows_nothing_that_its_reader_may_not_see(cast):
    unsent = factories.bring_to("outline", cast)
    sent = factories.bring_to("with prison", cast)
    other = factories.Cast("EDI")
    elsewhere = factories.bring_to("with prison", other)
    page = words_of(signed_in(cast.hoo).get(reverse("handover_pack", args=[holding_of(cast.hoo).pk])))
    assert sent.agreement.reference in page
    assert cast.signatory.name in page
    assert unsent.agreement.reference not in page
    assert elsewhere.agreement.reference not in page
    assert other.signatory.name not in page


def test_no_page_trips_a_reader(cast):
    factories.bring_to("in force", cast)
    invitation = invitations.invite(cast.hoo_post, "new@example.org", by=cast.cjvsf)
    holding = holding_of(cast.hoo)
    addresses = [
        reverse("people"),
        reverse("role_list"),
        people_of(cast.prison),
        reverse("post_add", args=["prison", cast.prison.slug]),
        reverse("post_change", args=[cast.hoo_post.pk]),
        reverse("post_give", args=[cast.hoo_post.pk]),
        reverse("holding_end", args=[holding.pk]),
        reverse("holding_hand_over", args=[holding.pk]),
        reverse("handover_pack", args=[holding.pk]),
        reverse("person_detail", args=[cast.hoo.pk]),
        reverse("joining_list"),
    ]
    for address in addresses:
        page = signed_in(cast.cjvsf).get(address)
        assert (address, page.status_code, faults(main_of(page))) == (address, 200, [])
    for address in (
        reverse("join"),
        reverse("join_done"),
        reverse("invitation_accept", args=[invitations.token_of(invitation)]),
    ):
        assert (address, faults(main_of(Client().get(address)))) == (address, [])
