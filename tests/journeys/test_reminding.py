"""Mail, absences, calendars and what nobody looks after, in a browser: with JavaScript and without, every page looked at."""

import datetime as dt

import pytest
from django.urls import reverse

from directory.models import Absence, Holding, MailPreference
from portal.foundation import clock, outbox
from reviews.models import CalendarAddress
from tests import factories
from tests.journeys.ways import both_ways

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@both_ways
def test_somebody_says_how_they_want_to_be_told(cast, visit, javascript):
    person = visit(cast.hoo, javascript=javascript)
    person.go(reverse("mfa_index"))
    person.follow("How often you get mail")
    person.page.get_by_label("Once a week").check()
    person.press("Save")
    assert MailPreference.objects.get(user=cast.hoo).frequency == "weekly"
    person.go(reverse("absence_list"))
    person.press("Add")
    assert "There is a problem" in person.text
    today = clock.today()
    for number, day in enumerate((today, today + dt.timedelta(days=3))):
        for part in ("day", "month", "year"):
            person.page.locator(f"input[name$='-{part}']").nth(number).fill(str(getattr(day, part)))
    person.press("Add")
    assert Absence.objects.get().until_on == today + dt.timedelta(days=3)
    person.press("Remove")
    assert not Absence.objects.exists()
    person.go(reverse("calendar_list"))
    person.press("Make an address")
    assert CalendarAddress.objects.get().secret in person.text
    person.press("Make a new address")
    assert CalendarAddress.objects.get().secret in person.text


@both_ways
def test_cjvsf_sees_what_became_of_mail_and_what_nobody_looks_after(cast, visit, javascript):
    version = factories.bring_to("with prison", cast)
    outbox.queue(to=f"user:{cast.hoo.pk}", template="your_turn", context={}, dedupe_key="one")
    Holding.objects.filter(user=cast.hoo).update(until_on=clock.today() - dt.timedelta(days=1))
    person = visit(cast.cjvsf, javascript=javascript)
    person.go(reverse("home"))
    person.follow("Mail: what was sent, refused or bounced")
    person.page.get_by_label("State").select_option("queued")
    person.press("Narrow the list")
    assert cast.hoo.email in person.text
    person.go(reverse("home"))
    person.follow("Agreements that nobody looks after")
    assert f"{version.agreement}" in person.text
    assert "Nobody who can be reached acts for the prison." in person.text
    person.go(reverse("agreement_history", args=[version.agreement.reference]))
    assert "Time in each stage" in person.text
