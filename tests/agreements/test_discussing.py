"""Comments on a question: who may, whom they reach, and what an open one blocks."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from agreements.models import Comment
from agreements.operations import drafting
from agreements.workflow import perform
from portal.foundation.exceptions import NotReady
from portal.foundation.models import Notification
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_open_comment_blocks_sending_for_approval_until_it_is_resolved():
    cast = factories.Cast()
    version = factories.bring_to("details", cast)
    factories.answer_all(version, by=cast.contributor)
    factories.add_an_action(version, by=cast.contributor)
    comment = drafting.add_comment(version, question_id="S3-07", text="Who tells whom?", mentions=[], by=cast.hoo)
    with pytest.raises(NotReady) as refused:
        perform("send-for-approval", version, by=cast.contributor)
    assert refused.value.reasons == ("Resolve the open comment on S3-07.",)
    drafting.resolve_comment(comment, by=cast.contributor)
    assert perform("send-for-approval", version, by=cast.contributor).to_status == "for approval"


def test_who_is_mentioned_gets_a_mail_without_the_words():
    cast = factories.Cast()
    version = factories.bring_to("details", cast)
    client = Client()
    client.force_login(cast.hoo)
    address = reverse("comment_add", args=[version.agreement.reference, "S3-07"])
    client.post(address, {"text": "A secret remark", "mentions": [cast.contributor.pk]})
    mail = Notification.objects.get(template="mentioned")
    assert mail.addressee == f"user:{cast.contributor.pk}"
    assert "secret" not in str(mail.context)
    assert "A secret remark" in client.get(address).content.decode()


def test_only_people_of_the_two_parties_can_be_mentioned():
    cast = factories.Cast()
    version = factories.bring_to("details", cast)
    client = Client()
    client.force_login(cast.hoo)
    address = reverse("comment_add", args=[version.agreement.reference, "S3-07"])
    answer = client.post(address, {"text": "Look here", "mentions": [cast.stranger.pk]})
    assert answer.status_code == 200
    assert not Comment.objects.exists()


def test_a_comment_is_resolved_once():
    cast = factories.Cast()
    version = factories.bring_to("details", cast)
    comment = drafting.add_comment(version, question_id="S3-07", text="Hm", mentions=[], by=cast.hoo)
    drafting.resolve_comment(comment, by=cast.contributor)
    with pytest.raises(NotReady):
        drafting.resolve_comment(comment, by=cast.hoo)


def test_cjvsf_reads_the_discussion_and_does_not_join_it():
    cast = factories.Cast()
    version = factories.bring_to("details", cast)
    with pytest.raises(PermissionDenied):
        drafting.add_comment(version, question_id="S3-07", text="Hm", mentions=[], by=cast.cjvsf)
