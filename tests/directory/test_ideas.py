"""A partner flags a need or pitches an idea; the prison answers within 20 working days, and the answer counts on the map."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from directory import needs_map
from directory.models import Establishment, Idea, Role
from directory.operations import ideas
from directory.seen import ideas_seen_by
from portal.foundation import clock
from portal.foundation.exceptions import NotReady
from portal.foundation.models import AuditEvent, Notification
from tests import factories
from tests.directory import needing

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return factories.Cast()


@pytest.fixture
def coordinator(cast):
    return needing.coordinator(cast.prison)


@pytest.fixture
def idea(cast, coordinator):
    return needing.idea(cast.prison, cast.charity, cast.contributor)


def enter(client, who):
    client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_the_prisons_contact_is_told_at_once_without_the_words(cast, coordinator, idea):
    mail = Notification.objects.get(template="idea_put")
    assert (mail.addressee, mail.at_once) == (f"post:{coordinator.holdings.get().post_id}", True)
    assert idea.text not in str(mail.context)


def test_where_there_is_no_coordinator_the_head_is_told(cast):
    needing.idea(cast.prison, cast.charity, cast.contributor)
    assert Notification.objects.get(template="idea_put").addressee == f"establishment_lead:{cast.prison.pk}"


def test_an_answer_is_due_after_twenty_working_days(cast):
    with clock.set_to(dt.datetime(2026, 12, 8, 12, tzinfo=dt.UTC)):
        idea = needing.idea(cast.prison, cast.charity, cast.contributor)
    # Christmas, Boxing Day (kept on a Monday), New Year's Day and 2 January (kept on a Monday) don't count.
    assert idea.due_on == dt.date(2027, 1, 11)


def test_only_who_drafts_for_the_organisation_puts_an_idea(cast, coordinator):
    for who in (cast.stranger, coordinator, cast.cjvsf):
        with pytest.raises(PermissionDenied):
            needing.idea(cast.prison, cast.charity, who)
    assert not Idea.objects.exists()


def test_a_closed_prison_takes_no_ideas(cast):
    closed = factories.prison("COR")
    with pytest.raises(NotReady, match="is closed"):
        needing.idea(closed, cast.charity, cast.contributor)


def test_the_answer_is_told_to_the_organisation_and_written_down(cast, coordinator, idea):
    ideas.answer_idea(idea, by=coordinator, reply="not now", why="The room is being rebuilt.")
    mail = Notification.objects.get(template="idea_answered")
    assert (mail.addressee, mail.context["reply"]) == (f"organisation:{cast.charity.pk}", "Not now")
    assert "rebuilt" not in str(mail.context)
    assert list(AuditEvent.objects.filter(about=f"idea:{idea.pk}").values_list("event", flat=True)) == [
        "put idea",
        "answer idea",
    ]


def test_only_the_head_or_the_coordinator_of_the_prison_answers(cast, idea):
    reader = factories.hold(factories.post(Role.READER, cast.prison))
    other = factories.hold(factories.post(Role.HOO, factories.prison("EDI")))
    for who in (reader, other, cast.cjvsf, cast.signatory):
        with pytest.raises(PermissionDenied):
            ideas.answer_idea(idea, by=who, reply="wanted", why="Yes")
    assert ideas.answer_idea(idea, by=cast.hoo, reply="wanted", why="Yes").reply == "wanted"


def test_an_idea_is_answered_once_and_a_duplicate_names_what_is_there(cast, coordinator, idea):
    with pytest.raises(NotReady, match="Choose the service"):
        ideas.answer_idea(idea, by=coordinator, reply="duplicate", why="It is there.")
    there = needing.listing(cast.prison, needing.term("health"))
    answered = ideas.answer_idea(idea, by=coordinator, reply="duplicate", why="It is there.", duplicate_of=there)
    assert answered.duplicate_of == there
    with pytest.raises(NotReady, match="has answered this already"):
        ideas.answer_idea(idea, by=cast.hoo, reply="wanted", why="No, we want it.")


def test_the_database_keeps_an_answer_as_it_was_given(cast, coordinator, idea):
    ideas.answer_idea(idea, by=coordinator, reply="wanted", why="Yes")
    rows = Idea.objects.filter(pk=idea.pk)
    for change in (lambda: rows.update(why="No"), lambda: rows.update(reply="not now"), rows.delete):
        with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
            change()
    assert rows.update(organisation=factories.organisation()) == 1, "organisations may merge"


def test_without_its_guard_the_database_would_change_an_answer(cast, coordinator, idea):
    ideas.answer_idea(idea, by=coordinator, reply="wanted", why="Yes")
    on = " ON directory_idea" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER directory_idea_no_update{on}")
    assert Idea.objects.filter(pk=idea.pk).update(why="No") == 1


def test_each_side_sees_its_own_and_cjvsf_all(cast, coordinator, idea):
    other = factories.Cast("EDI")
    theirs = needing.idea(other.prison, other.charity, other.contributor)
    assert list(ideas_seen_by(cast.signatory)) == list(ideas_seen_by(coordinator)) == [idea]
    assert list(ideas_seen_by(other.hoo)) == [theirs]
    assert list(ideas_seen_by(cast.cjvsf)) == [theirs, idea]
    assert list(ideas_seen_by(cast.stranger)) == []


def test_a_wanted_idea_marks_the_gap(cast, coordinator, idea):
    needing.publish(cast.prison, coordinator, needs={"health": 3, "arts-and-creativity": 1})
    one = Establishment.objects.filter(pk=cast.prison.pk)
    assert [(gap.slug, gap.is_wanted) for gap in needs_map.read(one).need_gaps] == [
        ("health", False),
        ("arts-and-creativity", False),
    ]
    ideas.answer_idea(idea, by=coordinator, reply="wanted", why="Yes")
    assert [(gap.slug, gap.is_wanted) for gap in needs_map.read(one).need_gaps] == [
        ("health", True),
        ("arts-and-creativity", False),
    ]


def test_an_idea_that_is_not_wanted_marks_nothing(cast, coordinator, idea):
    needing.publish(cast.prison, coordinator, needs={"health": 3})
    ideas.answer_idea(idea, by=coordinator, reply="not now", why="Later")
    assert [gap.is_wanted for gap in needs_map.read().need_gaps] == [False]


def test_cjvsf_sees_silence(client, cast, idea):
    with clock.set_to(clock.now() + dt.timedelta(days=45)):
        page = enter(client, cast.cjvsf).get(reverse("idea_list"), {"state": "late"}).content.decode()
        assert "1 without an answer" in page
        assert idea.reference in page
        assert "No answer" in page
    page = client.get(reverse("idea_list"), {"state": "late"}).content.decode()
    assert idea.reference not in page


def test_the_list_is_narrowed_and_a_page_too_many_is_the_last(client, cast, coordinator, idea):
    second = needing.idea(cast.prison, cast.charity, cast.contributor, "faith-and-belief")
    ideas.answer_idea(second, by=coordinator, reply="wanted", why="Yes")
    page = enter(client, coordinator).get(reverse("idea_list"), {"state": "wanted", "page": "99"}).content.decode()
    assert second.reference in page
    assert idea.reference not in page


def test_a_gap_leads_to_a_form_with_prison_and_need_chosen(client, cast):
    address = reverse("idea_new") + f"?prison={cast.prison.slug}&need=health"
    page = enter(client, cast.contributor).get(address).content.decode()
    assert f'<option value="{cast.prison.slug}" selected>' in page
    assert '<option value="health" selected>' in page


def test_the_form_tells_the_prison(client, cast, coordinator):
    told = {
        "establishment": cast.prison.slug,
        "organisation": cast.charity.pk,
        "kind": "flag",
        "need": "health",
        "group": "women",
        "text": "Waits grow longer.",
    }
    page = enter(client, cast.contributor).post(reverse("idea_new"), told)
    idea = Idea.objects.get()
    assert page.url == reverse("idea_detail", args=[idea.reference])
    assert (idea.kind, idea.need.slug, idea.group.slug, idea.text) == ("flag", "health", "women", "Waits grow longer.")


def test_nobody_tells_a_prison_in_anothers_name(client, cast):
    told = {"establishment": cast.prison.slug, "organisation": cast.charity.pk, "kind": "flag", "need": "health"}
    page = enter(client, cast.stranger).post(reverse("idea_new"), told | {"text": "Waits grow longer."})
    assert page.status_code == 200
    assert not Idea.objects.exists()


def test_prison_staff_answer_on_the_page(client, cast, coordinator, idea):
    address = reverse("idea_detail", args=[idea.reference])
    page = enter(client, coordinator).post(address, {"reply": "duplicate", "why": "It is there."})
    assert "Choose the service that is there already" in page.content.decode()
    assert "It is there." in page.content.decode()
    there = needing.listing(cast.prison, needing.term("health"))
    client.post(address, {"reply": "duplicate", "why": "It is there.", "duplicate_of": there.pk})
    assert Idea.objects.get().duplicate_of == there
    late = client.post(address, {"reply": "wanted", "why": "No"})
    assert late.status_code == 409
    assert "has answered this already" in late.content.decode()


def test_who_may_not_answer_sees_no_form_and_posts_in_vain(client, cast, idea):
    address = reverse("idea_detail", args=[idea.reference])
    assert 'name="reply"' not in enter(client, cast.signatory).get(address).content.decode()
    assert client.post(address, {"reply": "wanted", "why": "Yes"}).status_code == 403
    assert enter(client, cast.stranger).get(address).status_code == 404
    assert Idea.objects.get().reply == ""


def test_a_wanted_idea_can_start_an_agreement(client, cast, coordinator, idea):
    ideas.answer_idea(idea, by=coordinator, reply="wanted", why="Yes")
    page = enter(client, cast.contributor).get(reverse("idea_detail", args=[idea.reference])).content.decode()
    address = f"{reverse('agreement_new')}?prison={cast.prison.slug}&amp;need=health"
    assert address in page
    page = enter(client, coordinator).get(reverse("idea_detail", args=[idea.reference])).content.decode()
    assert address not in page
