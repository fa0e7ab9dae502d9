"""Agreed actions of both sides."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from agreements.models import Action
from agreements.operations import actions
from portal.foundation.exceptions import NotReady, Overtaken
from tests import factories

pytestmark = pytest.mark.django_db

FORM = {
    "what": "Book the room",
    "owner": "prison",
    "post_title": "Head of Offender Outcomes",
    "before_first_session": "yes",
    "due_on-day": "4",
    "due_on-month": "1",
    "due_on-year": "2027",
}


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_actions_are_added_changed_and_removed_while_details_are_agreed(cast):
    version = factories.bring_to("details", cast)
    reference = version.agreement.reference
    client = client_of(cast.contributor)
    client.post(reverse("action_add", args=[reference]), FORM)
    action = Action.objects.get(version=version)
    assert (action.what, action.owner, action.due_on) == ("Book the room", "prison", dt.date(2027, 1, 4))
    assert action.post == cast.hoo_post
    client.post(
        reverse("action_change", args=[reference, action.pk]), FORM | {"what": "Book two rooms", "revision": "1"}
    )
    action.refresh_from_db()
    assert (action.what, action.revision) == ("Book two rooms", 2)
    client.post(reverse("action_remove", args=[reference, action.pk]))
    assert not Action.objects.exists()


def test_a_wrong_date_gets_a_sentence_and_nothing_typed_is_lost(cast):
    version = factories.bring_to("details", cast)
    answer = client_of(cast.contributor).post(
        reverse("action_add", args=[version.agreement.reference]), FORM | {"due_on-day": "31", "due_on-month": "2"}
    )
    page = answer.content.decode()
    assert "Enter a real date" in page
    assert "Book the room" in page


def test_of_two_who_change_an_action_the_second_sees_both(cast):
    version = factories.bring_to("details", cast)
    factories.add_an_action(version, by=cast.hoo)
    action = Action.objects.get()
    actions.change_action(action, by=cast.hoo, revision=1, what="Book the chapel")
    with pytest.raises(Overtaken):
        actions.change_action(action, by=cast.contributor, revision=1, what="Book the gym")
    answer = client_of(cast.contributor).post(
        reverse("action_change", args=[version.agreement.reference, action.pk]),
        FORM | {"what": "Book the gym", "revision": "1"},
    )
    assert answer.status_code == 409
    assert "Book the chapel" in answer.content.decode()
    assert "Book the gym" in answer.content.decode()


def test_the_set_up_pack_is_added_once(cast):
    version = factories.bring_to("details", cast)
    assert actions.add_the_set_up_pack(version, by=cast.contributor) == 9
    assert actions.add_the_set_up_pack(version, by=cast.contributor) == 0
    assert all(action.before_first_session for action in version.actions.all())


def test_actions_are_closed_once_it_is_sent_for_approval(cast):
    version = factories.bring_to("for approval", cast)
    with pytest.raises(NotReady):
        factories.add_an_action(version, by=cast.contributor)


def test_only_drafters_of_the_two_sides_agree_actions(cast):
    version = factories.bring_to("details", cast)
    for other in (cast.cjvsf, cast.stranger):
        with pytest.raises(PermissionDenied):
            factories.add_an_action(version, by=other)
