"""Table by table: nobody changes a row without a line of the audit in the same transaction.

The statements that each deed sends are watched. What is changed between the outermost savepoint and its release is one
transaction of the portal's; either a line of the audit is among it, or every table in it stands below with its reason.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from agreements.effects import Request
from agreements.models import AssuranceProfile, Comment
from agreements.operations import (
    assurance,
    bulk,
    checking,
    doing,
    drafting,
    importing,
    labelling,
    question_sets,
    scanning,
    showing,
)
from agreements.operations.deeds import BY_DEED
from directory.models import Holding, Idea, Listing, LocalAuthority, Organisation, Role, Term
from directory.operations import (
    accounts,
    areas,
    corrections,
    holdings,
    ideas,
    invitations,
    joining,
    listings,
    mail,
    needs,
    organisations,
    posts,
)
from directory.parties import Party
from portal.exports.lists import AGREEMENTS
from portal.exports.operations import ask_for_export
from portal.foundation import clock
from portal.home.keeping.holds import place_hold
from portal.home.keeping.periods import choose_period
from portal.home.shelf.operations import complain
from reviews import calendar
from reviews.recording import save_figures
from tests import factories
from tests.reviews import stories

pytestmark = pytest.mark.django_db

APPS = ("foundation", "directory", "agreements", "reviews", "home", "exports", "dashboards")
AUDIT = "foundation_auditevent"
CHANGE = re.compile(r'^(?:INSERT(?: OR IGNORE)? INTO|UPDATE|DELETE FROM) "(\w+)"')
# Tables that change without a line of their own.
OUTSIDE = {
    AUDIT: "the lines themselves",
    "foundation_notification": "mail, which follows from what has a line; its own log says what became of it",
    "foundation_typedtext": "what somebody is typing, kept for them alone",
    "foundation_user_groups": "not used",
    "foundation_user_user_permissions": "not used",
    "directory_localauthority": "loaded by the operator",
    "directory_establishment": "loaded by the operator",
    "directory_establishment_holds": "loaded by the operator",
    "directory_registeredcharity": "loaded by the operator",
    "directory_vocabulary": "loaded by the operator",
    "directory_term": "loaded by the operator",
    "directory_handout": "printed by the worker out of what is listed",
    "agreements_eligibilitycheck": "answers of somebody whom nobody knows",
    "agreements_printing": "printed by the worker; its hash is kept",
    "reviews_reviewrecord": "printed by the worker; its hash is kept",
    "reviews_reminder": "what the worker has reminded of",
    "home_personaldatacopy": "printed by the worker for the person themselves",
    "exports_opendataedition": "made by the worker out of what is public",
    "dashboards_keptsums": "sums that the worker keeps",
    "dashboards_estatereport": "printed by the worker",
}

# The worker puts the next review in, out of what was signed. What people do in it is recorded.
BY_THE_WORKER = [{"reviews_review"}]


class Watch:
    """The transactions that were seen: for each the tables that changed in it."""

    def __init__(self) -> None:
        self.depth, self.open = 0, set[str]()
        self.seen: list[set[str]] = []

    def __call__(self, execute, sql, params, many, context):
        done = execute(sql, params, many, context)
        if sql.startswith("SAVEPOINT"):
            self.depth += 1
        elif sql.startswith("RELEASE SAVEPOINT"):
            self.depth -= 1
        elif change := CHANGE.match(sql):
            self.open.add(change[1])
        if not self.depth and self.open:
            self.seen.append(self.open)
            self.open = set()
        return done

    @property
    def unrecorded(self) -> list[set[str]]:
        return [tables - set(OUTSIDE) for tables in self.seen if tables - set(OUTSIDE) and AUDIT not in tables]


@contextmanager
def watched() -> Iterator[Watch]:
    watch = Watch()
    with connection.execute_wrapper(watch):
        yield watch


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


def file(content: bytes = b"%PDF-1.7 something") -> SimpleUploadedFile:
    return SimpleUploadedFile("file.pdf", content)


Deed = Callable[[factories.Cast], None]


def life_of_an_agreement(cast) -> None:
    version = factories.bring_to("in force", cast)
    factories.perform("pause", version, by=cast.hoo, request=Request(reason="other", note="Because"))


def a_return(cast) -> None:
    version = factories.bring_to("with prison", cast)
    asked = Request(reason="need-unclear", questions=("S1-03",), note="Why?", answer_by=clock.today())
    factories.perform("return-outline", version, by=cast.hoo, request=asked)


def talk_and_files(cast) -> None:
    version = cast.start()
    told = {"question_id": "S1-03", "text": "See this", "mentions": [cast.signatory]}
    drafting.add_comment(version, by=cast.contributor, **told)
    drafting.resolve_comment(Comment.objects.get(), by=cast.contributor)
    kept = importing.keep_import(version, name="a.docx", sha256="1" * 64, answers={}, left=[], by=cast.contributor)
    importing.settle_import(kept, by=cast.contributor)


def profile(cast) -> None:
    version = factories.bring_to("details", cast)
    assurance.fill_in(cast.charity, {"S3-26": "Tell the manager."}, replacing={"S3-26": ""}, by=cast.contributor)
    newest = AssuranceProfile.objects.get()
    stored = {row.question_id: str(row.pk) for row in version.answers.filter(replaced_at=None)}
    base = {"S3-26": stored.get("S3-26", "")}
    assurance.use_profile(version, newest, questions=["S3-26"], replacing=base, by=cast.contributor)


def labels_bulks_and_funders(cast) -> None:
    version = factories.bring_to("with prison", cast)
    labelling.put_label(version.agreement, name="Pilot", by=cast.cjvsf)
    labelling.take_label(version.agreement, name="Pilot", by=cast.cjvsf)
    asked = bulk.ask_for_bulk(BY_DEED["remind"], [version.agreement_id], given={}, by=cast.cjvsf)
    bulk.undo(asked, by=cast.cjvsf)
    trust = Organisation.objects.get(is_funder=True)
    showing.share_with_funder(version, funder=trust, until_on=clock.today(), by=cast.signatory)
    showing.end_share(version, funder=trust, by=cast.signatory)
    showing.set_showing(version, is_shown=True, by=cast.signatory)


def paper(cast) -> None:
    told = {"organisation": cast.charity, "establishment": cast.prison, "service_name": "Joinery"}
    said = {"signed_on": dt.date(2026, 1, 20), "scan": file(), "answers": factories.ON_PAPER}
    scanning.take_in_paper(by=cast.cjvsf, **told, **said)


def questions(cast) -> None:
    draft = question_sets.begin_draft("agreement", by=cast.cjvsf)
    question_sets.discard_draft(draft, by=cast.cjvsf, seen=question_sets.fingerprint(draft.definition))


def what_follows_the_signature(cast) -> None:
    version = stories.held(cast).agreement.current_version
    counts = {"S5-02": {"referrals": 7}}
    save_figures(version, dt.date(2027, 1, 1), counts, replacing={}, by=cast.contributor)
    calendar.renew("mine", by=cast.hoo)
    told = {"note": "Done", "evidence": "A photo", "on": clock.today(), "file": file()}
    action = version.actions.first()
    doing.say_done(action, revision=action.revision, by=cast.hoo, **told)


def people(cast) -> None:
    post = posts.add_post(Party(organisation=cast.charity), by=cast.cjvsf, role=Role.ADMINISTRATOR, title="Manager")
    first = invitations.invite(post, "one@example.org", by=cast.cjvsf)
    who = invitations.accept_with_new_account(invitations.token_of(first), name="One", password=factories.PASSWORD)
    holding = Holding.objects.get(user=who)
    handover = holdings.hand_over(holding, to=cast.stranger, by=cast.cjvsf, on=clock.today())
    holdings.end_holding(handover.taken, by=cast.cjvsf)
    accounts.close_account(who, by=cast.cjvsf)
    mail.choose_frequency("weekly", by=cast.hoo)
    away = mail.add_absence(clock.today(), clock.today(), post=None, by=cast.hoo)
    mail.remove_absence(away, by=cast.hoo)


def parties(cast) -> None:
    told = {"name": "Third", "contact_name": "A", "contact_post": "B", "contact_email": "c@example.org", "why": "D"}
    joined = joining.accept_request(joining.ask_to_join(network="n", charity_number="", **told), by=cast.cjvsf)
    organisations.rename(joined, by=cast.cjvsf, name="Fourth", charity_number="")
    row = organisations.merge(joined, into=cast.charity, by=cast.cjvsf)
    organisations.undo_merge(row, by=cast.cjvsf)
    organisations.leave(joined, by=cast.cjvsf)
    areas.set_contact(by=cast.cjvsf, kind="council", area="Fife", name="Desk", mailbox="desk@example.org")


def what_is_listed(cast) -> None:
    version = factories.bring_to("in force", cast)
    listing = Listing.objects.get(agreement_reference=version.agreement.reference)
    slip = corrections.suggest_correction(listing, field="summary", proposed="Better words", by=cast.hoo)
    corrections.decline_correction(slip, by=cast.cjvsf, reason="No")
    listings.confirm_listing(listing, by=cast.contributor)
    listings.change_listing(listing, by=cast.contributor, release_areas=LocalAuthority.objects.all()[:1])
    listings.describe_service(listing.service, by=cast.contributor, description="What it is")


def what_is_needed(cast) -> None:
    needs.save_statement(cast.prison, by=cast.hoo, revision=0, needs={"health": 3}, sources="A survey")
    needs.tell_prison(cast.prison, cast.charity, by=cast.contributor, text="We see a need")
    need = Term.objects.get(vocabulary__key="needs", slug="health")
    idea = ideas.put_idea(
        cast.prison, cast.charity, by=cast.contributor, kind="pitch", need=need, group=None, text="Yes"
    )
    ideas.answer_idea(idea, by=cast.hoo, reply=Idea.Reply.values[0], why="Good")


def the_operators(cast) -> None:
    checking.record_check(checking.newest_questions(), {})
    complain(network="n", name="A", email="a@example.org", what="This")
    choose_period("mail", months=12, by=cast.cjvsf)
    place_hold(cast.charity, reason="A claim", by=cast.cjvsf)
    ask_for_export(AGREEMENTS, ending="csv", query="", by=cast.cjvsf)


DEEDS: tuple[Deed, ...] = (
    life_of_an_agreement,
    a_return,
    talk_and_files,
    profile,
    labels_bulks_and_funders,
    paper,
    questions,
    what_follows_the_signature,
    people,
    parties,
    what_is_listed,
    what_is_needed,
    the_operators,
)


def test_every_table_is_changed_by_somebody_and_no_change_is_without_its_line(cast):
    Organisation.objects.create(name="Heron Trust", is_funder=True)
    with watched() as watch:
        for deed in DEEDS:
            deed(cast)
    models = [model for app in APPS for model in apps.get_app_config(app).get_models(include_auto_created=True)]
    recorded = set().union(*(tables for tables in watch.seen if AUDIT in tables))
    assert watch.unrecorded == BY_THE_WORKER
    assert {model._meta.db_table for model in models} - recorded == set(OUTSIDE) - recorded
    assert set(OUTSIDE) <= {model._meta.db_table for model in models}


def test_a_change_without_its_line_is_seen(cast, monkeypatch):
    """The twin."""
    monkeypatch.setattr("portal.foundation.audit.record", lambda *args, **kwargs: None)
    with watched() as watch:
        areas.set_contact(by=cast.cjvsf, kind="council", area="Fife", name="Desk", mailbox="desk@example.org")
    assert watch.unrecorded == [{"directory_areacontact"}]
