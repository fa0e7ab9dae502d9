"""The operator's shelf: public pages, and complaints about data protection that are acknowledged within 30 days."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from directory.delivery import send_mail
from directory.models import Role
from portal.foundation import clock
from portal.foundation.exceptions import NotReady
from portal.foundation.models import Notification
from portal.home.models import Complaint
from portal.home.shelf import operations
from tests import factories
from tests.markup import faults

pytestmark = pytest.mark.django_db
TOLD = {"name": "Cara Ross", "email": "cara@example.org", "what": "My address was shown to others."}
SHELF = ("impact-assessment", "record-of-processing", "retention-schedule", "service-standard")


@pytest.fixture
def cjvsf():
    return factories.hold(factories.post(Role.CJVSF, None))


@pytest.fixture
def complaint(client):
    client.post(reverse("complaints"), TOLD)
    return Complaint.objects.get()


def signed_in(client, user):
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.parametrize("name", ["privacy", "accessibility", "complaints"])
def test_a_page_of_the_shelf_is_open_to_everybody_and_in_order(client, name):
    page = client.get(reverse(name))
    main = page.content.decode().partition("<main")[2].partition(">")[2].partition("</main>")[0]
    assert (page.status_code, faults(main)) == (200, [])


def test_every_page_leads_to_the_statement_and_the_notice(client):
    page = client.get("/").content.decode()
    assert f'href="{reverse("accessibility")}"' in page
    assert f'href="{reverse("privacy")}"' in page


@pytest.mark.parametrize("name", SHELF)
def test_the_operator_has_a_template_to_complete(name):
    assert "[" in (Path("docs/operator") / f"{name}.md").read_text()


def test_a_complaint_is_recorded_and_cjvsf_is_told_by_when_to_acknowledge_it(client):
    with clock.set_to(dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)):
        page = client.post(reverse("complaints"), TOLD)
    complaint = Complaint.objects.get()
    mail = Notification.objects.get()
    assert "by 21 December 2026 at the latest" in page.content.decode()
    assert (mail.addressee, mail.context) == (
        "cjvsf",
        {"reference": complaint.reference, "acknowledge_by": "21 December 2026"},
    )


def test_a_complaint_is_overdue_after_thirty_days_without_an_acknowledgement(complaint, cjvsf):
    with clock.set_to(complaint.made_at + dt.timedelta(days=29)):
        assert not complaint.is_overdue
    with clock.set_to(complaint.made_at + dt.timedelta(days=31)):
        assert complaint.is_overdue
        operations.acknowledge(complaint, by=cjvsf)
        complaint.refresh_from_db()
        assert not complaint.is_overdue


def test_the_overdue_one_is_marked_in_the_list(client, complaint, cjvsf):
    client = signed_in(client, cjvsf)
    assert "Overdue" not in client.get(reverse("complaint_list")).content.decode()
    Complaint.objects.update(made_at=clock.now() - dt.timedelta(days=31))
    assert "Overdue" in client.get(reverse("complaint_list")).content.decode()


def test_a_complaint_is_acknowledged_then_answered_and_its_maker_hears_of_both(client, complaint, cjvsf, mailoutbox):
    client = signed_in(client, cjvsf)
    detail = reverse("complaint_detail", args=[complaint.reference])
    assert client.post(detail, {"outcome": "Too early"}).status_code == 409
    client.post(reverse("complaint_acknowledge", args=[complaint.reference]))
    client.post(detail, {"outcome": "We have removed it."})
    complaint.refresh_from_db()
    assert (complaint.acknowledged_by, complaint.answered_by, complaint.outcome) == (
        cjvsf,
        cjvsf,
        "We have removed it.",
    )
    send_mail()
    assert [mail.subject for mail in mailoutbox if mail.to == ["cara@example.org"]] == [
        f"We have your complaint {complaint.reference}",
        f"Our answer to your complaint {complaint.reference}",
    ]


def test_each_is_done_once(complaint, cjvsf):
    operations.acknowledge(complaint, by=cjvsf)
    with pytest.raises(NotReady, match="acknowledged already"):
        operations.acknowledge(complaint, by=cjvsf)
    operations.answer(complaint, by=cjvsf, outcome="Done")
    with pytest.raises(NotReady, match="answered already"):
        operations.answer(complaint, by=cjvsf, outcome="Again")


def test_complaints_are_cjvsf_s_alone(client, complaint):
    hoo = factories.hold(factories.post(Role.HOO, factories.prison()))
    client = signed_in(client, hoo)
    assert client.get(reverse("complaint_list")).status_code == 404
    assert client.get(reverse("complaint_detail", args=[complaint.reference])).status_code == 404
    assert client.post(reverse("complaint_acknowledge", args=[complaint.reference])).status_code == 404
    with pytest.raises(PermissionDenied):
        operations.acknowledge(complaint, by=hoo)


def test_one_network_complains_five_times_an_hour(client):
    for _ in range(operations.MOST_AN_HOUR):
        assert client.post(reverse("complaints"), TOLD).status_code == 200
    assert client.post(reverse("complaints"), TOLD).status_code == 429
    assert client.post(reverse("complaints"), TOLD, REMOTE_ADDR="198.51.100.9").status_code == 200
