"""Anybody says what is wrong. Small things live at once where somebody near says them; the rest waits for the owner."""

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from directory.correcting import CORRECTABLE, fingerprint
from directory.models import Correction, Listing, Role
from directory.operations import corrections
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.models import AuditEvent, Notification
from tests import factories
from tests.directory.shelf import listed

pytestmark = pytest.mark.django_db
SMALL = {"field": "minutes", "proposed": "45", "note": ""}
LARGE = {"field": "summary", "proposed": "It moved to the library.", "note": "I was there."}


@pytest.fixture
def cast():
    return factories.Cast()


@pytest.fixture
def listing(cast):
    return listed("Choir", organisation=cast.charity, at=cast.prison, minutes=60)


def suggest(client, listing, **said):
    return client.post(reverse("correction_suggest", args=[listing.reference]), said)


@pytest.mark.parametrize("said", [SMALL, LARGE])
def test_what_a_stranger_says_waits_for_the_owner_who_is_told(client, listing, said):
    page = client.get(suggest(client, listing, **said)["Location"]).content.decode()
    assert "Its owner decides, and the directory follows." in page
    correction = Correction.objects.get()
    assert (correction.decision, correction.said_by, Listing.objects.get().minutes) == ("", None, 60)
    assert len(correction.network) == 32
    mail = Notification.objects.get(template="correction_suggested")
    assert mail.addressee == f"organisation:{listing.service.organisation_id}"
    assert said["proposed"] not in str(mail.context)


@pytest.mark.parametrize("role", [Role.READER, Role.COORDINATOR, Role.HOO])
def test_a_small_thing_that_staff_of_the_prison_say_lives_at_once(client, cast, listing, role):
    who = factories.hold(factories.post(role, cast.prison))
    client.force_login(who)
    address = suggest(client, listing, **SMALL, is_slip="on")["Location"]
    assert "The directory says so from now on." in client.get(address).content.decode()
    correction = Correction.objects.get()
    assert (correction.decision, correction.decided_by, correction.is_from_a_slip) == ("live", who, True)
    assert (correction.before, correction.network) == ("60", "")
    assert Listing.objects.get().minutes == 45
    assert Notification.objects.filter(template="correction_suggested").count() == 0


def test_a_small_thing_that_the_owner_says_lives_at_once(client, cast, listing):
    client.force_login(cast.contributor)
    suggest(client, listing, field="easy_read", proposed="Sing with us.", note="")
    assert Listing.objects.get().easy_read == "Sing with us."
    assert "Sing with us." in Listing.objects.get().words


def test_what_staff_of_elsewhere_say_waits(client, cast, listing):
    client.force_login(cast.stranger)
    suggest(client, listing, **SMALL)
    assert Listing.objects.get().minutes == 60


def test_what_is_not_small_waits_whoever_says_it(client, cast, listing):
    client.force_login(cast.hoo)
    suggest(client, listing, **LARGE)
    assert (Correction.objects.get().decision, Listing.objects.get().summary) == ("", "It helps.")


def test_only_these_parts_are_small():
    small = {name for name, correctable in CORRECTABLE.items() if correctable.is_small}
    assert small == {"sessions_per_week", "minutes", "weeks", "easy_read"}


def test_twin_if_everything_were_small_it_would_live(client, cast, listing, monkeypatch):
    monkeypatch.setitem(CORRECTABLE, "summary", replace(CORRECTABLE["summary"], is_small=True))
    client.force_login(cast.hoo)
    suggest(client, listing, **LARGE)
    assert Listing.objects.get().summary == LARGE["proposed"]


def decide(client, correction, **said):
    """As somebody decides who has just opened the page."""
    address = reverse("correction_decide", args=[correction.pk])
    seen = client.get(address).context["seen"]
    return client.post(address, {"decision": "accept", "reason": "", "seen": seen} | said)


def test_the_owner_accepts_or_declines_with_a_reason(client, cast, listing):
    for _ in range(2):
        suggest(client, listing, **LARGE)
    first, second = Correction.objects.all()
    client.force_login(cast.contributor)
    assert LARGE["proposed"] in client.get(reverse("correction_decide", args=[first.pk])).content.decode()
    decide(client, first)
    assert Listing.objects.get().summary == LARGE["proposed"]
    refused = decide(client, second, decision="decline")
    assert "Enter why it is declined" in refused.content.decode()
    decide(client, second, decision="decline", reason="No.")
    assert list(Correction.objects.values_list("decision", "reason")) == [("accepted", ""), ("declined", "No.")]
    assert client.get(reverse("correction_decide", args=[first.pk])).status_code == 404
    events = AuditEvent.objects.filter(about=listing.about).order_by("number").values_list("event", flat=True)
    assert list(events) == ["suggest correction", "suggest correction", "accept correction", "decline correction"]


def test_who_decides_sees_what_the_directory_says_today(client, cast, listing):
    suggest(client, listing, **LARGE)
    Listing.objects.update(summary="It meets in the chapel.")
    client.force_login(cast.contributor)
    page = client.get(reverse("correction_decide", args=[Correction.objects.get().pk]))
    assert (page.context["says"], page.context["said"]) == ("It meets in the chapel.", "It helps.")
    assert "It meets in the chapel." in page.content.decode()


def test_an_old_correction_does_not_write_over_words_that_nobody_saw(client, cast, listing):
    suggest(client, listing, **LARGE)
    client.force_login(cast.contributor)
    address = reverse("correction_decide", args=[Correction.objects.get().pk])
    seen = client.get(address).context["seen"]
    Listing.objects.update(summary="It meets in the chapel.")
    page = client.post(address, {"decision": "accept", "reason": "As I thought", "seen": seen})
    assert page.status_code == 409
    assert Listing.objects.get().summary == "It meets in the chapel."
    shown = page.content.decode()
    assert "The directory says something else here" in shown
    assert ("It meets in the chapel." in shown, "As I thought" in shown) == (True, True)
    client.post(address, {"decision": "accept", "reason": "", "seen": page.context["seen"]})
    assert Listing.objects.get().summary == LARGE["proposed"]


def test_twin_without_a_look_at_what_was_seen_it_would(cast, listing, monkeypatch):
    correction = corrections.suggest_correction(listing, by=None, network="x", **LARGE)
    Listing.objects.update(summary="It meets in the chapel.")
    with pytest.raises(Overtaken):
        corrections.accept_correction(correction, by=cast.contributor, seen=fingerprint(listing, "summary"))
    monkeypatch.setattr(corrections, "fingerprint", lambda *of: "")
    corrections.accept_correction(correction, by=cast.contributor, seen="")
    assert Listing.objects.get().summary == LARGE["proposed"]


def test_nobody_but_the_owner_decides(client, cast, listing):
    suggest(client, listing, **LARGE)
    correction = Correction.objects.get()
    for who in (cast.hoo, cast.stranger):
        client.force_login(who)
        assert client.get(reverse("correction_decide", args=[correction.pk])).status_code == 404
        with pytest.raises(PermissionDenied):
            corrections.accept_correction(correction, by=who, seen=fingerprint(listing, "summary"))


def test_a_second_decision_is_refused(cast, listing):
    correction = corrections.suggest_correction(listing, by=None, network="x", **LARGE)
    corrections.accept_correction(correction, by=cast.contributor, seen=fingerprint(listing, "summary"))
    with pytest.raises(NotReady, match="has decided on this already"):
        corrections.decline_correction(correction, by=cast.contributor, reason="No")


def test_a_signed_summary_is_not_changed_by_a_correction(cast):
    factories.bring_to("in force", cast)
    listing = Listing.objects.get()
    correction = corrections.suggest_correction(listing, by=None, network="x", **LARGE)
    with pytest.raises(NotReady, match="Change the agreement"):
        corrections.accept_correction(correction, by=cast.contributor, seen=fingerprint(listing, "summary"))
    corrections.suggest_correction(listing, by=cast.hoo, **SMALL)
    assert (Listing.objects.get().summary, Listing.objects.get().minutes) == (listing.summary, 45)


def test_one_network_sends_five_an_hour_and_staff_any_number(client, cast, listing):
    statuses = [suggest(client, listing, **LARGE).status_code for _ in range(6)]
    assert statuses == [302, 302, 302, 302, 302, 429]
    client.force_login(cast.hoo)
    assert [suggest(client, listing, **LARGE).status_code for _ in range(3)] == [302, 302, 302]


def test_who_is_signed_in_and_not_near_sends_five_an_hour_too(client, cast, listing):
    client.force_login(cast.stranger)
    answers = [suggest(client, listing, **LARGE) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 302, 302, 429]
    assert "several corrections from you in the last hour" in answers[-1].content.decode()
    assert Correction.objects.filter(said_by=cast.stranger, network="").count() == 5
    client.force_login(factories.user())
    assert suggest(client, listing, **LARGE).status_code == 302
    client.logout()
    assert suggest(client, listing, **LARGE).status_code == 302


def test_twin_without_the_limit_a_sixth_is_taken(client, listing, monkeypatch):
    monkeypatch.setattr(corrections, "MOST_AN_HOUR", 99)
    assert [suggest(client, listing, **LARGE).status_code for _ in range(6)] == [302] * 6


@pytest.mark.parametrize(
    ("field", "proposed", "says"),
    [
        ("minutes", "lots", "Enter a whole number in figures, from 5 to 1440"),
        ("minutes", "٤٥", "Enter a whole number in figures, from 5 to 1440"),
        ("weeks", "0", "Enter a whole number in figures, from 1 to 520"),
        ("easy_read", "x" * 161, "Use 160 characters or fewer. You have used 161"),
        ("nonsense", "x", "“nonsense” is not in it"),
        ("summary", "Tell 54321 to come", "Take “54321” out"),
    ],
)
def test_what_cannot_be_stored_is_said_and_kept_in_the_form(client, listing, field, proposed, says):
    page = suggest(client, listing, field=field, proposed=proposed, note="").content.decode()
    assert says in page
    assert proposed in page
    assert Correction.objects.count() == 0


def test_a_slip_is_keyed_in_by_staff_only(client, cast, listing):
    assert "paper slip" not in client.get(reverse("correction_suggest", args=[listing.reference])).content.decode()
    suggest(client, listing, **LARGE, is_slip="on")
    assert Correction.objects.get().is_from_a_slip is False
    client.force_login(cast.hoo)
    assert "paper slip" in client.get(reverse("correction_suggest", args=[listing.reference])).content.decode()
