"""What mails about reviews and actions say: title, dates and a link, whole in plain text, and nothing that was written."""

import re

import pytest
from django.template.loader import render_to_string

from portal.foundation.models import Notification
from reviews.operations import save_answers
from tests import factories
from tests.reviews import stories
from tests.reviews.test_actions import DONE, doing
from tests.reviews.test_holding import confirm_now, rows

pytestmark = pytest.mark.django_db
ENDS = (".subject.txt", ".txt", ".html")
TEMPLATES = {
    "review_to_confirm",
    "review_changed",
    "review_held",
    "action_to_confirm",
    "action_confirmed",
    "action_sent_back",
}


def test_every_mail_is_whole_in_plain_text_and_says_nothing_that_was_written():
    cast = factories.Cast()
    review = stories.written(cast)
    confirm_now(review, cast.signatory)
    save_answers(review, {"RVW-10": "pause"}, replacing={"RVW-10": rows(review, "RVW-10")}, by=cast.hoo)
    stories.write(stories.fresh(review), by=cast.hoo, **stories.PAUSE)
    action = review.version.actions.get()
    doing.say_done(action, by=cast.hoo, **DONE)
    doing.send_back(action, note="Not yet", revision=2, by=cast.contributor)
    doing.say_done(action, by=cast.hoo, **DONE | {"revision": 3})
    doing.confirm_claim(action, revision=4, by=cast.contributor)
    for person in (cast.signatory, cast.hoo):
        confirm_now(stories.fresh(review), person)
    mails = Notification.objects.filter(template__in=TEMPLATES)
    assert {mail.template for mail in mails} == TEMPLATES
    for mail in mails:
        context = mail.context | {"operator": "Operator", "site_url": "https://example.org"}
        subject, plain, html = (render_to_string(f"email/{mail.template}{end}", context) for end in ENDS)
        assert len(" ".join(subject.split())) <= 78
        assert [link for link in re.findall(r'href="(http[^"]+)"', html) if link not in plain] == []
        assert "{{" not in plain + html
        assert "The key is cut" not in plain + html
        assert review.agreement.reference in plain
