"""An organisation asks to join; CJVSF accepts or declines. Nobody learns who is known already."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.urls import reverse

from directory.models import Invitation, JoiningRequest, Organisation, RegisteredCharity, Role
from directory.operations import joining
from portal.foundation import clock
from portal.foundation.exceptions import NotReady
from portal.foundation.models import Notification
from tests import factories

pytestmark = pytest.mark.django_db
TOLD = {
    "name": "Bright Doors",
    "charity_number": "sc 012345",
    "contact_name": "Bea Doors",
    "contact_post": "Manager",
    "contact_email": "bea@example.org",
    "why": "We teach joinery.",
}


@pytest.fixture
def cjvsf():
    return factories.hold(factories.post(Role.CJVSF, None))


def ask(client, **other):
    return client.post(reverse("join"), TOLD | other)


def test_a_request_is_written_down_and_cjvsf_is_told(client):
    assert ask(client).url == reverse("join_done")
    asked = JoiningRequest.objects.get()
    assert (asked.name, asked.charity_number, asked.decided_at) == ("Bright Doors", "SC012345", None)
    assert Notification.objects.get().addressee == "cjvsf"


@pytest.mark.parametrize("number", ["SC12345", "012345", "SC0123456", "SCX12345", "NIC100280"])
def test_a_number_that_no_scottish_charity_has_is_refused(client, number):
    page = ask(client, charity_number=number)
    assert "SC and six digits, like SC012345" in page.content.decode()
    assert not JoiningRequest.objects.exists()


def test_a_group_without_a_number_may_ask(client):
    assert ask(client, charity_number="").status_code == 302


def test_the_answer_is_the_same_for_a_known_and_an_unknown_organisation(client):
    unknown = ask(client)
    Organisation.objects.create(name="Bright Doors", charity_number="SC012345")
    known = ask(client)
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert client.get(known.url).content == client.get(unknown.url).content


def test_cjvsf_sees_that_an_organisation_may_be_there_already(client, cjvsf):
    Organisation.objects.create(name="Doors, bright", charity_number="SC012345")
    ask(client)
    ask(client, name="bright doors", charity_number="")
    first, second = JoiningRequest.objects.order_by("pk")
    client.force_login(cjvsf, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(reverse("joining_detail", args=[first.pk])).content.decode()
    assert "Doors, bright" in page
    assert "1 other request" in page
    assert "in the directory already" not in client.get(reverse("joining_detail", args=[second.pk])).content.decode()


def test_one_network_asks_five_times_an_hour(client):
    for number in range(joining.MOST_AN_HOUR):
        assert ask(client, name=f"Organisation {number}").status_code == 302
    assert ask(client, REMOTE_ADDR="127.0.0.1").status_code == 429
    assert client.post(reverse("join"), TOLD, REMOTE_ADDR="198.51.100.7").status_code == 302
    with clock.set_to(clock.now() + dt.timedelta(minutes=61)):
        assert ask(client).status_code == 302


def test_neighbours_count_as_one_network(client):
    for number in range(joining.MOST_AN_HOUR):
        client.post(reverse("join"), TOLD, REMOTE_ADDR=f"203.0.113.{number}")
    assert client.post(reverse("join"), TOLD, REMOTE_ADDR="203.0.113.200").status_code == 429


def test_an_accepted_organisation_has_an_administrator_s_post_to_which_its_contact_is_invited(client, cjvsf):
    ask(client)
    organisation = joining.accept_request(JoiningRequest.objects.get(), by=cjvsf)
    invitation = Invitation.objects.get()
    assert (organisation.name, organisation.charity_number) == ("Bright Doors", "SC012345")
    assert (invitation.email, invitation.post.role, invitation.post.organisation) == (
        "bea@example.org",
        Role.ADMINISTRATOR,
        organisation,
    )


def test_an_organisation_is_not_taken_in_twice(client, cjvsf):
    Organisation.objects.create(name="Known", charity_number="SC012345")
    ask(client)
    with pytest.raises(NotReady, match="Known is in the directory already"):
        joining.accept_request(JoiningRequest.objects.get(), by=cjvsf)
    assert not Invitation.objects.exists()


def test_a_declined_organisation_is_told_why(client, cjvsf):
    ask(client)
    with pytest.raises(NotReady, match="Say why"):
        joining.decline_request(JoiningRequest.objects.get(), by=cjvsf, reason=" ")
    joining.decline_request(JoiningRequest.objects.get(), by=cjvsf, reason="You work in England only.")
    mail = Notification.objects.get(template="joining_declined")
    assert (mail.addressee, mail.context["reason"]) == ("mailto:bea@example.org", "You work in England only.")
    assert not Organisation.objects.filter(name="Bright Doors").exists()


def test_a_request_is_decided_once(client, cjvsf):
    ask(client)
    asked = JoiningRequest.objects.get()
    joining.accept_request(asked, by=cjvsf)
    with pytest.raises(NotReady, match="has decided on this already"):
        joining.decline_request(asked, by=cjvsf, reason="Too late")


def test_only_cjvsf_decides_and_for_others_the_pages_do_not_exist(client):
    ask(client)
    asked = JoiningRequest.objects.get()
    hoo = factories.hold(factories.post(Role.HOO, factories.prison()))
    with pytest.raises(PermissionDenied):
        joining.accept_request(asked, by=hoo)
    client.force_login(hoo, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("joining_list")).status_code == 404
    assert client.post(reverse("joining_detail", args=[asked.pk]), {"decision": "accept"}).status_code == 404


REGISTER = 'Charity Number,Charity Name,Charity Status,Postcode\nSC012345,"Bright Doors, SCIO",Active,EH1 1AA\n'


def load(tmp_path, text: str) -> None:
    file = tmp_path / "register.csv"
    file.write_text(text, encoding="utf-8-sig")
    call_command("load_charity_register", str(file))


def shown(client, cjvsf, request: JoiningRequest) -> str:
    client.force_login(cjvsf)
    return client.get(reverse("joining_detail", args=[request.pk])).content.decode()


def test_whoever_decides_sees_whether_the_number_is_on_the_loaded_register(client, cjvsf, tmp_path):
    ask(client)
    ask(client, name="Another", charity_number="SC000001")
    first, second = JoiningRequest.objects.order_by("pk")
    assert "Look it up in the Scottish Charity Register" in shown(client, cjvsf, first)
    load(tmp_path, REGISTER)
    today = clock.say_day(clock.today())
    assert f"On the Scottish Charity Register of {today}: Bright Doors, SCIO, Active." in shown(client, cjvsf, first)
    assert f"Not on the Scottish Charity Register of {today}." in shown(client, cjvsf, second)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Number,Name\nSC000001,A\n", "has no column Charity Name, Charity Number, Charity Status"),
        (REGISTER + "12345,Wrong,Active,\n", "Line 3: '12345' isn't SC and six digits"),
        ("", "has no column"),
    ],
)
def test_a_file_that_is_no_register_changes_nothing(tmp_path, text, sentence):
    load(tmp_path, REGISTER)
    with pytest.raises(CommandError, match=sentence):
        load(tmp_path, text)
    assert [str(charity) for charity in RegisteredCharity.objects.all()] == ["SC012345 Bright Doors, SCIO"]
