"""One thing done to many agreements: previewed, undone within ten minutes, else done to each by the operation for one."""

import datetime as dt
import re
from unittest import mock

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import Action, Agreement, Bulk, BulkRow, Label, StatusChange, Version
from agreements.operations import bulk as operations
from agreements.operations import deeds, reminding
from agreements.operations.deeds import BY_DEED, DEEDS
from agreements.operations.labelling import put_label
from agreements.tasks import carry_out_bulks
from agreements.turns import sides_waited_for, turn, with_turn
from agreements.workflow import perform
from directory.models import Holding, Role
from portal.foundation import clock, jobs
from portal.foundation.models import AuditEvent, Notification
from portal.home.keeping import removing
from tests import factories, markup

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 10, 42, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def on_the_day():
    with clock.set_to(NOW):
        yield


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words(answer) -> str:
    return " ".join(re.sub("<[^>]+>", " ", answer.content.decode()).split())


def address(deed: str, *versions: Version, **query) -> str:
    picked = "".join(f"&agreement={version.agreement.reference}" for version in versions)
    return f"{reverse('bulk_new')}?deed={deed}{picked}" + "".join(f"&{name}={value}" for name, value in query.items())


def preview(user, deed: str, *versions: Version, given: dict | None = None, **query):
    client = signed_in(user)
    where = address(deed, *versions, **query)
    return client.get(where) if given is None else client.post(where, given)


def seen_in(answer) -> str:
    return re.search(r'name="seen" value="([^"]+)"', answer.content.decode())[1]


def asked(user, deed: str, *versions: Version, given: dict | None = None) -> Bulk:
    answer = signed_in(user).post(reverse("bulk_do"), {"seen": seen_in(preview(user, deed, *versions, given=given))})
    assert answer.status_code == 302
    return Bulk.objects.first()


def ten_minutes_later():
    return clock.set_to(NOW + operations.CAN_BE_UNDONE_FOR)


def outcomes(bulk: Bulk) -> list[tuple[str, str]]:
    return list(bulk.rows.values_list("state", "reason"))


WITHDRAW = {"reason": "capacity", "note": ""}


def end_given() -> dict:
    return {"reason": "need-met", "note": "", "last_day-day": "30", "last_day-month": "11", "last_day-year": "2026"}


# Who is offered what


def test_each_is_offered_what_they_may_do_somewhere(cast):
    told = {
        who: [deed.name for deed in deeds.deeds_for(user)]
        for who, user in {
            "CJVSF": cast.cjvsf,
            "HOO": cast.hoo,
            "signatory": cast.signatory,
            "contributor": cast.contributor,
            "administrator": factories.hold(factories.post(Role.ADMINISTRATOR, cast.charity)),
        }.items()
    }
    assert told == {
        "CJVSF": ["remind", "label", "hand-on"],
        "HOO": ["remind", "hand-on", "end"],
        "signatory": ["remind", "end", "withdraw"],
        "contributor": [],
        "administrator": ["remind", "hand-on", "end", "withdraw"],
    }


def test_the_list_has_ticks_for_whoever_may_do_something(cast):
    factories.bring_to("with prison", cast)
    pages = [signed_in(user).get(reverse("agreement_list")).content.decode() for user in (cast.hoo, cast.contributor)]
    assert [page.count('name="agreement"') for page in pages] == [1, 0]
    assert [markup.faults(page.split("<main")[1]) for page in pages] == [[], []]


@pytest.mark.parametrize(("deed", "status"), [("label", 403), ("no-such", 404), ("", 404)])
def test_what_is_not_offered_is_refused(cast, deed, status):
    version = factories.bring_to("with prison", cast)
    assert preview(cast.hoo, deed, version).status_code == status


def test_nothing_chosen_leads_back_to_the_list_with_its_filter(cast):
    answer = preview(cast.cjvsf, "remind", status="outline")
    assert answer["Location"] == f"{reverse('agreement_list')}?status=outline"


def test_too_many_at_once_are_refused(cast, monkeypatch):
    monkeypatch.setattr(operations, "MOST", 1)
    versions = [factories.bring_to("outline", cast) for _ in range(2)]
    assert preview(cast.cjvsf, "remind", *versions).status_code == 302
    assert preview(cast.cjvsf, "remind", versions[0]).status_code == 200


# What is chosen


def test_ticks_choose_those_and_all_chooses_what_the_filter_leaves(cast):
    outline, sent = factories.bring_to("outline", cast), factories.bring_to("with prison", cast)
    ticked = words(preview(cast.cjvsf, "remind", sent))
    assert [str(version.agreement) in ticked for version in (outline, sent)] == [False, True]
    filtered = words(preview(cast.cjvsf, "remind", all="yes", status="outline"))
    assert [str(version.agreement) in filtered for version in (outline, sent)] == [True, False]


def test_a_filter_that_means_nothing_chooses_nothing(cast):
    factories.bring_to("with prison", cast)
    assert preview(cast.cjvsf, "remind", all="yes", status="typo").status_code == 302


def test_nobody_chooses_what_they_may_not_see(cast):
    theirs, other = factories.bring_to("with prison", cast), factories.Cast("EDI")
    mine = factories.bring_to("with prison", other)
    for answer in (preview(other.signatory, "remind", theirs, mine), preview(other.signatory, "remind", all="yes")):
        assert [str(version.agreement) in words(answer) for version in (theirs, mine)] == [False, True]
    hoo_of_other = operations.preview(BY_DEED["remind"], [theirs.agreement_id, mine.agreement_id], {}, other.hoo)
    assert [seen.version for seen in hoo_of_other] == [mine]


# The preview


def test_the_preview_says_what_happens_to_each_and_what_cannot_and_why(cast):
    waits, over = factories.bring_to("with prison", cast), factories.bring_to("in force", cast)
    answer = preview(cast.cjvsf, "remind", waits, over)
    told = words(answer)
    assert "What will happen: 1 agreement" in told
    assert f"An email goes to {cast.prison}." in told
    assert "What can’t be done, and why: 1 agreement" in told
    assert reminding.NOBODYS_TURN in told
    assert markup.faults(answer.content.decode().split("<main")[1]) == []
    assert not Bulk.objects.exists()


def test_where_nothing_can_be_done_there_is_no_button(cast):
    answer = preview(cast.cjvsf, "remind", factories.bring_to("in force", cast))
    assert ("There is nothing to do" in words(answer), "Do it" in words(answer)) == (True, False)


def test_a_form_that_is_not_filled_in_says_so_and_keeps_what_is(cast):
    version = factories.bring_to("in force", cast)
    answer = preview(cast.hoo, "end", version, given={"reason": "need-met", "note": "We did it"})
    assert ("There is a problem" in words(answer), "We did it" in words(answer)) == (True, True)


GIVEN = {
    "remind": lambda cast: {},
    "label": lambda cast: {"name": "Spring", "do": "put"},
    "hand-on": lambda cast: {"post": str(cast.hoo_post.pk)},
    "end": lambda cast: {"reason": "need-met", "note": "", "last_day": "2026-11-30"},
    "withdraw": lambda cast: {"reason": "capacity", "note": ""},
}
ACTORS = {"remind": "cjvsf", "label": "cjvsf", "hand-on": "cjvsf", "end": "hoo", "withdraw": "signatory"}


@pytest.mark.parametrize("deed", [deed.name for deed in DEEDS])
def test_a_preview_costs_as_many_queries_for_three_as_for_one(cast, deed):
    status = "in force" if deed in ("end", "hand-on") else "for signature"
    ids = [factories.bring_to(status, cast).agreement_id for _ in range(3)]
    user = getattr(cast, ACTORS[deed])
    counts, _ = [], deed_offered(user, deed)
    for chosen in (ids[:1], ids):
        with CaptureQueriesContext(connection) as queries:
            prospects = operations.preview(BY_DEED[deed], chosen, GIVEN[deed](cast), user)
        assert [seen.reasons for seen in prospects] == [()] * len(chosen)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


def deed_offered(user, deed: str) -> bool:
    """Asks where the person stands, as every page has done before it comes to the rows."""
    return BY_DEED[deed].offered(user)


def test_whose_turn_it_is_in_a_list_is_what_its_page_says(cast):
    for status in factories.ROADS:
        factories.bring_to(status, cast)
    signed_by_partner = factories.bring_to("for signature", cast)
    factories.sign(signed_by_partner, by=cast.signatory)
    versions = with_turn(Version.objects.with_parties())
    assert {version.pk: sides_waited_for(version) for version in versions} == {
        version.pk: turn(version).sides for version in Version.objects.with_parties()
    }


# Ten minutes


def test_nothing_is_done_for_ten_minutes_and_then_it_is(cast):
    version = factories.bring_to("with prison", cast)
    bulk = asked(cast.cjvsf, "remind", version)
    page = signed_in(cast.cjvsf).get(bulk.get_absolute_url())
    assert "It will be done on 20 November 2026 at 10:52" in words(page)
    with clock.set_to(NOW + operations.CAN_BE_UNDONE_FOR - dt.timedelta(seconds=1)):
        assert carry_out_bulks() == 0
    assert not Notification.objects.filter(template="reminded").exists()
    with ten_minutes_later():
        assert carry_out_bulks() == 1
        assert carry_out_bulks() == 0
    mail = Notification.objects.get(template="reminded")
    assert (mail.addressee, mail.context["by"]) == (f"establishment:{cast.prison.pk}", cast.cjvsf.name)
    line = AuditEvent.objects.filter(about=version.agreement.about).order_by("-number").first()
    assert (line.event, line.by) == ("remind", f"user:{cast.cjvsf.pk}")
    assert "Done" in words(signed_in(cast.cjvsf).get(bulk.get_absolute_url()))


def test_undone_within_ten_minutes_nothing_ever_happens(cast):
    version = factories.bring_to("with prison", cast)
    bulk, client = asked(cast.cjvsf, "remind", version), signed_in(cast.cjvsf)
    client.post(reverse("bulk_undo", args=[bulk.reference]))
    with ten_minutes_later():
        assert carry_out_bulks() == 0
    assert not Notification.objects.filter(template="reminded").exists()
    assert "You undid it" in words(client.get(bulk.get_absolute_url()))


def test_after_ten_minutes_it_cannot_be_undone(cast):
    bulk, client = asked(cast.cjvsf, "remind", factories.bring_to("with prison", cast)), signed_in(cast.cjvsf)
    with ten_minutes_later():
        client.post(reverse("bulk_undo", args=[bulk.reference]))
        assert Bulk.objects.get().undone_at is None
        assert carry_out_bulks() == 1


def test_what_a_worker_has_begun_is_not_undone_even_if_its_clock_is_ahead(cast):
    bulk = asked(cast.cjvsf, "remind", factories.bring_to("with prison", cast))
    with ten_minutes_later():
        assert len(list(jobs.claim(jobs.waiting(Bulk)))) == 1
    with pytest.raises(operations.NotReady):
        operations.undo(bulk, by=cast.cjvsf)


def test_only_its_asker_finds_it(cast):
    bulk = asked(cast.cjvsf, "remind", factories.bring_to("with prison", cast))
    for user in (cast.hoo, cast.signatory, factories.hold(factories.post(Role.CJVSF, None))):
        client = signed_in(user)
        assert client.get(bulk.get_absolute_url()).status_code == 404
        assert client.post(reverse("bulk_undo", args=[bulk.reference])).status_code == 404
        assert bulk.reference not in client.get(reverse("bulk_list")).content.decode()
    assert bulk.reference in signed_in(cast.cjvsf).get(reverse("bulk_list")).content.decode()


# What was looked at is what is done


def test_the_button_does_what_was_looked_at_and_nothing_else(cast):
    waits, later = factories.bring_to("with prison", cast), factories.bring_to("outline", cast)
    seen = seen_in(preview(cast.cjvsf, "remind", waits))
    signed_in(cast.cjvsf).post(reverse("bulk_do"), {"seen": seen, "agreement": later.agreement.reference})
    assert list(Bulk.objects.get().rows.values_list("agreement", flat=True)) == [waits.agreement_id]


def test_what_was_not_looked_at_is_refused(cast):
    client = signed_in(cast.cjvsf)
    for seen in ("", "made up", seen_in(preview(cast.cjvsf, "remind", factories.bring_to("outline", cast)))[:-2]):
        assert client.post(reverse("bulk_do"), {"seen": seen}).status_code == 409
    assert not Bulk.objects.exists()


def test_nobody_uses_what_somebody_else_has_looked_at(cast):
    seen = seen_in(preview(cast.cjvsf, "remind", factories.bring_to("outline", cast)))
    assert signed_in(cast.signatory).post(reverse("bulk_do"), {"seen": seen}).status_code == 403


def test_a_preview_is_good_for_an_hour(cast):
    seen = seen_in(preview(cast.cjvsf, "remind", factories.bring_to("outline", cast)))
    with mock.patch("django.core.signing.time.time", return_value=NOW.timestamp() + 10**9):
        assert signed_in(cast.cjvsf).post(reverse("bulk_do"), {"seen": seen}).status_code == 409


def test_what_has_become_impossible_is_left_out_when_it_is_asked_for(cast):
    version = factories.bring_to("with prison", cast)
    seen = seen_in(preview(cast.cjvsf, "remind", version))
    perform("withdraw", factories.fresh(version), by=cast.signatory, request=deeds.request_of(WITHDRAW))
    assert signed_in(cast.cjvsf).post(reverse("bulk_do"), {"seen": seen}).status_code == 409


# The deeds


def test_a_second_reminder_on_one_day_is_refused_and_says_so(cast):
    version = factories.bring_to("with prison", cast)
    first, second = (asked(cast.cjvsf, "remind", version) for _ in range(2))
    with ten_minutes_later():
        carry_out_bulks()
    told = [outcomes(first), outcomes(second)]
    assert told == [[("done", "")], [("refused", "Somebody has reminded them today already.")]]
    assert Notification.objects.filter(template="reminded").count() == 1


def test_a_hoo_ends_agreements_in_force_and_no_others(cast):
    ends, draft = factories.bring_to("in force", cast), factories.bring_to("details", cast)
    answer = preview(cast.hoo, "end", ends, draft, given=end_given())
    assert "It ends after 30 November 2026." in words(answer)
    assert "it is now agreeing details" in words(answer)
    signed_in(cast.hoo).post(reverse("bulk_do"), {"seen": seen_in(answer)})
    with ten_minutes_later():
        carry_out_bulks()
    change = StatusChange.objects.get(step="end")
    assert (change.version, change.by, change.reason) == (ends, cast.hoo, "need-met")
    assert Version.objects.get(pk=ends.pk).ends_on == dt.date(2026, 11, 30)
    assert Version.objects.get(pk=draft.pk).status == "details"


def test_an_agreement_in_force_is_ended_and_not_the_draft_that_would_change_it(cast):
    version = factories.bring_to("in force", cast)
    perform("vary", version, by=cast.hoo)
    (seen,) = operations.preview(BY_DEED["end"], [version.agreement_id], GIVEN["end"](cast), cast.hoo)
    assert (seen.version, seen.reasons) == (version, ())


def test_a_signatory_withdraws_drafts(cast):
    versions = [factories.bring_to("outline", cast) for _ in range(2)]
    bulk = asked(cast.signatory, "withdraw", *versions, given=WITHDRAW)
    with ten_minutes_later():
        carry_out_bulks()
    assert outcomes(bulk) == [("done", "")] * 2
    assert set(Version.objects.values_list("status", flat=True)) == {"withdrawn"}


def test_cjvsf_ends_and_withdraws_nothing(cast):
    version = factories.bring_to("in force", cast)
    assert preview(cast.cjvsf, "end", version).status_code == 403
    (seen,) = operations.preview(BY_DEED["end"], [version.agreement_id], GIVEN["end"](cast), cast.cjvsf)
    assert seen.reasons == (deeds.NOT_YOURS,)


def test_open_actions_go_to_another_post_of_their_side_and_it_is_told(cast):
    version = factories.bring_to("in force", cast)
    coordinator = factories.post(Role.COORDINATOR, cast.prison, title="Coordinator of the hall")
    factories.hold(coordinator)
    other_side, done = (
        Action.objects.create(
            version=version,
            what="Something else",
            owner=owner,
            post_title="Somebody",
            due_on=clock.today(),
            by=cast.hoo,
            state=state,
        )
        for owner, state in (("partner", "open"), ("prison", "done"))
    )
    bulk = asked(cast.hoo, "hand-on", version, given={"post": str(coordinator.pk)})
    with ten_minutes_later():
        carry_out_bulks()
    assert outcomes(bulk) == [("done", "")]
    told = {action.what: action.post_title for action in version.actions.exclude(pk__in=[other_side.pk, done.pk])}
    assert told == {"Book the room": "Coordinator of the hall"}
    assert {Action.objects.get(pk=action.pk).post_title for action in (other_side, done)} == {"Somebody"}
    mail = Notification.objects.get(template="actions_handed_on")
    assert (mail.addressee, mail.context["number"]) == (f"post:{coordinator.pk}", 1)


def test_the_draft_of_the_next_version_gets_the_new_post_too_but_not_while_it_is_being_approved(cast):
    version = factories.bring_to("in force", cast)
    perform("vary", version, by=cast.hoo)
    draft = version.agreement.versions.get(number=2)
    given = {"post": str(cast.hoo_post.pk)}
    Version.objects.filter(pk=draft.pk).update(status="for approval")
    (seen,) = operations.preview(BY_DEED["hand-on"], [version.agreement_id], given, cast.cjvsf)
    assert "being approved or signed" in seen.reasons[0]
    Version.objects.filter(pk=draft.pk).update(status="details")
    asked(cast.cjvsf, "hand-on", version, given=given)
    with ten_minutes_later():
        carry_out_bulks()
    assert [action.post for action in (*version.actions.all(), *draft.actions.all())] == [cast.hoo_post] * 2


def test_actions_go_to_no_post_of_another_party(cast):
    version, other = factories.bring_to("in force", cast), factories.Cast("EDI")
    answer = preview(cast.cjvsf, "hand-on", version, given={"post": str(other.hoo_post.pk)})
    assert "There is a problem" in words(answer)
    (seen,) = operations.preview(BY_DEED["hand-on"], [version.agreement_id], {"post": other.hoo_post.pk}, cast.cjvsf)
    assert seen.reasons == (f"{other.prison} isn’t a party to it.",)


def test_a_party_hands_on_its_own_actions_only(cast):
    version = factories.bring_to("in force", cast)
    charity_post = cast.signatory.holdings.get().post
    (seen,) = operations.preview(BY_DEED["hand-on"], [version.agreement_id], {"post": charity_post.pk}, cast.hoo)
    assert seen.reasons == (deeds.NOT_YOURS,)


def test_labels_are_put_on_found_by_and_taken_off_and_only_cjvsf_sees_them(cast):
    versions = [factories.bring_to("with prison", cast) for _ in range(2)]
    asked(cast.cjvsf, "label", versions[0], given={"name": "KESTREL", "do": "put"})
    with ten_minutes_later():
        carry_out_bulks()
    page = signed_in(cast.cjvsf).get(reverse("agreement_list"), {"label": "kestrel"})
    assert [version.agreement.reference in page.content.decode() for version in versions] == [True, False]
    for user in (cast.hoo, cast.signatory):
        assert "KESTREL" not in signed_in(user).get(reverse("agreement_list")).content.decode()
        page = signed_in(user).get(reverse("agreement_list"), {"label": "KESTREL"})
        assert [version.agreement.reference in page.content.decode() for version in versions] == [True, True]
    asked(cast.cjvsf, "label", *versions, given={"name": "KESTREL", "do": "take"})
    assert list(Bulk.objects.first().rows.values_list("agreement", flat=True)) == [versions[0].agreement_id]
    with ten_minutes_later():
        carry_out_bulks()
    assert not Label.objects.exists()


def test_the_list_costs_the_same_with_labels_on_three_as_on_one(cast):
    client, counts = signed_in(cast.cjvsf), []
    for more in (1, 2):
        for _ in range(more):
            put_label(cast.start().agreement, name="Spring", by=cast.cjvsf)
        client.get(reverse("agreement_list"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("agreement_list"))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10


# The worker


def test_rights_and_rules_are_asked_again_when_it_is_done(cast):
    mine, gone = factories.bring_to("outline", cast), factories.bring_to("outline", cast)
    bulk = asked(cast.signatory, "withdraw", mine, gone, given=WITHDRAW)
    perform("submit", complete(gone, cast), by=cast.contributor)
    perform("decline", factories.fresh(gone), by=cast.hoo, request=deeds.request_of({"reason": "other", "note": "x"}))
    with ten_minutes_later():
        carry_out_bulks()
    refused = ("refused", "It can’t be done from here: it is now declined.")
    assert dict(bulk.rows.values_list("agreement", "state")) == {
        mine.agreement_id: "done",
        gone.agreement_id: "refused",
    }
    assert refused in outcomes(bulk)


def complete(version: Version, cast: factories.Cast) -> Version:
    factories.answer_all(version, by=cast.contributor)
    return factories.fresh(version)


def test_whoever_has_left_does_nothing_any_more(cast):
    bulk = asked(cast.signatory, "withdraw", factories.bring_to("outline", cast), given=WITHDRAW)
    Holding.objects.filter(user=cast.signatory).update(until_on=clock.today() - dt.timedelta(days=1))
    with ten_minutes_later():
        carry_out_bulks()
    assert outcomes(bulk) == [("refused", deeds.NOT_YOURS)]
    assert Version.objects.get().status == "outline"


class Killed(BaseException):
    """What no handler of the worker's catches."""


def test_a_killed_workers_rows_stay_done_and_another_goes_on_with_the_rest(cast):
    versions = [factories.bring_to("with prison", cast) for _ in range(3)]
    asked(cast.cjvsf, "remind", *versions)
    calls = iter([None, Killed()])

    def remind_or_die(version, *, by):
        if fault := next(calls):
            raise fault
        reminding.remind(version, by=by)

    with ten_minutes_later(), mock.patch.object(deeds, "remind", remind_or_die), pytest.raises(Killed):
        carry_out_bulks()
    assert sorted(BulkRow.objects.values_list("state", flat=True)) == ["done", "waiting", "waiting"]
    with clock.set_to(NOW + dt.timedelta(hours=1)):
        assert carry_out_bulks() == 1
    assert set(BulkRow.objects.values_list("state", flat=True)) == {"done"}
    assert Notification.objects.filter(template="reminded").count() == 3


def first_of(bulk: Bulk) -> Version:
    """What the worker comes to first."""
    return bulk.rows.first().agreement.versions.get()


def reminded_unless(fault: Exception, odd: Version):
    def remind(version, *, by):
        if version == odd:
            raise fault
        reminding.remind(version, by=by)

    return mock.patch.object(deeds, "remind", remind)


def test_a_fault_in_one_agreement_is_said_there_and_the_others_are_done(cast):
    versions = [factories.bring_to("with prison", cast) for _ in range(3)]
    bulk = asked(cast.cjvsf, "remind", *versions)
    with ten_minutes_later(), reminded_unless(KeyError("odd"), first_of(bulk)):
        assert carry_out_bulks() == 1
    assert outcomes(bulk) == [("refused", operations.WENT_WRONG), ("done", ""), ("done", "")]
    assert Bulk.objects.get().state == "done"
    assert operations.WENT_WRONG in words(signed_in(cast.cjvsf).get(bulk.get_absolute_url()))


def test_twin_a_fault_that_nobody_takes_at_its_row_would_hold_up_the_others(cast):
    versions = [factories.bring_to("with prison", cast) for _ in range(2)]
    bulk = asked(cast.cjvsf, "remind", *versions)
    unguarded = mock.patch.object(operations, "InterfaceError", KeyError)
    with ten_minutes_later(), unguarded, reminded_unless(KeyError("odd"), first_of(bulk)):
        assert carry_out_bulks() == 0
    assert outcomes(bulk) == [("waiting", "")] * 2


def test_while_the_database_is_away_nothing_is_refused_and_all_is_tried_again(cast):
    versions = [factories.bring_to("with prison", cast) for _ in range(2)]
    bulk = asked(cast.cjvsf, "remind", *versions)
    with ten_minutes_later(), reminded_unless(OperationalError("away"), first_of(bulk)):
        assert carry_out_bulks() == 0
    with clock.set_to(NOW + dt.timedelta(hours=1)):
        assert carry_out_bulks() == 1
    assert outcomes(bulk) == [("done", "")] * 2


def test_of_two_workers_at_one_row_one_does_it(cast):
    bulk = asked(cast.cjvsf, "remind", factories.bring_to("with prison", cast))
    (row,) = operations.rows_to_do(bulk)
    with mock.patch.object(operations, "do") as do:
        for _ in range(2):
            operations.carry_out(row, BY_DEED["remind"], by=cast.cjvsf)
    assert do.call_count == 1


def test_the_sweep_is_a_command_too(cast, capsys):
    asked(cast.cjvsf, "remind", factories.bring_to("with prison", cast))
    with ten_minutes_later():
        call_command("carry_out_bulks")
    assert capsys.readouterr().out == "1 done\n"


def test_labels_and_rows_go_with_their_agreement():
    assert {BulkRow, Label} <= {model for model, _ in removing._of(Agreement)}
