"""A prison says what it needs: a draft that its people share, partners heard, published once a year and never changed."""

import datetime as dt
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from directory.models import NeedsStatement, PartnerView, Role
from directory.needs_map import newest_statements
from directory.operations import needs
from directory.seen import statements_seen_by, views_seen_by
from portal.foundation import clock
from portal.foundation.exceptions import NotReady
from portal.foundation.models import AuditEvent
from tests import factories
from tests.directory import needing

pytestmark = pytest.mark.django_db
NEXT_YEAR = dt.datetime(2027, 6, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def cast():
    return factories.Cast()


@pytest.fixture
def coordinator(cast):
    return needing.coordinator(cast.prison)


def enter(client, who):
    client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def save(cast, who, revision=0, **fields):
    return needs.save_statement(cast.prison, by=who, revision=revision, **fields)


def test_coordinator_and_head_write_one_draft(cast, coordinator):
    first = save(cast, coordinator, needs={"health": 3})
    second = save(cast, cast.hoo, revision=1, sources="A survey")
    assert first.pk == second.pk
    assert (second.needs, second.sources, second.revision) == ({"health": 3}, "A survey", 2)


def test_nobody_else_writes_it(cast):
    reader = factories.hold(factories.post(Role.READER, cast.prison))
    other = factories.hold(factories.post(Role.HOO, factories.prison("EDI")))
    for who in (reader, other, cast.signatory, cast.cjvsf, cast.stranger):
        with pytest.raises(PermissionDenied):
            save(cast, who, needs={"health": 3})
        with pytest.raises(PermissionDenied):
            needs.publish_statement(cast.prison, by=who, year=clock.today().year, revision=0)
    assert not NeedsStatement.objects.exists()


def test_a_save_that_saw_an_older_draft_is_refused_and_says_who_was_faster(cast, coordinator):
    save(cast, coordinator, needs={"health": 3})
    with pytest.raises(NotReady, match=f"{coordinator} has changed the draft"):
        save(cast, cast.hoo, needs={"health": 1})
    assert NeedsStatement.objects.get().needs == {"health": 3}


def test_what_is_missing_is_said_before_it_is_published(cast, coordinator):
    draft = save(cast, coordinator, needs={}, sources="A survey")
    with pytest.raises(NotReady) as refused:
        needing.publish_as_it_is(draft, coordinator)
    assert refused.value.reasons == (
        "Give at least one need a weight.",
        "Say how and when partners were heard.",
        "Say how and when people in custody were heard.",
    )


def test_it_is_published_once_a_year(cast, coordinator):
    statement = needing.publish(cast.prison, coordinator, needs={"health": 3})
    with pytest.raises(NotReady, match="stays as it is until next year"):
        save(cast, coordinator, revision=1, needs={"health": 1})
    with pytest.raises(NotReady, match="stays as it is until next year"):
        needing.publish_as_it_is(statement, cast.hoo)
    assert AuditEvent.objects.filter(about=f"prison:{cast.prison.pk}").values_list("event", flat=True)[::1] == [
        "draft needs",
        "publish needs",
    ]
    with clock.set_to(NEXT_YEAR.replace(year=statement.year + 1)):
        assert save(cast, coordinator, needs={"health": 1}).year == statement.year + 1


def test_the_database_refuses_to_change_or_delete_what_is_published(cast, coordinator):
    statement = needing.publish(cast.prison, coordinator, needs={"health": 3})
    rows = NeedsStatement.objects.filter(pk=statement.pk)
    for change in (lambda: rows.update(needs={}), lambda: rows.update(published_at=None), rows.delete):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            change()
    assert rows.get().needs == {"health": 3}


def test_without_its_guard_the_database_would_change_what_is_published(cast, coordinator):
    statement = needing.publish(cast.prison, coordinator, needs={"health": 3})
    on = " ON directory_needsstatement" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER directory_needsstatement_no_update{on}")
    assert NeedsStatement.objects.filter(pk=statement.pk).update(needs={}) == 1


def test_a_draft_can_be_changed_and_deleted(cast, coordinator):
    """The guard looks at publication, and at nothing else."""
    statement = save(cast, coordinator, needs={"health": 3})
    rows = NeedsStatement.objects.filter(pk=statement.pk)
    assert rows.update(needs={}) == 1
    assert rows.delete()[0] == 1


def test_the_newest_published_statement_counts(cast, coordinator):
    old = needing.publish(cast.prison, coordinator, needs={"health": 3})
    with clock.set_to(NEXT_YEAR.replace(year=old.year + 1)):
        save(cast, coordinator, needs={"health": 1})
        assert newest_statements([cast.prison]) == {cast.prison.pk: old}
        new = needing.publish_draft(cast.prison, coordinator)
    assert newest_statements([cast.prison]) == {cast.prison.pk: new}


def test_a_draft_is_seen_by_the_prison_and_cjvsf_only(cast, coordinator):
    draft = save(cast, coordinator, needs={"health": 3})
    reader = factories.hold(factories.post(Role.READER, cast.prison))
    other = factories.hold(factories.post(Role.HOO, factories.prison("EDI")))
    seen = {who: list(statements_seen_by(who)) for who in (coordinator, reader, cast.cjvsf)}
    hidden = {who: list(statements_seen_by(who)) for who in (other, cast.signatory, factories.user())}
    assert list(seen.values()) == [[draft]] * 3
    assert list(hidden.values()) == [[]] * 3


def test_what_is_published_is_seen_by_whoever_holds_a_post(cast, coordinator):
    statement = needing.publish(cast.prison, coordinator, needs={"health": 3})
    assert list(statements_seen_by(cast.stranger)) == [statement]
    assert list(statements_seen_by(factories.user())) == []


def test_a_partner_tells_the_prison_and_no_other_partner_reads_it(cast, coordinator):
    said = needs.tell_prison(cast.prison, cast.charity, by=cast.contributor, text="Debt is growing.")
    assert list(views_seen_by(coordinator)) == list(views_seen_by(cast.signatory)) == [said]
    assert list(views_seen_by(cast.cjvsf)) == [said]
    assert list(views_seen_by(cast.stranger)) == []
    with pytest.raises(PermissionDenied):
        needs.tell_prison(cast.prison, cast.charity, by=cast.stranger, text="Not mine to say")
    assert PartnerView.objects.count() == 1


def test_after_publication_partners_are_told_that_it_is_too_late(cast, coordinator):
    needing.publish(cast.prison, coordinator, needs={"health": 3})
    with pytest.raises(NotReady, match="has published its statement"):
        needs.tell_prison(cast.prison, cast.charity, by=cast.contributor, text="Debt is growing.")


def form(revision=0, **fields):
    return {"revision": str(revision), "needs-health": "3", "groups-women": "2", "people_heard": "1,200"} | fields


def test_the_page_saves_weights_and_counts(client, cast, coordinator):
    page = enter(client, coordinator).post(reverse("statement_edit", args=[cast.prison.slug]), form())
    assert page.status_code == 302
    saved = NeedsStatement.objects.get()
    assert (saved.needs, saved.groups, saved.people_heard, saved.organisations_heard) == (
        {"health": 3},
        {"women": 2},
        1200,
        None,
    )


def test_it_is_published_from_the_page_that_shows_it_as_everybody_will_read_it(client, cast, coordinator):
    address = reverse("statement_edit", args=[cast.prison.slug])
    publish = reverse("statement_publish", args=[cast.prison.slug])
    shown = enter(client, coordinator).post(address, form(look="yes")).url
    assert carried(client.get(shown)) == {"year": str(clock.today().year), "revision": "1"}
    assert client.post(publish, carried(client.get(shown))).url == address
    assert "Name the sources." in client.get(address).content.decode()
    heard = {"partners_heard": "Forum", "custody_heard": "Groups", "sources": "Survey"}
    client.post(address, form(1, **heard))
    assert client.post(publish, carried(client.get(shown))).url == shown
    page = client.get(shown).content.decode()
    assert ("Very great need" in page, publish in page) == (True, False)
    assert client.get(address).url == shown


def carried(page):
    """What the page carries along about the draft that it shows."""
    return dict(re.findall(r'name="(year|revision)" value="(\d+)"', page.content.decode()))


def test_a_draft_that_changed_while_it_was_read_is_not_published_unseen(client, cast, coordinator):
    save(cast, coordinator, needs={"health": 3}, **needing.HEARD)
    shown = reverse("statement_detail", args=[cast.prison.slug, clock.today().year])
    read = carried(enter(client, cast.hoo).get(shown))
    save(cast, coordinator, revision=1, needs={"health": 1}, sources="Hearsay")
    page = client.post(reverse("statement_publish", args=[cast.prison.slug]), read)
    assert page.status_code == 409
    assert f"{coordinator} has changed the draft since you opened the page" in page.content.decode()
    assert f'href="{shown}"' in page.content.decode()
    assert not NeedsStatement.objects.published().exists()


def test_twin_who_has_read_the_change_publishes_it(client, cast, coordinator):
    save(cast, coordinator, needs={"health": 3}, **needing.HEARD)
    save(cast, coordinator, revision=1, needs={"health": 1}, sources="Hearsay")
    shown = reverse("statement_detail", args=[cast.prison.slug, clock.today().year])
    read = carried(enter(client, cast.hoo).get(shown))
    client.post(reverse("statement_publish", args=[cast.prison.slug]), read)
    assert [row.sources for row in NeedsStatement.objects.published()] == ["Hearsay"]


@pytest.fixture
def stranded(cast, coordinator):
    """A draft of December that nobody has published, and the year is over."""
    with clock.set_to(NEXT_YEAR.replace(year=2026, month=12)):
        said = needs.tell_prison(cast.prison, cast.charity, by=cast.contributor, text="Debt is growing.")
        draft = save(cast, coordinator, needs={"health": 3}, **needing.HEARD)
    with clock.set_to(NEXT_YEAR):
        yield draft, said


def test_a_draft_of_last_year_is_published_as_last_years(client, cast, coordinator, stranded):
    enter(client, coordinator)
    shown = reverse("statement_detail", args=[cast.prison.slug, 2026])
    client.post(reverse("statement_publish", args=[cast.prison.slug]), carried(client.get(shown)))
    assert newest_statements([cast.prison]) == {cast.prison.pk: NeedsStatement.objects.get(year=2026)}
    assert client.get(reverse("statement_edit", args=[cast.prison.slug])).context["form"].initial == {}


def test_this_years_page_starts_from_the_draft_that_last_year_left(client, cast, coordinator, stranded):
    draft, said = stranded
    address = reverse("statement_edit", args=[cast.prison.slug])
    page = enter(client, coordinator).get(address)
    assert page.context["form"].initial["custody_heard"] == draft.custody_heard
    assert (page.context["form"].initial["needs-health"], list(page.context["views"])) == ("3", [said])
    assert "starts from your draft for 2026" in page.content.decode()
    assert client.post(address, form(carried(page)["revision"], sources="A newer survey")).status_code == 302
    assert list(NeedsStatement.objects.order_by("year").values_list("year", "sources")) == [
        (2026, "The survey of 2025."),
        (2027, "A newer survey"),
    ]
    assert "starts from your draft" not in client.get(address).content.decode()


def test_a_draft_is_closed_once_a_later_statement_is_out(client, cast, coordinator, stranded):
    old, _ = stranded
    needing.publish(cast.prison, coordinator, needs={"health": 1})
    page = enter(client, coordinator).get(reverse("statement_detail", args=[cast.prison.slug, 2026]))
    assert "Publish the statement" not in page.content.decode()
    with pytest.raises(NotReady, match="The statement for 2027 is published"):
        needing.publish_as_it_is(old, coordinator)


def test_a_page_that_was_opened_before_new_year_says_so_and_keeps_the_words(client, cast, coordinator, stranded):
    address = reverse("statement_edit", args=[cast.prison.slug])
    page = enter(client, coordinator).post(address, form(1, sources="A newer survey"))
    assert page.status_code == 409
    assert "The year has changed since you opened the page" in page.content.decode()
    assert "A newer survey" in page.content.decode()
    assert client.post(address, form(carried(page)["revision"], sources="A newer survey")).status_code == 302
    assert NeedsStatement.objects.get(year=2027).sources == "A newer survey"


def test_who_does_not_write_it_publishes_in_vain(client, cast, coordinator):
    save(cast, coordinator, needs={"health": 3}, **needing.HEARD)
    for who in (cast.cjvsf, cast.signatory):
        assert enter(client, who).post(reverse("statement_publish", args=[cast.prison.slug])).status_code == 403
    page = enter(client, cast.cjvsf).get(reverse("statement_detail", args=[cast.prison.slug, clock.today().year]))
    assert "Publish the statement" not in page.content.decode()
    assert not NeedsStatement.objects.published().exists()


def test_a_number_that_may_be_a_prisoners_is_questioned_and_nothing_is_lost(client, cast, coordinator):
    address = reverse("statement_edit", args=[cast.prison.slug])
    page = enter(client, coordinator).post(address, form(custody_heard="We heard 123456 in May."))
    assert "looks like the number of a person in custody" in page.content.decode()
    assert "We heard 123456 in May." in page.content.decode()
    assert not NeedsStatement.objects.exists()
    assert (
        client.post(address, form(custody_heard="We heard 123456 in May.", sure_about_numbers="on")).status_code == 302
    )
    assert NeedsStatement.objects.get().custody_heard == "We heard 123456 in May."


@pytest.mark.parametrize("role", [Role.READER, Role.CJVSF, Role.SIGNATORY])
def test_the_form_is_forbidden_to_others(client, cast, role):
    at = {Role.READER: cast.prison, Role.SIGNATORY: cast.charity}.get(role)
    who = factories.hold(factories.post(role, at))
    assert enter(client, who).get(reverse("statement_edit", args=[cast.prison.slug])).status_code == 403


def test_a_draft_of_another_prison_reads_like_a_missing_one(client, cast, coordinator):
    save(cast, coordinator, needs={"health": 3})
    address = reverse("statement_detail", args=[cast.prison.slug, clock.today().year])
    assert enter(client, cast.stranger).get(address).status_code == 404
    assert enter(client, coordinator).get(address).status_code == 200
