"""An idea that a prison leaves unanswered climbs the ladder: its contact, its lead, CJVSF."""

import datetime as dt

import pytest

from directory.operations import ideas
from portal.foundation import clock
from portal.foundation.models import Notification
from portal.foundation.working_days import working_days_after
from reviews.reminders import send_reminders
from tests import factories
from tests.directory import needing

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return factories.Cast()


def sweep(day: dt.date) -> list[Notification]:
    """What the sweep of this day adds."""
    before = set(Notification.objects.values_list("pk", flat=True))
    with clock.set_to(dt.datetime.combine(day, dt.time(12), dt.UTC)):
        send_reminders()
    return list(Notification.objects.exclude(pk__in=before).filter(dedupe_key__startswith="reminder:idea"))


def test_silence_reaches_the_contact_then_the_lead_then_cjvsf(cast):
    coordinator = needing.coordinator(cast.prison)
    idea = needing.idea(cast.prison, cast.charity, cast.contributor)
    post, lead = f"post:{coordinator.holdings.get().post_id}", f"establishment_lead:{cast.prison.pk}"
    told = {days: sweep(working_days_after(idea.due_on, days)) for days in (-4, -3, 0, 4, 5, 10)}
    assert {days: [mail.addressee for mail in mails] for days, mails in told.items()} == {
        -4: [],
        -3: [post],
        0: [post],
        4: [],
        5: [f"{post} {lead}"],
        10: [f"{post} {lead} cjvsf"],
    }
    [mail] = told[10]
    assert (mail.at_once, mail.context["late"]) == (True, True)
    assert mail.context["link"].endswith(f"/needs/ideas/{idea.reference}/")
    assert idea.text not in str(mail.context)


def test_an_answer_ends_it(cast):
    idea = needing.idea(cast.prison, cast.charity, cast.contributor)
    ideas.answer_idea(idea, by=cast.hoo, reply="wanted", why="Yes")
    assert sweep(idea.due_on) == []


def test_without_a_coordinator_the_lead_is_reminded(cast):
    idea = needing.idea(cast.prison, cast.charity, cast.contributor)
    assert [mail.addressee for mail in sweep(idea.due_on)] == [f"establishment_lead:{cast.prison.pk}"]
