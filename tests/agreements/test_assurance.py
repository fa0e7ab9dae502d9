"""The assurance profile: filled in once, kept with its days, used in drafts, watched until it expires."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.assurance import newest_profile, offers
from agreements.models import Answer, AssuranceProfile, TakenFromProfile, Version
from agreements.operations import assurance, drafting
from agreements.reading import read
from agreements.turns import turn, unlocked
from directory.models import Role
from directory.operations.organisations import merge
from portal.foundation import audit, clock
from portal.foundation.exceptions import Overtaken
from portal.foundation.models import Notification
from reviews import watching
from reviews.reminders import send_reminders
from tests import factories

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")
POLICY = {"kind": "public-liability", "insurer": "Invented Mutual", "amount": "5000000.00", "expires": "2027-03-05"}
RENEWED = POLICY | {"expires": "2028-03-01"}
CONTACT = {"ico_number": "Z1234567", "dpo": {"post": "Data Protection Lead", "email": "data@example.org"}}


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


def at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(9), tzinfo=LONDON)


def fill_in(cast, *, by=None, replacing=None, **answers):
    values = {name.replace("_", "-"): value for name, value in answers.items()}
    newest = newest_profile(cast.charity)
    bases = dict.fromkeys(values, str(newest.pk) if newest else "") if replacing is None else replacing
    return assurance.fill_in(cast.charity, values, replacing=bases, by=by or cast.contributor)


def offered(version: Version, cast, by=None) -> dict:
    reading = read(version)
    open_now = unlocked(reading, by or cast.contributor, turn(version).asked)
    return {offer.question.id: offer for offer in offers(reading, newest_profile(cast.charity), open_now)}


def use(version: Version, cast, *questions: str, by=None, replacing=None):
    bases = {name: offer.base for name, offer in offered(version, cast).items()} if replacing is None else replacing
    profile = newest_profile(cast.charity)
    return assurance.use_profile(version, profile, questions=questions, replacing=bases, by=by or cast.contributor)


def page(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_each_save_is_a_profile_of_its_own_and_the_newest_counts(cast):
    with clock.set_to(at(dt.date(2026, 5, 1))):
        fill_in(cast, S3_22=[POLICY], S3_26="Tell the manager.")
    with clock.set_to(at(dt.date(2026, 6, 1))):
        fill_in(cast, S3_22=[RENEWED])
    days = [clock.say_day(profile.at) for profile in AssuranceProfile.objects.filter(organisation=cast.charity)]
    assert days == ["1 June 2026", "1 May 2026"]
    assert newest_profile(cast.charity).answers == {"S3-22": [RENEWED], "S3-26": "Tell the manager."}


def test_the_same_answers_again_are_no_new_profile(cast):
    fill_in(cast, S3_22=[POLICY])
    fill_in(cast, S3_22=[POLICY])
    assert AssuranceProfile.objects.count() == 1


def test_two_people_at_once_lose_nothing(cast):
    fill_in(cast, S3_22=[POLICY], S3_26="Old.")
    first = str(newest_profile(cast.charity).pk)
    fill_in(cast, S3_26="Theirs.", replacing={"S3-26": first})
    values = {"S3_26": "Mine.", "S3_22": [RENEWED]}
    saved = fill_in(cast, **values, replacing={"S3-26": first, "S3-22": first}, by=cast.signatory)
    assert [(conflict.question_id, conflict.stored.value, conflict.typed) for conflict in saved.conflicts] == [
        ("S3-26", "Theirs.", "Mine.")
    ]
    assert newest_profile(cast.charity).answers == {"S3-26": "Theirs.", "S3-22": [RENEWED]}


@pytest.mark.parametrize("who", ["stranger", "hoo", "cjvsf"])
def test_only_those_who_draft_for_the_organisation_fill_it_in(cast, who):
    with pytest.raises(PermissionDenied):
        fill_in(cast, S3_22=[POLICY], by=getattr(cast, who))
    assert not AssuranceProfile.objects.exists()


def test_an_administrator_fills_it_in(cast):
    administrator = factories.hold(factories.post(Role.ADMINISTRATOR, cast.charity))
    assert fill_in(cast, S3_22=[POLICY], by=administrator).written == ["S3-22"]


def test_no_question_of_another_part_of_the_agreement_is_kept_in_it(cast):
    with pytest.raises(PermissionDenied):
        fill_in(cast, S1_01="What we do")


def test_a_draft_takes_what_was_ticked_and_says_where_it_came_from(cast):
    version = factories.bring_to("details", cast)
    fill_in(cast, S3_22=[POLICY], S3_26="Tell the manager.")
    assert set(offered(version, cast)) == {"S3-22", "S3-26"}
    assert use(version, cast, "S3-22").written == ["S3-22"]
    assert read(version).answers["S3-22"] == [POLICY]
    assert "S3-26" not in read(version).answers
    row = TakenFromProfile.objects.get()
    assert (row.answer, row.profile) == (read(version).rows["S3-22"], newest_profile(cast.charity))
    section = read(version).definitions[0].section_of("S3-22").id
    for reader in (cast.contributor, cast.hoo):
        body = page(reader).get(reverse("section_edit", args=[version.agreement.reference, section])).content.decode()
        day = clock.say_day(newest_profile(cast.charity).at)
        assert f"From the assurance profile of {cast.charity} of {day}: S3-22" in body


def test_words_that_are_written_over_come_from_no_profile(cast):
    version = factories.bring_to("details", cast)
    fill_in(cast, S3_22=[POLICY])
    use(version, cast, "S3-22")
    base = {"S3-22": str(read(version).rows["S3-22"].pk)}
    drafting.save_answers(version, {"S3-22": [RENEWED]}, replacing=base, by=cast.contributor)
    assert not TakenFromProfile.objects.filter(answer__replaced_at=None).exists()


def test_an_answer_that_somebody_changed_meanwhile_stays(cast):
    version = factories.bring_to("details", cast)
    fill_in(cast, S3_26="From the profile.")
    drafting.save_answers(version, {"S3-26": "Typed here."}, replacing={}, by=cast.hoo)
    saved = use(version, cast, "S3-26", replacing={"S3-26": ""})
    assert [conflict.question_id for conflict in saved.conflicts] == ["S3-26"]
    assert read(version).answers["S3-26"] == "Typed here."
    assert not TakenFromProfile.objects.exists()


def test_a_profile_that_changed_meanwhile_is_shown_again(cast):
    version = factories.bring_to("details", cast)
    fill_in(cast, S3_26="Old.")
    old = newest_profile(cast.charity)
    fill_in(cast, S3_26="New.")
    with pytest.raises(Overtaken):
        assurance.use_profile(version, old, questions=["S3-26"], replacing={}, by=cast.contributor)


def test_what_is_closed_in_the_draft_is_not_offered(cast):
    version = factories.bring_to("for approval", cast)
    fill_in(cast, S3_22=[POLICY], S3_26="Another.")
    assert offered(version, cast) == {}
    assert use(version, cast, "S3-22").written == []


def test_a_value_of_another_shape_than_the_drafts_question_is_not_offered(cast):
    version = factories.bring_to("details", cast)
    fill_in(cast, S3_22=[POLICY])
    AssuranceProfile.objects.update(answers={"S3-22": "once a text", "S3-99": "no such question"})
    assert offered(version, cast) == {}


def test_the_files_of_the_draft_stay(cast):
    version = factories.bring_to("details", cast)
    file = {"id": "00000000-0000-0000-0000-000000000001", "name": "policy.pdf", "size": 1, "sha256": "0"}
    Answer.objects.create(version=version, question_id="S3-21", value={"policy": [file]}, by=cast.hoo)
    fill_in(cast, S3_21={"process": "Tell the lead."})
    use(version, cast, "S3-21")
    assert read(version).answers["S3-21"] == {"policy": [file], "process": "Tell the lead."}


def test_the_data_protection_contact_goes_into_the_organisations_row(cast):
    version = factories.bring_to("details", cast)
    drafting.save_answers(version, {"S3-27": "yes"}, replacing={}, by=cast.hoo)
    prison = {"organisation": "The prison", "role": "controller"}
    drafting.save_answers(version, {"ISA-01": [prison]}, replacing={}, by=cast.hoo)
    fill_in(cast, ASP_01=CONTACT)
    use(version, cast, "ISA-01")
    assert read(version).answers["ISA-01"] == [prison, {"organisation": cast.charity.name, **CONTACT}]


def test_another_organisations_profile_does_not_exist(cast):
    fill_in(cast, S3_26="KESTREL words")
    address = reverse("profile_detail", args=[cast.charity.slug])
    answers = [page(who).get(address).status_code for who in (cast.contributor, cast.cjvsf, cast.hoo, cast.stranger)]
    assert answers == [200, 200, 404, 404]
    assert set(AssuranceProfile.objects.visible_to(cast.stranger)) == set()


def test_the_page_of_the_profile_asks_as_often_for_one_as_for_three(cast):
    address = reverse("profile_detail", args=[cast.charity.slug])
    client, counts = page(cast.contributor), []
    client.get(address)
    for words in (["One."], ["Two.", "Three."]):
        for text in words:
            fill_in(cast, S3_26=text)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_whole_way_through_the_pages(cast):
    version = factories.bring_to("details", cast)
    client = page(cast.contributor)
    change = reverse("profile_change", args=[cast.charity.slug])
    row = {"kind": "other", "insurer": "Invented Mutual", "amount": "100"}
    data = {f"S3-22.0.{name}": value for name, value in row.items()}
    data |= {"base_S3-22": "", "S3-22.count": "1", "base_S3-26": "", "S3-26": "Tell the manager."}
    data |= {"S3-22.0.expires-day": "5", "S3-22.0.expires-month": "3", "S3-22.0.expires-year": "2027"}
    assert client.post(change, data).headers["Location"] == reverse("profile_detail", args=[cast.charity.slug])
    assert newest_profile(cast.charity).answers["S3-22"][0]["expires"] == "2027-03-05"
    use_it = reverse("profile_use", args=[version.agreement.reference])
    shown = client.get(use_it)
    assert [offer.question.id for offer in shown.context["offers"]] == ["S3-22", "S3-26"]
    chosen = {"questions": ["S3-22", "S3-26"], "base_S3-22": "", "base_S3-26": ""}
    profile = {"profile": newest_profile(cast.charity).pk}
    client.post(use_it, chosen | profile)
    assert read(version).answers["S3-26"] == "Tell the manager."
    assert client.post(use_it, chosen | {"profile": 0, "questions": []}).status_code == 200


def test_a_stale_page_of_the_profile_shows_both_texts(cast):
    fill_in(cast, S3_26="Old.")
    first = str(newest_profile(cast.charity).pk)
    fill_in(cast, S3_26="Theirs.")
    data = {"base_S3-26": first, "S3-26": "Mine."}
    response = page(cast.signatory).post(reverse("profile_change", args=[cast.charity.slug]), data)
    assert response.status_code == 409
    assert [text in response.content.decode() for text in ("Theirs.", "Mine.")] == [True, True]
    assert newest_profile(cast.charity).answers == {"S3-26": "Theirs."}


def test_what_expires_in_a_profile_is_told_once_and_not_for_every_agreement(cast):
    version = factories.bring_to("details", cast)
    fill_in(cast, S3_22=[POLICY])
    use(version, cast, "S3-22")
    for name in ("send-for-approval", "approve", "partner signs", "prison signs"):
        factories.take(name, version, cast)
    day = dt.date(2027, 2, 10)
    found = [thing for thing in watching.assurances(day) if thing.due_on == dt.date(2027, 3, 5)]
    assert [(thing.version_id, thing.owners) for thing in found] == [(None, (f"organisation:{cast.charity.pk}",))]
    with clock.set_to(at(day)):
        send_reminders()
        assert send_reminders() == 0
    mail = Notification.objects.get(dedupe_key__contains="assurance:profile")
    assert (mail.context["title"], mail.context["due"]) == ("Assurance profile", "5 March 2027")
    assert mail.context["link"].endswith(reverse("profile_detail", args=[cast.charity.slug]))


def test_after_a_renewal_the_agreement_that_still_has_the_old_words_is_watched(cast):
    version = factories.bring_to("details", cast)
    fill_in(cast, S3_22=[POLICY])
    use(version, cast, "S3-22")
    for name in ("send-for-approval", "approve", "partner signs", "prison signs"):
        factories.take(name, version, cast)
    fill_in(cast, S3_22=[RENEWED])
    found = [thing for thing in watching.assurances(dt.date(2027, 2, 10)) if thing.due_on == dt.date(2027, 3, 5)]
    assert [thing.version_id for thing in found] == [version.pk]


def test_a_merge_takes_the_profile_along(cast):
    fill_in(cast, S3_26="Ours.")
    into = factories.organisation()
    factories.hold(factories.post(Role.ADMINISTRATOR, into))
    merge(cast.charity, into=into, by=cast.cjvsf)
    assert newest_profile(into).answers == {"S3-26": "Ours."}


def test_both_acts_stand_in_the_audit(cast):
    version = factories.bring_to("details", cast)
    fill_in(cast, S3_26="Ours.")
    use(version, cast, "S3-26")
    profile = newest_profile(cast.charity).pk
    lines = audit.AuditEvent.objects.filter(event__in=["fill in profile", "use profile"])
    assert [(line.about, line.detail) for line in lines.order_by("pk")] == [
        (f"organisation:{cast.charity.pk}", {"profile": profile, "questions": ["S3-26"]}),
        (version.agreement.about, {"profile": profile, "questions": ["S3-26"]}),
    ]
