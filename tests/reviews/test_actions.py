"""Agreed actions after the signature: one side says, the other confirms, and what isn't settled goes on."""

import datetime as dt
import html

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agreements.effects import Request
from agreements.forms.doing import NotNeededForm, SendBackForm
from agreements.models import Action, Attachment, Side, Version
from agreements.operations import doing
from agreements.workflow import perform
from directory.models import Role
from portal.foundation.doubts import DOUBT, SURE, SURE_WORDS
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.models import AuditEvent, Notification
from tests import factories

pytestmark = pytest.mark.django_db
DONE = {"note": "The key is cut.", "evidence": "Key register", "on": dt.date(2026, 1, 4), "revision": 1}


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


@pytest.fixture
def version(cast) -> Version:
    return factories.bring_to("in force", cast)


@pytest.fixture
def action(version) -> Action:
    """The prison's: to book the room."""
    return version.actions.get()


def test_an_action_is_done_when_the_other_side_has_confirmed_it(cast, action):
    doing.say_done(action, by=cast.hoo, **DONE)
    action.refresh_from_db()
    assert (action.standing, action.done_by, action.done_for) == ("Done, to be confirmed", cast.hoo, Side.PRISON)
    doing.confirm_claim(action, revision=2, by=cast.contributor)
    action.refresh_from_db()
    assert (action.standing, action.confirmed_by, action.evidence) == ("Done", cast.contributor, "Key register")


PDF = b"%PDF-1.7 a certificate"


def said_done(client: Client, action: Action, **said):
    day = {"completed_on-day": "4", "completed_on-month": "1", "completed_on-year": "2026"}
    address = reverse("action_say", args=[action.version.agreement.reference, action.pk, "done"])
    return client.post(address, {"completion_note": "Booked", "revision": "1"} | day | said)


def test_a_file_shows_that_it_is_done_and_both_sides_can_have_it(cast, version, action):
    upload = SimpleUploadedFile("key register.pdf", PDF)
    assert said_done(signed_in(cast.hoo), action, evidence_file=upload).status_code == 302
    action.refresh_from_db()
    assert (action.evidence_file.name, action.evidence_file.question_id) == ("key register.pdf", "ACT-08")
    page = signed_in(cast.contributor).get(reverse("action_progress", args=[version.agreement.reference, action.pk]))
    download = reverse("attachment_download", args=[version.agreement.reference, action.evidence_file.pk])
    assert download in page.content.decode()
    answer = signed_in(cast.contributor).get(download)
    assert (b"".join(answer.streaming_content), answer["Content-Type"]) == (PDF, "application/octet-stream")
    assert signed_in(cast.stranger).get(download).status_code == 404


def test_the_file_of_a_claim_that_was_sent_back_isnt_shown_with_the_next(cast, action):
    said_done(signed_in(cast.hoo), action, evidence_file=SimpleUploadedFile("x.pdf", PDF))
    doing.send_back(action, note="It is for another door.", revision=2, by=cast.contributor)
    action.refresh_from_db()
    assert (action.evidence_file, action.claimed_at) == (None, None)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("run.exe", b"MZ", "“run.exe” must be one of these: pdf, docx, odt, png, jpg"),
        ("run.pdf", b"MZ", "“run.pdf” can’t be read as a pdf file: it is damaged, or of another kind"),
        ("empty.pdf", b"", "The file is empty. Choose another one"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_a_sentence_and_nothing_typed_is_lost(
    cast, action, name, content, sentence
):
    answer = said_done(signed_in(cast.hoo), action, evidence_file=SimpleUploadedFile(name, content))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert "Booked" in answer.content.decode()
    assert not Attachment.objects.exists()


NUMBERED = "Room for prisoner 123456"


def test_a_note_with_what_looks_like_a_prisoner_number_is_asked_about_before_it_is_kept(cast, action):
    hoo = signed_in(cast.hoo)
    asked = said_done(hoo, action, completion_note=NUMBERED)
    assert asked.status_code == 200
    assert DOUBT in html.unescape(asked.content.decode())
    assert SURE_WORDS in asked.content.decode()
    action.refresh_from_db()
    assert action.state == Action.State.OPEN
    said_done(hoo, action, completion_note=NUMBERED, **{SURE: "on"})
    action.refresh_from_db()
    assert action.completion_note == NUMBERED


def test_nobody_is_asked_about_a_note_without_such_a_number(cast, action):
    assert (
        SURE_WORDS
        not in signed_in(cast.hoo)
        .get(reverse("action_say", args=[action.version.agreement.reference, action.pk, "done"]))
        .content.decode()
    )
    assert said_done(signed_in(cast.hoo), action).status_code == 302


@pytest.mark.parametrize("form", [NotNeededForm, SendBackForm])
def test_every_note_of_an_action_is_checked_for_such_numbers(form):
    assert form({"note": NUMBERED}).errors == {"note": [DOUBT]}
    assert form({"note": NUMBERED, SURE: "on"}).errors == {}


def test_without_the_check_the_number_would_be_kept(cast, action, monkeypatch):
    monkeypatch.setattr("portal.foundation.doubts.looks_like_prisoner_number", lambda text: [])
    said_done(signed_in(cast.hoo), action, completion_note=NUMBERED)
    action.refresh_from_db()
    assert action.completion_note == NUMBERED


def test_only_the_side_that_owns_it_says_that_it_is_done(cast, action):
    for nobody in (
        cast.contributor,
        cast.stranger,
        cast.cjvsf,
        factories.hold(factories.post(Role.READER, cast.prison)),
    ):
        with pytest.raises(PermissionDenied):
            doing.say_done(action, by=nobody, **DONE)
    action.refresh_from_db()
    assert action.state == Action.State.OPEN


def test_either_side_says_it_when_both_own_it(cast, action):
    Action.objects.filter(pk=action.pk).update(owner="both")
    doing.say_done(action, by=cast.contributor, **DONE)
    doing.confirm_claim(action, revision=2, by=cast.hoo)
    action.refresh_from_db()
    assert action.is_settled


def test_nobody_confirms_what_their_own_side_said(cast, action):
    doing.say_done(action, by=cast.hoo, **DONE)
    for nobody in (cast.hoo, factories.hold(factories.post(Role.COORDINATOR, cast.prison)), cast.stranger, cast.cjvsf):
        with pytest.raises(PermissionDenied):
            doing.confirm_claim(action, revision=2, by=nobody)
    action.refresh_from_db()
    assert not action.is_settled


def test_no_longer_needed_is_agreed_by_both(cast, action):
    doing.say_not_needed(action, note="The hall is free.", revision=1, by=cast.contributor)
    with pytest.raises(PermissionDenied):
        doing.confirm_claim(action, revision=2, by=cast.signatory)
    doing.confirm_claim(action, revision=2, by=cast.hoo)
    action.refresh_from_db()
    assert action.standing == "No longer needed"


def test_what_isnt_done_is_sent_back_and_is_open_again(cast, action):
    doing.say_done(action, by=cast.hoo, **DONE)
    doing.send_back(action, note="The key is for another door.", revision=2, by=cast.contributor)
    action.refresh_from_db()
    assert (action.state, action.completion_note, action.done_by) == (Action.State.OPEN, "", None)
    told = Notification.objects.get(template="action_sent_back")
    assert told.addressee == f"establishment:{cast.prison.pk}"
    assert "key" not in str(told.context).lower()


def test_of_two_who_speak_at_once_the_second_is_told(cast, action):
    doing.say_done(action, by=cast.hoo, **DONE)
    with pytest.raises(Overtaken):
        doing.say_not_needed(action, note="No", revision=1, by=cast.contributor)


def test_actions_of_a_draft_are_not_settled(cast):
    drafted = factories.bring_to("details", cast)
    factories.add_an_action(drafted, by=cast.contributor)
    with pytest.raises(NotReady, match="while the agreement is in force"):
        doing.say_done(drafted.actions.get(), by=cast.hoo, **DONE)


def test_what_isnt_settled_goes_on_to_the_next_version_and_what_is_stays_behind(cast, version, action):
    settled = Action.objects.create(
        version=version, what="Tell the halls", owner="prison", post_title="X", due_on=dt.date(2027, 1, 4), by=cast.hoo
    )
    doing.say_done(settled, by=cast.hoo, **DONE)
    doing.confirm_claim(settled, revision=2, by=cast.contributor)
    perform("vary", version, by=cast.hoo, request=Request())
    following = version.agreement.versions.get(number=2)
    assert list(following.actions.values_list("what", "copied_from", "uid")) == [
        ("Book the room", action.pk, action.uid)
    ]


def test_what_is_settled_while_the_next_version_is_drafted_doesnt_come_back(cast, version, action):
    perform("vary", version, by=cast.hoo, request=Request())
    doing.say_done(action, by=cast.hoo, **DONE)
    doing.confirm_claim(action, revision=2, by=cast.contributor)
    assert version.agreement.versions.get(number=2).actions.get().is_settled


def test_everything_is_in_the_audit(cast, version, action):
    doing.say_done(action, by=cast.hoo, **DONE)
    doing.confirm_claim(action, revision=2, by=cast.contributor)
    events = AuditEvent.objects.filter(about=version.agreement.about).order_by("number").values_list("event", flat=True)
    assert list(events)[-2:] == ["claim action", "confirm action"]


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_pages_lead_from_the_board_to_a_settled_action(cast, version, action):
    hoo, partner = signed_in(cast.hoo), signed_in(cast.contributor)
    address = reverse("action_progress", args=[version.agreement.reference, action.pk])
    assert address in hoo.get(reverse("action_board")).content.decode()
    said = {"completion_note": "Booked", "revision": "1"} | {
        "completed_on-day": "4",
        "completed_on-month": "1",
        "completed_on-year": "2026",
    }
    say = reverse("action_say", args=[version.agreement.reference, action.pk, "done"])
    assert hoo.post(say, said)["Location"] == address
    assert "Confirm it" in partner.get(address).content.decode()
    confirm = reverse("action_confirm", args=[version.agreement.reference, action.pk])
    assert partner.post(confirm, {"revision": "1"}).status_code == 409
    assert partner.post(confirm, {"revision": "2"})["Location"] == address
    action.refresh_from_db()
    assert action.is_settled


@pytest.mark.parametrize(
    ("narrowed", "is_there"),
    [
        ("", True),
        ("side=prison", True),
        ("side=partner", False),
        ("state=open", True),
        ("state=settled", False),
        ("state=to+confirm", False),
        ("prison=hmp-perth", True),
        ("prison=hmp-edinburgh", False),
        ("agreement=PA-000000", False),
        ("post=mine", True),
    ],
)
def test_the_board_is_narrowed_by_its_address(cast, version, action, narrowed, is_there):
    Action.objects.filter(pk=action.pk).update(post=cast.hoo_post)
    slug = cast.prison.slug
    page = signed_in(cast.hoo).get(f"{reverse('action_board')}?{narrowed.replace('hmp-perth', slug)}").content.decode()
    assert ("Book the room" in page) == is_there


def test_the_board_shows_nobody_what_isnt_theirs_nor_what_is_only_drafted(cast, version, action):
    assert "Book the room" not in signed_in(cast.stranger).get(reverse("action_board")).content.decode()
    assert "Book the room" in signed_in(cast.cjvsf).get(reverse("action_board")).content.decode()
    other = factories.Cast("EDI")
    drafted = factories.bring_to("details", other)
    factories.add_an_action(drafted, by=other.contributor)
    assert "Book the room" not in signed_in(other.hoo).get(reverse("action_board")).content.decode()


def test_the_list_of_changes_says_what_the_next_version_would_change(cast, version, action):
    perform("vary", version, by=cast.hoo, request=Request())
    following = version.agreement.versions.get(number=2)
    following.actions.update(due_on=dt.date(2027, 2, 1))
    factories.drafting.save_answers(
        following,
        {"S1-06": "People ask for more of it."},
        replacing={"S1-06": str(following.answers.get(question_id="S1-06").pk)},
        by=cast.contributor,
    )
    address = reverse("agreement_changes", args=[version.agreement.reference])
    answer = signed_in(cast.hoo).get(address)
    assert [change.question.id for change in answer.context["changes"]] == ["S1-06"]
    assert [(change.kind, "1 February" in change.words) for change in answer.context["action_changes"]] == [
        ("removed", False),
        ("added", True),
    ]
    assert "People ask for more of it." in answer.context["words"]
    assert signed_in(cast.hoo).get(f"{address}?version=1").status_code == 404
