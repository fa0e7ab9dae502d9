"""What is watched, whom a reminder reaches, and what becomes of it until it is sent."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from agreements.effects import Request
from agreements.models import Action, Agreement, Answer, Status, Version
from agreements.operations import doing
from agreements.workflow import perform
from directory.delivery import send_mail
from directory.models import Holding
from portal.foundation import clock
from portal.foundation.models import Notification
from reviews import watching
from reviews.ladder import Watched
from reviews.models import Reminder
from reviews.reminders import send_reminders
from tests import factories
from tests.reviews import world as story
from tests.reviews.post_office import BACKEND, office

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")


@pytest.fixture(autouse=True)
def post_office(settings):
    settings.EMAIL_BACKEND = BACKEND
    office.reset()


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


def at(day: dt.date, hour: float = 9) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=LONDON) + dt.timedelta(hours=hour)


def reminders() -> list[tuple[str, str]]:
    rows = Notification.objects.filter(template="reminder", via="").order_by("pk")
    return [(row.context["what"], row.addressee) for row in rows]


def in_force(cast: factories.Cast, day: dt.date) -> Version:
    world = story.World(None, tenures=[story.Tenure(cast.hoo, cast.hoo_post, day, None, False)])
    return story.put_in_force(world, cast.charity, cast.prison, day, cast.hoo_post)


def open_action(version: Version, cast: factories.Cast, due_on: dt.date, **fields) -> Action:
    values = {"owner": "prison", "post": cast.hoo_post, "post_title": "HOO", "what": "Book the room"} | fields
    return Action.objects.create(version=version, due_on=due_on, by=cast.hoo, **values)


def test_an_approval_that_waits_goes_to_the_posts_whose_turn_it_is(cast):
    """At once, because it is their turn."""
    with clock.set_to(at(dt.date(2026, 11, 2))):
        version = factories.bring_to("for approval", cast)
    with clock.set_to(at(dt.date(2026, 11, 11))):
        send_reminders()
    mail = Notification.objects.get(template="reminder")
    assert (mail.addressee, mail.context["what"], mail.context["due"], mail.at_once) == (
        f"post:{cast.hoo_post.pk}",
        "Approval wanted by",
        "16 November 2026",
        True,
    )
    version.refresh_from_db()
    with clock.set_to(at(dt.date(2027, 6, 1))):
        send_reminders()
        version.refresh_from_db()
        assert version.status == Status.FOR_APPROVAL, "Nothing is approved by silence"


def test_a_signature_that_waits_goes_first_to_the_partner_then_to_the_prison(cast):
    with clock.set_to(at(dt.date(2026, 11, 2))):
        version = factories.bring_to("for signature", cast)
    signatory_post = cast.signatory.holdings.get().post
    with clock.set_to(at(dt.date(2026, 11, 9))):
        send_reminders()
        factories.sign(version, by=cast.signatory)
    with clock.set_to(at(dt.date(2026, 11, 16))):
        send_reminders()
    assert reminders() == [
        ("Signature wanted by", f"post:{signatory_post.pk}"),
        ("Signature wanted by", f"post:{cast.hoo_post.pk}"),
    ]


@pytest.mark.parametrize(
    ("status", "kind", "days"),
    [("with prison", Watched.OUTLINE, 14), ("details", Watched.DRAFT, 29), ("supported", Watched.LAPSE, 340)],
)
def test_what_stands_still_is_watched(cast, status, kind, days):
    day = dt.date(2026, 11, 2)
    with clock.set_to(at(day)):
        factories.bring_to(status, cast)
    with clock.set_to(at(day + dt.timedelta(days=days))):
        assert [thing.kind for thing in watching.everything(clock.today())] == [kind]
        assert send_reminders() == 1


def test_the_other_side_is_reminded_to_confirm_what_is_called_done_and_no_longer_once_it_has(cast):
    day = dt.date(2027, 1, 11)
    with clock.set_to(at(day)):
        action = open_action(in_force(cast, day), cast, dt.date(2027, 12, 1))
        doing.say_done(action, note="Booked", evidence="", on=day, revision=action.revision, by=cast.hoo)
        assert send_reminders() == 0
    with clock.set_to(at(dt.date(2027, 1, 25))):
        send_reminders()
    assert reminders() == [("Agreed action to be confirmed by", f"organisation:{cast.charity.pk}")]
    with clock.set_to(at(dt.date(2027, 2, 1))):
        doing.confirm_claim(action, revision=2, by=cast.contributor)
        assert send_reminders() == 0


def test_an_action_that_goes_on_to_the_next_version_is_not_reminded_of_again(cast):
    day = dt.date(2027, 1, 4)
    with clock.set_to(at(day)):
        version = factories.bring_to("in force", cast)
        version.actions.update(due_on=day)
        send_reminders()
        perform("vary", version, by=cast.hoo, request=Request())
        Version.objects.filter(pk=version.pk).update(status="overtaken")
        version.agreement.versions.filter(number=2).update(status="in force")
        send_reminders()
    assert [what for what, _ in reminders()].count("Agreed action due") == 1


def test_an_agreement_that_ends_and_its_papers_that_expire_are_watched(cast):
    day = dt.date(2027, 1, 4)
    with clock.set_to(at(day)):
        version = in_force(cast, day)
        Version.objects.filter(pk=version.pk).update(ends_on=day + dt.timedelta(days=30))
        soon, later = (day + dt.timedelta(days=20)).isoformat(), (day + dt.timedelta(days=400)).isoformat()
        policies = [
            {"kind": "other", "expires": soon},
            {"kind": "public-liability", "expires": soon},
            {"expires": later},
        ]
        Answer.objects.create(version=version, question_id="S3-22", value=policies, by=cast.hoo)
        Answer.objects.create(version=version, question_id="S3-16", value=[{"members": 1}], by=cast.hoo)
        found = [(thing.kind, thing.due_on, thing.owners) for thing in watching.everything(day)]
    charity, prison = f"organisation:{cast.charity.pk}", f"establishment:{cast.prison.pk}"
    assert found == [
        (Watched.ENDING, day + dt.timedelta(days=30), (charity, prison)),
        (Watched.ASSURANCE, day + dt.timedelta(days=20), (charity,)),
    ]


def test_a_second_sweep_tells_nothing_twice_and_the_database_refuses_a_second_row(cast):
    day = dt.date(2027, 1, 4)
    with clock.set_to(at(day)):
        open_action(in_force(cast, day), cast, day)
        assert [send_reminders(), send_reminders()] == [1, 0]
    row = Reminder.objects.first()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_a_sweep_that_looked_before_another_wrote_adds_nothing(cast, monkeypatch):
    """As two workers at once would: the second didn't see the first's rows, and the keys stop it."""
    day = dt.date(2027, 1, 4)
    with clock.set_to(at(day)):
        open_action(in_force(cast, day), cast, day)
        send_reminders()
        before = Reminder.objects.count(), Notification.objects.count()
        monkeypatch.setattr("reviews.reminders.climbed", lambda things: frozenset())
        send_reminders()
    assert (Reminder.objects.count(), Notification.objects.count()) == before


def test_a_reminder_of_something_settled_meanwhile_is_not_sent(cast):
    day = dt.date(2027, 1, 4)
    with clock.set_to(at(day)):
        action = open_action(in_force(cast, day), cast, day)
        send_reminders()
        office.is_away = True
        send_mail()
        Action.objects.filter(pk=action.pk).update(state="done")
        send_reminders()
    office.is_away = False
    with clock.set_to(at(day + dt.timedelta(days=1))):
        send_mail()
    assert office.delivered == []


def test_a_newer_reminder_takes_the_place_of_one_that_still_waits(cast):
    day = dt.date(2027, 1, 4)
    with clock.set_to(at(day)):
        open_action(in_force(cast, day), cast, day + dt.timedelta(days=7))
        send_reminders()
        send_mail()
    with clock.set_to(at(day + dt.timedelta(days=7), 1)):
        send_reminders()
    with clock.set_to(at(day + dt.timedelta(days=8))):
        send_mail()
    assert [mail.body.count("Agreed action due") for _, mail in office.delivered] == [1]


@pytest.mark.parametrize("change", [dt.date(2026, 3, 29), dt.date(2026, 10, 25), dt.date(2027, 3, 28)])
def test_a_reminder_comes_once_and_on_its_london_date_when_the_clocks_change(cast, change):
    with clock.set_to(at(change - dt.timedelta(days=40))):
        version = in_force(cast, change)
    with clock.set_to(at(change - dt.timedelta(days=2))):
        open_action(version, cast, change)
        send_reminders()
    begin = at(change, 0).astimezone(dt.UTC) - dt.timedelta(hours=1)
    for half_hours in range(10):
        with clock.set_to(begin + dt.timedelta(minutes=30 * half_hours)):
            send_reminders()
    (row,) = Reminder.objects.filter(rung="on the day")
    assert row.at.astimezone(LONDON).date() == change
    assert row.at == at(change, 0)


def test_mail_says_title_deadline_and_link_and_no_text_that_somebody_wrote(cast):
    day = dt.date(2027, 1, 4)
    with clock.set_to(at(day, 1)):
        version = in_force(cast, day)
        open_action(version, cast, day, what="A text that no mail may say", post_title="Nor this")
        send_reminders()
        send_mail()
    with clock.set_to(at(day, 8)):
        send_mail()
    ((_, mail),) = office.delivered
    html, kind = mail.alternatives[0]
    for text in (mail.body, html):
        assert f"Agreed action due 4 January 2027: {version.agreement}" in text.replace("\n", " ")
        assert version.agreement.reference in text
        assert "no mail may say" not in text + mail.subject
        assert "Nor this" not in text
    assert kind == "text/html"
    assert '<html lang="en-GB">' in html
    assert "<h1>" in html


def test_the_sweep_costs_the_same_queries_for_one_thing_and_for_three(cast):
    day = dt.date(2027, 1, 4)
    counts = []
    with clock.set_to(at(day)):
        for _ in range(2):
            version = in_force(cast, day)
            for _ in range(1 if not counts else 3):
                open_action(version, cast, day)
            with CaptureQueriesContext(connection) as queries:
                send_reminders()
            counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_post_that_changes_hands_is_told_through_its_new_holder(cast):
    day = dt.date(2027, 1, 4)
    with clock.set_to(at(day)):
        open_action(in_force(cast, day), cast, day)
        Holding.objects.filter(user=cast.hoo).update(until_on=day - dt.timedelta(days=1))
        successor = factories.hold(cast.hoo_post, from_on=day)
        send_reminders()
        send_mail()
    with clock.set_to(at(day + dt.timedelta(days=1))):
        send_mail()
    assert [mail.to for _, mail in office.delivered] == [[successor.email]]


def test_a_draft_asks_whose_turn_it_is(cast):
    with clock.set_to(at(dt.date(2026, 11, 2))):
        version = factories.bring_to("outline", cast)
        assert Agreement.objects.get(pk=version.agreement_id).sent_at is None
    with clock.set_to(at(dt.date(2027, 2, 1))):
        send_reminders()
    (mail,) = Notification.objects.filter(template="reminder")
    assert mail.addressee == f"organisation:{cast.charity.pk} organisation_lead:{cast.charity.pk}"


def test_a_declined_draft_is_left_in_peace(cast):
    with clock.set_to(at(dt.date(2026, 11, 2))):
        version = factories.bring_to("with prison", cast)
        perform("decline", version, by=cast.hoo, request=Request(reason="other", note="No"))
    assert list(watching.everything(dt.date(2027, 11, 2))) == []
