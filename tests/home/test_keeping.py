"""Retention by class, legal holds, what is held about one person, and erasure that leaves the signed words as they are."""

import datetime as dt
import hashlib
import json
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from agreements.models import (
    Agreement,
    Answer,
    Comment,
    Document,
    EligibilityCheck,
    Kind,
    QuestionSet,
    Signature,
    StatusChange,
    Version,
)
from agreements.operations import drafting
from agreements.tasks import print_one
from directory.models import Holding, Invitation, JoiningRequest
from directory.operations import organisations
from directory.operations.accounts import close_account, reopen_account
from portal.exports.models import Export
from portal.foundation import audit, clock, pdf, seal
from portal.foundation.exceptions import NotReady
from portal.foundation.models import AuditEvent, Notification, TypedText, User
from portal.home.keeping.erasing import NAME, erase
from portal.home.keeping.holds import lift_hold, place_hold
from portal.home.keeping.periods import choose_period
from portal.home.keeping.person import HELD, ask_for_copy, data_of
from portal.home.keeping.records import BY_NAME, RECORDS
from portal.home.keeping.tasks import apply_retention, print_personal_data, what_would_go
from portal.home.models import Complaint, LegalHold, PersonalDataCopy
from reviews.schedule import insert_next_reviews
from tests import factories

pytestmark = pytest.mark.django_db

LONG_AGO = dt.timedelta(days=8 * 366)


@pytest.fixture(autouse=True)
def documents(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def cast() -> factories.Cast:
    """People who have been there for long enough."""
    cast = factories.Cast()
    Holding.objects.update(from_on=dt.date(2010, 1, 1))
    return cast


@pytest.fixture
def old(cast) -> Version:
    """An agreement that was signed, reviewed, printed and ended eight years ago."""
    with clock.set_to(clock.now() - LONG_AGO):
        version = factories.bring_to("in force", cast)
        insert_next_reviews()
        factories.take("end", version, cast)
        printing = version.printings.get(kind="final")
        printing.sha256, printing.printed_at = "1" * 64, clock.now()
        printing.file.save("printed.pdf", ContentFile(b"%PDF"))
    return factories.fresh(version)


def silent_draft(cast, days: int) -> Version:
    with clock.set_to(clock.now() - dt.timedelta(days=days)):
        version = cast.start()
        factories.answer_all(version, by=cast.contributor)
    return version


def due(name: str) -> list:
    return list(BY_NAME[name].due_now())


def signed_in(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


# Agreements


def test_an_agreement_goes_seven_years_after_its_end_and_its_audit_stays_whole(old, django_capture_on_commit_callbacks):
    about, file = old.agreement.about, old.printings.get(kind="final").file
    lines, path = AuditEvent.objects.filter(about=about).count(), file.path
    with django_capture_on_commit_callbacks(execute=True):
        assert apply_retention() >= 1
    counts = {
        model: model._base_manager.count()
        for app in ("agreements", "reviews")
        for model in apps.get_app_config(app).get_models()
        if model is not QuestionSet and model._base_manager.exists()
    }
    assert counts == {}
    assert not Path(path).exists()
    call_command("verify_audit")
    told = AuditEvent.objects.filter(about=about).order_by("number")
    assert (told.count(), told.last().event) == (lines + 1, "remove after its time")


def test_the_audit_that_stays_names_nobody(old, cast):
    names = {cast.signatory.name, cast.hoo.name, cast.contributor.name, cast.signatory.email}
    told = "\n".join(audit.exported())
    assert [name for name in names if name in told] == []
    line = AuditEvent.objects.filter(by=f"user:{cast.signatory.pk}").first()
    assert line.by_name_sha256 == cast.signatory.name_sha256


def test_one_that_ended_six_years_ago_stays(cast):
    with clock.set_to(clock.now() - dt.timedelta(days=6 * 365)):
        factories.bring_to("ended", cast)
    assert due("agreements") == []


def test_one_that_is_in_force_since_eight_years_stays(cast):
    with clock.set_to(clock.now() - LONG_AGO):
        factories.bring_to("in force", cast)
    assert (due("agreements"), due("drafts")) == ([], [])


def test_the_dry_run_says_what_would_go_and_deletes_nothing(old, capsys):
    call_command("apply_retention", "--dry-run")
    said = capsys.readouterr().out
    assert f"1: {BY_NAME['agreements'].label}, 84 months" in said
    assert f"agreement {old.agreement_id}: {old.agreement}" in said
    assert Agreement.objects.filter(pk=old.agreement_id).exists()


@pytest.mark.parametrize("model", [Document, Signature, StatusChange])
def test_the_database_refuses_to_delete_a_young_fact(cast, model):
    factories.bring_to("in force", cast)
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.all()._raw_delete(model.objects.db)


def test_an_agreement_that_the_database_keeps_stays_whole_and_the_others_go(old, cast):
    young = factories.bring_to("ended", cast)
    go = BY_NAME["agreements"].go
    assert go(Agreement.objects.filter(pk__in=[young.agreement_id, old.agreement_id]).order_by("pk")) == 1
    assert list(Agreement.objects.all()) == [young.agreement]
    assert Answer.objects.filter(version=young).exists()


# Drafts


def test_a_silent_draft_goes_four_weeks_after_both_sides_were_told(cast):
    version = silent_draft(cast, 740)
    apply_retention()
    mail = Notification.objects.get(template="draft_goes")
    assert mail.addressee == f"organisation:{cast.charity.pk}"
    assert mail.context["goes_on"] == clock.say_day(clock.today() + dt.timedelta(days=28))
    assert Version.objects.filter(pk=version.pk).exists()
    with clock.set_to(clock.now() + dt.timedelta(days=27)):
        apply_retention()
        assert Version.objects.filter(pk=version.pk).exists()
    with clock.set_to(clock.now() + dt.timedelta(days=29)):
        # By the database's own clock its steps are old enough already.
        apply_retention()
    assert not Version.objects.filter(pk=version.pk).exists()
    assert Notification.objects.filter(template="draft_goes").count() == 1


def test_one_word_keeps_the_draft(cast):
    version = silent_draft(cast, 740)
    apply_retention()
    drafting.add_comment(version, question_id="S1-03", text="Still wanted", mentions=[], by=cast.contributor)
    with clock.set_to(clock.now() + dt.timedelta(days=60)):
        apply_retention()
    assert Version.objects.filter(pk=version.pk).exists()


# Everything else


def test_each_other_class_goes_after_its_time_and_not_before(cast):
    now = clock.now()
    for months, keep in ((40, False), (0, True)):
        at = now - dt.timedelta(days=months * 31)
        EligibilityCheck.objects.create(
            question_set=factories.newest(Kind.ELIGIBILITY), answers={"E1": "yes"}, result="needed", row=1, asked_at=at
        )
        fields = {"template": "your_turn", "created_at": at, "sent_at": at, "addressee": "cjvsf"}
        Notification.objects.create(dedupe_key=f"key {keep}", **fields)
        post = cast.signatory.holdings.get().post
        Invitation.objects.create(
            post=post, email=f"{keep}@example.org", invited_by=cast.cjvsf, invited_at=at, expires_at=at
        )
        JoiningRequest.objects.create(name="Asks", contact_email="a@example.org", decided_at=at, decided_by=cast.cjvsf)
        done = {"acknowledged_at": at, "acknowledged_by": cast.cjvsf, "answered_at": at, "answered_by": cast.cjvsf}
        Complaint.objects.create(name="C", email="c@example.org", what="Why", made_at=at, outcome="So", **done)
        TypedText.objects.create(user=cast.hoo, path=f"/{keep}/", data="", kept_at=at)
        PersonalDataCopy.objects.create(person=cast.hoo, asked_by=cast.hoo, words_sha256="0" * 64, asked_at=at)
        Export.objects.create(by=cast.hoo, name="agreements", ending="csv", asked_at=at)
    Notification.objects.create(dedupe_key="unsent", template="your_turn", addressee="cjvsf", created_at=at)
    names = ("checks", "mail", "invitations", "joining", "complaints", "typed", "copies", "exports")
    assert {records.name: number for records, number in what_would_go() if number} == dict.fromkeys(names, 1)
    apply_retention()
    assert [number for _, number in what_would_go()] == [0] * len(RECORDS)
    assert sorted(EligibilityCheck.objects.values_list("answers", flat=True), key=str) == [{"E1": "yes"}, {}]
    models_ = (Notification, Invitation, JoiningRequest, Complaint, TypedText, PersonalDataCopy, Export)
    assert [model.objects.count() for model in models_] == [2, 1, 1, 1, 1, 1, 1]


def test_the_period_is_data(cast):
    with clock.set_to(clock.now() - dt.timedelta(days=100)):
        Notification.objects.create(dedupe_key="a", template="your_turn", addressee="cjvsf", sent_at=clock.now())
    assert due("mail") == []
    choose_period("mail", months=2, by=cast.cjvsf)
    assert len(due("mail")) == 1


def test_the_page_refuses_a_period_that_is_too_short(cast):
    client = signed_in(cast.cjvsf)
    address = reverse("retention_change", args=["agreements"])
    assert client.post(address, {"months": "12"}).status_code == 200
    assert BY_NAME["agreements"].period == 84
    client.post(address, {"months": "72"})
    assert BY_NAME["agreements"].period == 72


# Holds


@pytest.mark.parametrize("what", ["agreement", "organisation"])
def test_a_hold_stops_it_until_it_is_lifted(old, cast, what):
    hold = place_hold(getattr(old.agreement, what, old.agreement), reason="A claim", by=cast.cjvsf)
    apply_retention()
    assert Agreement.objects.filter(pk=old.agreement_id).exists()
    lift_hold(hold, because="Settled", by=cast.cjvsf)
    apply_retention()
    assert not Agreement.objects.filter(pk=old.agreement_id).exists()
    events = AuditEvent.objects.filter(about=hold.about, event__contains="hold").order_by("number")
    assert list(events.values_list("event", flat=True)) == ["place hold", "lift hold"]


def test_twin_without_the_hold_it_goes(old, cast, monkeypatch):
    place_hold(old.agreement, reason="A claim", by=cast.cjvsf)
    monkeypatch.setattr("portal.home.keeping.records.not_on_hold", models.Q)
    apply_retention()
    assert not Agreement.objects.exists()


def test_a_hold_on_an_organisation_that_was_merged_keeps_what_moved(old, cast):
    """Both are on hold: lifting the hold on the one that stays doesn't lift the other's."""
    into = factories.organisation()
    holds = [place_hold(each, reason="A claim", by=cast.cjvsf) for each in (cast.charity, into)]
    organisations.merge(cast.charity, into=into, by=cast.cjvsf)
    lift_hold(holds[1], because="Settled", by=cast.cjvsf)
    apply_retention()
    assert Agreement.objects.filter(pk=old.agreement_id, organisation=into).exists()
    lift_hold(LegalHold.objects.get(pk=holds[0].pk), because="Settled", by=cast.cjvsf)
    apply_retention()
    assert not Agreement.objects.filter(pk=old.agreement_id).exists()


def test_only_cjvsf_places_and_lifts_and_only_once(cast):
    with pytest.raises(PermissionDenied):
        place_hold(cast.charity, reason="A claim", by=cast.hoo)
    hold = place_hold(cast.charity, reason="A claim", by=cast.cjvsf)
    with pytest.raises(NotReady):
        place_hold(cast.charity, reason="Again", by=cast.cjvsf)
    with pytest.raises(PermissionDenied):
        lift_hold(hold, because="No", by=cast.hoo)
    lift_hold(hold, because="Over", by=cast.cjvsf)
    with pytest.raises(NotReady):
        lift_hold(hold, because="Over", by=cast.cjvsf)


def test_the_pages_place_and_lift_a_hold(cast):
    client = signed_in(cast.cjvsf)
    wrong = client.post(reverse("hold_place"), {"what": "Nobody", "reason": "A claim"})
    assert "Enter the reference of an agreement" in wrong.content.decode()
    client.post(reverse("hold_place"), {"what": cast.charity.name, "reason": "A claim"})
    hold = LegalHold.objects.get()
    assert "A claim" in client.get(reverse("retention")).content.decode()
    client.post(reverse("hold_lift", args=[hold.pk]), {"because": "Settled"})
    hold.refresh_from_db()
    assert (hold.lifted_by, hold.lifted_because) == (cast.cjvsf, "Settled")


def test_the_schedule_asks_as_often_for_one_hold_as_for_three(cast):
    client, counts = signed_in(cast.cjvsf), []
    client.get(reverse("retention"))
    for number in (1, 2):
        for _ in range(number):
            place_hold(factories.organisation(), reason="A claim", by=cast.cjvsf)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("retention"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


# One person's data

LEFT_OUT = {
    ("home.PersonalDataCopy", "asked_by"): "told to the person whom the copy is about",
    ("agreements.Comment_mentions", "user"): "somebody else's comment",
    ("foundation.User_groups", "user"): "not used",
    ("foundation.User_user_permissions", "user"): "not used",
}


def test_every_column_that_points_at_a_person_is_told_or_left_out_for_a_reason():
    columns = {
        (relation.related_model._meta.label, relation.field.name)
        for relation in User._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ForeignObjectRel) and not relation.many_to_many
    }
    assert columns == {(held.model, held.column) for held in HELD} | set(LEFT_OUT)


def world_of_two(cast) -> tuple[User, User]:
    """Two people in one agreement, each of whom has written, commented, signed, and got mail."""
    cast.signatory.name, cast.hoo.name = "KESTREL Signatory", "OSPREY Head"
    for who in (cast.signatory, cast.hoo):
        who.save()
    version = factories.bring_to("in force", cast)
    for who, word in ((cast.signatory, "KESTREL"), (cast.hoo, "OSPREY")):
        Comment.objects.create(version=version, question_id="S1-03", text=f"{word} comment", by=who)
        facts = {"template": "your_turn", "context": {"by": word}, "server_answer": f"{word} accepted"}
        Notification.objects.create(dedupe_key=word, addressee=f"user:{who.pk}", **facts)
        TypedText.objects.create(user=who, path=f"/{word}/", data=word)
    return cast.signatory, cast.hoo


def test_ones_own_data_holds_ones_own_words_and_nobody_elses(cast):
    mine, _ = world_of_two(cast)
    body = signed_in(mine).get(reverse("personal_data_json", args=[mine.pk])).content.decode()
    told = json.loads(body)
    assert told["Account"][0]["email"] == mine.email
    assert told["Signatures"][0]["name"] == "KESTREL Signatory"
    assert told["Comments you wrote"][0]["text"] == "KESTREL comment"
    assert [word for word in ("OSPREY", cast.hoo.email, cast.contributor.name, cast.cjvsf.email) if word in body] == []
    assert "OSPREY" in json.dumps(data_of(cast.hoo), default=str)


def test_the_pdf_says_the_same_and_nobody_elses(cast):
    mine, _ = world_of_two(cast)
    copy = ask_for_copy(mine, by=mine)
    assert print_personal_data() == 1
    copy.refresh_from_db()
    text = "\n".join(page.extract_text() for page in PdfReader(copy.file).pages)
    assert ("KESTREL" in text, "OSPREY" in text) == (True, False)
    download = signed_in(mine).get(reverse("personal_data_pdf", args=[mine.pk, copy.pk]))
    assert download["Content-Disposition"] == 'attachment; filename="personal-data.pdf"'


@pytest.mark.parametrize("page", ["personal_data", "personal_data_json"])
def test_somebody_elses_data_does_not_exist_but_for_cjvsf(cast, page):
    address = reverse(page, args=[cast.hoo.pk])
    seen = [signed_in(who).get(address).status_code for who in (cast.hoo, cast.cjvsf, cast.signatory, cast.stranger)]
    assert seen == [200, 200, 404, 404]


def test_a_copy_of_somebody_else_is_not_found_under_ones_own_address(cast):
    copy = ask_for_copy(cast.hoo, by=cast.hoo)
    print_personal_data()
    address = reverse("personal_data_pdf", args=[cast.signatory.pk, copy.pk])
    assert signed_in(cast.signatory).get(address).status_code == 404


# Erasure


def test_erasing_leaves_the_signed_words_the_pdf_and_the_chains_as_they_were(cast, tmp_path, monkeypatch):
    key = tmp_path / "seal.p12"
    seal.make_demo_key(key, passphrase="of a test")
    monkeypatch.setattr("agreements.tasks.sealer", lambda: seal.load(key, "of a test"))
    version = factories.bring_to("in force", cast)
    printing = version.printings.get(kind="final")
    print_one(printing)
    printing.refresh_from_db()
    sealed = hashlib.sha256(printing.file.open().read()).hexdigest()
    before, page = pdf.from_html(printing.html), printing.html
    moment = audit.anchor(clock.now())
    who, name, email = cast.contributor, cast.contributor.name, cast.contributor.email
    spare = factories.hold(who.holdings.get().post)
    client = signed_in(who)
    client.get(reverse("home"))
    close_account(who, by=cast.cjvsf)
    erase(who, by=cast.cjvsf)
    who.refresh_from_db()
    assert (who.name, who.email, who.salt, who.last_login) == (NAME, f"{who.pk}@erased.invalid", "", None)
    printing.refresh_from_db()
    assert hashlib.sha256(printing.file.open().read()).hexdigest() == sealed
    assert (printing.html, pdf.from_html(printing.html)) == (page, before)
    call_command("verify_audit", digest=[[moment.at.isoformat(), moment.sha256]])
    told = "\n".join(audit.exported()) + json.dumps(data_of(who), default=str)
    assert [word for word in (name, email) if word in told] == []
    assert spare.is_active


def test_after_erasing_no_row_outside_signed_words_holds_the_name_or_the_address(cast):
    who = cast.contributor
    who.name = "KESTREL of the charity"
    who.save()
    factories.hold(who.holdings.get().post)
    factories.bring_to("in force", cast)
    User.objects.filter(pk=who.pk).update(email="kestrel@example.org")
    who.refresh_from_db()
    Invitation.objects.create(post=who.holdings.get().post, email=who.email, invited_by=cast.cjvsf)
    signed_in(who).get(reverse("home"))
    ask_for_copy(who, by=who)
    close_account(who, by=cast.cjvsf)
    erase(who, by=cast.cjvsf)
    found = {
        model._meta.label
        for model in apps.get_models()
        for row in model._base_manager.values()
        if "kestrel" in str(row).lower()
    }
    # Mail to the other side says who took a step; it goes with the log after a year.
    assert found <= {"foundation.Notification"}


def test_an_open_account_is_not_erased_and_only_cjvsf_erases(cast):
    with pytest.raises(NotReady):
        erase(cast.hoo, by=cast.cjvsf)
    with pytest.raises(PermissionDenied):
        erase(cast.stranger, by=cast.hoo)


def test_an_erased_account_is_neither_opened_nor_erased_again(cast):
    who = factories.hold(cast.contributor.holdings.get().post)
    close_account(who, by=cast.cjvsf)
    closed = signed_in(cast.cjvsf).get(reverse("person_detail", args=[who.pk])).content.decode()
    erase(who, by=cast.cjvsf)
    erased = signed_in(cast.cjvsf).get(reverse("person_detail", args=[who.pk])).content.decode()
    offers = [reverse(name, args=[who.pk]) for name in ("account_reopen", "account_erase")]
    assert [[offer in page for offer in offers] for page in (closed, erased)] == [[True, True], [False, False]]
    with pytest.raises(NotReady):
        reopen_account(who, by=cast.cjvsf)


def test_cjvsf_erases_from_the_page_once(cast):
    who = factories.hold(cast.contributor.holdings.get().post)
    client, address = signed_in(cast.cjvsf), reverse("account_erase", args=[who.pk])
    assert client.post(address).status_code == 409
    close_account(who, by=cast.cjvsf)
    assert client.get(address).status_code == 200
    client.post(address)
    assert client.post(address).status_code == 409
    who.refresh_from_db()
    assert who.name == NAME


def test_a_closed_account_is_erased_after_its_time_unless_its_party_is_on_hold(cast):
    with clock.set_to(clock.now() - LONG_AGO):
        who = factories.hold(factories.post("contributor", cast.charity), from_on=clock.today(), until_on=clock.today())
    User.objects.filter(pk=who.pk).update(is_active=False, joined_at=clock.now() - LONG_AGO)
    assert due("accounts") == [who]
    hold = place_hold(cast.charity, reason="A claim", by=cast.cjvsf)
    assert due("accounts") == []
    lift_hold(hold, because="Settled", by=cast.cjvsf)
    apply_retention()
    who.refresh_from_db()
    assert who.name == NAME
