"""The pages of mail, absences and of what nobody looks after."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import Action
from directory.models import Absence, Frequency, Holding, MailPreference, Role
from portal.foundation import clock, outbox
from portal.foundation.models import Notification
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_how_often_mail_comes_is_chosen_under_the_account(cast):
    client = signed_in(cast.hoo)
    assert reverse("mail_preference") in client.get(reverse("mfa_index")).content.decode()
    page = client.get(reverse("mail_preference")).content.decode()
    assert 'value="daily" checked' in " ".join(page.split()) or "checked" in page
    client.post(reverse("mail_preference"), {"frequency": "weekly"})
    assert MailPreference.objects.get().frequency == Frequency.WEEKLY
    assert client.post(reverse("mail_preference"), {"frequency": "hourly"}).status_code == 200
    assert MailPreference.objects.get().frequency == Frequency.WEEKLY


def days_away(first: dt.date, last: dt.date, post: str = "all") -> dict[str, str]:
    parts = {"from_on": first, "until_on": last}
    dates = {
        f"{name}-{part}": str(getattr(day, part)) for name, day in parts.items() for part in ("day", "month", "year")
    }
    return dates | {"post": post}


def test_an_absence_is_added_and_removed_by_its_own_person_only(cast):
    client = signed_in(cast.hoo)
    today = clock.today()
    client.post(reverse("absence_list"), days_away(today, today + dt.timedelta(days=7), str(cast.hoo_post.pk)))
    absence = Absence.objects.get()
    assert (absence.user, absence.post, absence.until_on) == (cast.hoo, cast.hoo_post, today + dt.timedelta(days=7))
    remove = reverse("absence_remove", args=[absence.pk])
    assert signed_in(cast.signatory).post(remove).status_code == 404
    assert client.post(remove).status_code == 302
    assert not Absence.objects.exists()


def test_an_absence_that_ends_before_it_begins_or_from_anothers_post_is_refused(cast):
    client = signed_in(cast.hoo)
    today = clock.today()
    answer = client.post(reverse("absence_list"), days_away(today, today - dt.timedelta(days=1)))
    assert "The last day away must be on or after the first" in answer.content.decode()
    other = cast.signatory.holdings.get().post
    assert client.post(reverse("absence_list"), days_away(today, today, str(other.pk))).status_code == 200
    assert not Absence.objects.exists()


PAGES_OF_CJVSF = ["mail_log", "orphan_list"]


@pytest.mark.parametrize("page", PAGES_OF_CJVSF)
def test_pages_of_cjvsf_are_linked_from_its_home_and_exist_for_nobody_else(cast, page):
    assert reverse(page) in signed_in(cast.cjvsf).get(reverse("home")).content.decode()
    assert signed_in(cast.cjvsf).get(reverse(page)).status_code == 200
    for other in (cast.hoo, cast.signatory):
        assert signed_in(other).get(reverse(page)).status_code == 404
        assert reverse(page) not in signed_in(other).get(reverse("home")).content.decode()


def mail(key: str, **fields) -> None:
    outbox.queue(to=f"user:{fields.pop('user').pk}", template="your_turn", context={"link": "x"}, dedupe_key=key)
    Notification.objects.filter(dedupe_key=key).update(**fields)


def test_the_log_tells_queued_sent_refused_and_bounced_apart(cast):
    now = clock.now()
    mail("a", user=cast.hoo)
    mail("b", user=cast.signatory, sent_at=now)
    mail("c", user=cast.contributor, refused_at=now, server_answer="550 No such person")
    mail("d", user=cast.stranger, sent_at=now, bounced_at=now)
    mail("e", user=cast.cjvsf, closed_at=now)
    client = signed_in(cast.cjvsf)
    found = {
        state: [
            (row[1], row[2].split(", ")[1])
            for row in client.get(reverse("mail_log"), {"state": state}).context["mails"]
        ]
        for state in ("", "queued", "sent", "refused", "bounced")
    }
    each = {
        "queued": cast.hoo.email,
        "sent": cast.signatory.email,
        "refused": cast.contributor.email,
        "bounced": cast.stranger.email,
    }
    assert found.pop("") == [(state, each[state]) for state in ("bounced", "refused", "sent", "queued")]
    assert found == {state: [(state, email)] for state, email in each.items()}
    assert "550 No such person" in client.get(reverse("mail_log"), {"words": "such"}).content.decode()


def orphans(cast) -> dict[str, list[str]]:
    page = signed_in(cast.cjvsf).get(reverse("orphan_list"))
    return {str(agreement): reasons for agreement, reasons in page.context["rows"]}


def test_an_agreement_whose_side_has_nobody_is_listed(cast):
    version = factories.bring_to("with prison", cast)
    assert orphans(cast) == {}
    Holding.objects.filter(post__organisation=cast.charity).update(until_on=clock.today() - dt.timedelta(days=1))
    assert orphans(cast) == {str(version.agreement): ["Nobody who can be reached acts for the organisation."]}


def test_an_agreement_whose_only_reader_cannot_be_reached_is_listed(cast):
    version = factories.bring_to("with prison", cast)
    mail("refused", user=cast.hoo, refused_at=clock.now())
    assert orphans(cast) == {str(version.agreement): ["Nobody who can be reached acts for the prison."]}


def test_an_agreement_with_an_action_of_an_empty_post_is_listed(cast):
    version = factories.bring_to("in force", cast)
    empty = factories.post(Role.COORDINATOR, cast.prison)
    Action.objects.filter(version=version).update(post=empty)
    assert orphans(cast) == {str(version.agreement): ["An open action belongs to a post that nobody holds."]}
    Action.objects.filter(version=version).update(state="done")
    assert orphans(cast) == {}


def test_the_log_and_the_list_cost_the_same_queries_for_one_row_and_for_three(cast):
    client = signed_in(cast.cjvsf)
    counts = {page: [] for page in PAGES_OF_CJVSF}
    factories.bring_to("outline", cast)
    Holding.objects.filter(post__organisation=cast.charity, post__role=Role.SIGNATORY).delete()
    for number in (1, 3):
        for extra in range(number):
            mail(f"{number}-{extra}", user=cast.hoo, refused_at=clock.now())
        if number == 3:
            for _ in range(2):
                factories.bring_to("outline", cast)
        Holding.objects.filter(post__organisation=cast.charity).update(from_on=clock.today())
        for page, found in counts.items():
            client.get(reverse(page))
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse(page))
            found.append(len(queries))
    assert all(one == three for one, three in counts.values())
