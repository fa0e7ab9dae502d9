"""Invitations: single use, bound to the address, expiring, taken back by a newer one. And what a thief can't do."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from directory.delivery import send_mail
from directory.models import Handover, Holding, Invitation, Role
from directory.operations import accounts, holdings, invitations
from directory.standing import standing
from portal.foundation import clock
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.models import Notification, User
from tests import factories

pytestmark = pytest.mark.django_db
ADDRESS = "new.person@example.org"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
GIVEN = {"name": "Nora Person", "password": "three unlikely words"}


@pytest.fixture
def cast():
    return factories.Cast()


@pytest.fixture
def post(cast):
    return factories.post(Role.COORDINATOR, cast.prison)


@pytest.fixture
def invitation(cast, post):
    return invitations.invite(post, ADDRESS, by=cast.hoo)


def address(invitation: Invitation) -> str:
    return reverse("invitation_accept", args=[invitations.token_of(invitation)])


def holders(post) -> list[str]:
    return list(Holding.objects.on(clock.today()).filter(post=post).values_list("user__email", flat=True))


def signed_in(client, user: User):
    client.force_login(user, backend=BACKEND)
    return client


def test_a_newcomer_accepts_with_a_name_and_a_password_and_then_signs_in(client, invitation, post):
    page = client.post(address(invitation), GIVEN)
    assert page.status_code == 302
    assert page.url == reverse("account_login")
    assert "_auth_user_id" not in client.session
    assert holders(post) == [ADDRESS]
    page = client.post(reverse("account_login"), {"login": ADDRESS, "password": GIVEN["password"]})
    assert page.status_code == 302
    assert "_auth_user_id" in client.session


def test_opening_the_link_changes_nothing_and_signs_nobody_in(client, invitation, post):
    page = client.get(address(invitation))
    assert page.status_code == 200
    assert post.title in page.content.decode()
    assert "_auth_user_id" not in client.session
    assert holders(post) == []
    assert not User.objects.filter(email=ADDRESS).exists()


def test_an_invitation_is_used_once(client, invitation, post):
    client.post(address(invitation), GIVEN)
    again = client.post(address(invitation), {"name": "Thief", "password": "another long password"})
    assert again.status_code == 410
    assert holders(post) == [ADDRESS]
    assert not User.objects.filter(name="Thief").exists()


def test_the_link_of_the_mail_verifies_the_address_to_which_it_was_sent(client, invitation):
    with clock.set_to(moment := clock.now()):
        client.post(address(invitation), GIVEN)
    assert User.objects.get(email=ADDRESS).email_verified_at == moment


def test_an_invitation_runs_for_fourteen_days(client, invitation, post):
    for days, status in ((13, 200), (15, 410)):
        with clock.set_to(clock.now() + dt.timedelta(days=days)):
            assert client.get(address(invitation)).status_code == status
    with clock.set_to(clock.now() + dt.timedelta(days=15)):
        assert client.post(address(invitation), GIVEN).status_code == 410
    assert holders(post) == []


def test_a_newer_invitation_takes_the_older_one_back(client, cast, invitation, post):
    newer = invitations.invite(post, ADDRESS.upper(), by=cast.hoo)
    assert client.get(address(invitation)).status_code == 410
    assert client.get(address(newer)).status_code == 200
    mails = Notification.objects.filter(addressee=f"mailto:{ADDRESS}", template="invitation")
    assert mails.filter(closed_at=None).count() == 1


def test_an_invitation_to_another_address_or_post_stays(client, cast, invitation, post):
    invitations.invite(post, "other@example.org", by=cast.hoo)
    invitations.invite(factories.post(Role.READER, cast.prison), ADDRESS, by=cast.hoo)
    assert client.get(address(invitation)).status_code == 200


def test_an_invitation_that_was_taken_back_opens_nothing(client, cast, invitation, post):
    invitations.take_back(invitation, by=cast.hoo)
    assert client.post(address(invitation), GIVEN).status_code == 410
    assert holders(post) == []


def test_a_token_that_was_tampered_with_opens_nothing(client, invitation):
    token = invitations.token_of(invitation)
    for other in (token[:-1] + ("a" if token[-1] != "a" else "b"), "x", token.partition(":")[2], token[1:]):
        assert client.get(reverse("invitation_accept", args=[other])).status_code == 410


def test_a_token_of_one_invitation_is_none_of_another(invitation):
    """The address is signed too: a row that is changed in the database can't be reached by an old link."""
    token = invitations.token_of(invitation)
    assert invitations.find(token) == invitation
    Invitation.objects.filter(pk=invitation.pk).update(email="thief@example.org")
    assert invitations.find(token) is None


def test_whoever_is_signed_in_with_another_address_cannot_accept(client, cast, invitation, post):
    thief = signed_in(client, cast.stranger)
    assert thief.get(address(invitation)).status_code == 403
    assert thief.post(address(invitation)).status_code == 403
    with pytest.raises(PermissionDenied):
        invitations.accept(invitations.token_of(invitation), by=cast.stranger)
    assert holders(post) == []


def test_a_known_address_accepts_only_after_signing_in(client, cast, post):
    known = factories.user()
    invitation = invitations.invite(post, known.email, by=cast.hoo)
    page = client.post(address(invitation), GIVEN)
    assert page.status_code == 200
    assert f'href="{reverse("account_login")}?next=' in page.content.decode()
    assert holders(post) == []
    assert User.objects.get(pk=known.pk).check_password(factories.PASSWORD)
    page = signed_in(client, known).post(address(invitation))
    assert page.url == reverse("home")
    assert holders(post) == [known.email]


def test_a_closed_account_is_not_opened_by_an_invitation(client, cast, post):
    gone = factories.user()
    accounts.close_account(gone, by=cast.cjvsf)
    invitation = invitations.invite(post, gone.email, by=cast.hoo)
    assert "is closed" in client.post(address(invitation), GIVEN).content.decode()
    assert not User.objects.get(pk=gone.pk).is_active
    assert holders(post) == []


@pytest.mark.parametrize("who", ["contributor", "signatory", "stranger"])
def test_only_those_who_look_after_a_party_invite_to_it(cast, post, who):
    with pytest.raises(PermissionDenied):
        invitations.invite(post, ADDRESS, by=getattr(cast, who))


def test_an_invitation_of_somebody_who_has_lost_the_right_since_opens_nothing(client, cast, invitation, post):
    successor = factories.user()
    holdings.hand_over(Holding.objects.get(user=cast.hoo), to=successor, by=cast.cjvsf, on=clock.today())
    assert client.post(address(invitation), GIVEN).status_code == 410
    newer = invitations.invite(post, ADDRESS, by=successor)
    assert client.post(address(newer), GIVEN).status_code == 302


def test_nobody_invites_their_own_address(cast, post):
    with pytest.raises(NotReady, match="yourself"):
        invitations.invite(post, cast.hoo.email, by=cast.hoo)


def test_an_address_at_the_prison_service_opens_nothing_without_an_invitation(client):
    insider = User.objects.create_user("officer@prisons.gov.scot", "Officer", "a long enough password")
    assert standing(insider).posts == ()
    assert signed_in(client, insider).get("/agreements/").status_code == 200
    assert client.get("/people/at/prison/perth/").status_code == 404


def test_a_person_sends_fifty_invitations_a_day_and_no_more(cast, post, monkeypatch):
    monkeypatch.setattr(invitations, "MOST_A_DAY", 2)
    for number in range(2):
        invitations.invite(post, f"person{number}@example.com", by=cast.hoo)
    with pytest.raises(NotReady, match="tomorrow"):
        invitations.invite(post, "third@example.com", by=cast.hoo)
    invitations.invite(post, "third@example.com", by=cast.cjvsf)


def test_accepting_never_puts_somebody_on_both_sides(client, cast, post):
    factories.bring_to("with prison", cast)
    invitation = invitations.invite(post, cast.contributor.email, by=cast.hoo)
    page = signed_in(client, cast.contributor).post(address(invitation))
    assert page.status_code == 409
    assert "both sides of one agreement" in page.content.decode()
    assert holders(post) == []
    assert Invitation.objects.get(pk=invitation.pk).accepted_at is None


def test_a_handover_to_somebody_new_happens_when_they_accept(client, cast):
    factories.bring_to("in force", cast)
    holding = Holding.objects.get(user=cast.hoo)
    invitation = invitations.invite(cast.hoo_post, ADDRESS, by=cast.hoo, takes_over=holding, note="Welcome")
    assert holders(cast.hoo_post) == [cast.hoo.email]
    assert client.post(address(invitation), GIVEN).status_code == 302
    assert holders(cast.hoo_post) == [ADDRESS]
    assert Handover.objects.get().note == "Welcome"


def test_two_who_use_one_link_at_once_open_one_account(invitation):
    token = invitations.token_of(invitation)
    invitations.accept_with_new_account(token, name="First", password=GIVEN["password"])
    with pytest.raises(Overtaken):
        invitations.accept_with_new_account(token, name="Second", password=GIVEN["password"])


@pytest.mark.parametrize(
    ("password", "says"),
    [("short", "too short"), ("password1234", "too common"), ("new.person@example", "too similar"), ("", "Enter")],
)
def test_a_weak_password_is_refused(client, invitation, post, password, says):
    page = client.post(address(invitation), {"name": "Nora", "password": password})
    assert says in page.content.decode()
    assert holders(post) == []


def test_the_link_stands_in_the_mail_and_nowhere_in_the_database(invitation, mailoutbox, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send_mail()
    mail = next(mail for mail in mailoutbox if mail.to == [ADDRESS])
    assert settings.SITE_URL + address(invitation) in mail.body
    assert settings.SITE_URL + address(invitation) in mail.alternatives[0][0]
    assert invitations.token_of(invitation) not in str(list(Notification.objects.values()))
    assert invitations.token_of(invitation) not in str(list(Invitation.objects.values()))


def test_taking_one_back_leaves_the_mail_of_another_whose_number_begins_alike(cast, post, invitation):
    like = Invitation.objects.create(pk=invitation.pk * 10, post=post, email="other@example.org", invited_by=cast.hoo)
    invitations._send(like)
    invitations.take_back(invitation, by=cast.hoo)
    assert list(Notification.objects.filter(closed_at=None).values_list("addressee", flat=True)) == [
        "mailto:other@example.org"
    ]
