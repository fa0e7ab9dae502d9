"""One service in several prisons: its common answers once, and where a prison differs in words."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import Agreement, Answer, Version
from agreements.operations import drafting, starting
from agreements.operations.sharing import share_answer
from agreements.reading import read
from agreements.spread import places_of, shared_answers
from agreements.workflow import perform
from directory.models import Service
from portal.foundation import audit
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.models import AuditEvent
from tests import factories

pytestmark = pytest.mark.django_db

PERTH, SHOTTS, BARLINNIE = "PER", "SHO", "BAR"


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


def draft(cast: factories.Cast, code: str, **answers) -> Version:
    version = starting.start(
        organisation=cast.charity,
        establishment=factories.prison(code),
        service_name="Fresh start",
        by=cast.contributor,
    )
    answer(version, cast, **answers)
    return version


def answer(version: Version, cast: factories.Cast, **answers) -> None:
    values = {key.replace("_", "-"): value for key, value in answers.items()}
    rows = read(version).rows
    replacing = {key: str(rows[key].pk) for key in values if key in rows}
    assert not drafting.save_answers(version, values, replacing=replacing, by=cast.contributor).conflicts


def stored(version: Version, question_id: str = "S1-01") -> Answer:
    return read(version).rows[question_id]


def seen(*versions: Version, question_id: str = "S1-01") -> dict[str, str]:
    return {str(row.version_id): str(row.pk) for row in (read(v).rows.get(question_id) for v in versions) if row}


def text(version: Version, question_id: str = "S1-01") -> str | None:
    return read(version).answers.get(question_id)


def shown(*versions: Version, question_id: str = "S1-01"):
    places = places_of(Version.objects.with_parties().filter(pk__in=[version.pk for version in versions]))
    return next(row for row in shared_answers(places) if row.question.id == question_id)


def wordings(*versions: Version) -> list[tuple[str, list[str]]]:
    return [(wording.text, [place.label for place in wording.places]) for wording in shown(*versions).wordings]


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(cast: factories.Cast) -> str:
    return reverse("service_detail", args=[Service.objects.get(organisation=cast.charity).reference])


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_words_that_all_prisons_share_stand_once(cast):
    versions = [draft(cast, code, S1_01="We listen.") for code in (PERTH, SHOTTS)]
    assert wordings(*versions) == [("We listen.", ["HMP Perth", "HMP Shotts"])]


def test_the_prison_that_differs_is_named(cast):
    versions = [draft(cast, code, S1_01="We listen.") for code in (BARLINNIE, SHOTTS)]
    versions.append(draft(cast, PERTH, S1_01="We talk."))
    assert wordings(*versions) == [("We listen.", ["HMP Barlinnie", "HMP Shotts"]), ("We talk.", ["HMP Perth"])]


def test_an_answer_that_is_still_missing_differs_but_is_never_the_usual_one(cast):
    versions = [draft(cast, BARLINNIE), draft(cast, SHOTTS), draft(cast, PERTH, S1_01="We talk.")]
    assert wordings(*versions) == [("We talk.", ["HMP Perth"]), ("Not answered", ["HMP Barlinnie", "HMP Shotts"])]


def test_two_agreements_in_one_prison_are_told_apart(cast):
    first, second = draft(cast, PERTH, S1_01="One"), draft(cast, PERTH, S1_01="Two")
    labels = {f"HMP Perth ({version.agreement.reference})" for version in (first, second)}
    assert {place for _, places in wordings(first, second) for place in places} == labels


def test_an_agreement_that_is_over_is_listed_and_not_compared(cast):
    live, over = draft(cast, PERTH, S1_01="Live"), draft(cast, SHOTTS, S1_01="Over")
    perform("withdraw", over, by=cast.signatory, request=factories.Request(reason="other", note="Because"))
    assert wordings(live, over) == [("Live", ["HMP Perth"])]
    page = words(signed_in(cast.contributor).get(page_of(cast)))
    assert over.agreement.reference in page
    assert "Withdrawn" in page


def test_the_page_says_in_words_where_a_prison_differs(cast):
    for code, said in ((BARLINNIE, "We listen."), (SHOTTS, "We listen."), (PERTH, "We talk.")):
        draft(cast, code, S1_01=said)
    page = words(signed_in(cast.contributor).get(page_of(cast)))
    assert "Differs at HMP Perth:" in page
    assert page.count("We listen.") == 1
    assert page.count("We talk.") == 1


def test_a_prison_sees_only_what_was_sent_to_it(cast):
    at_perth, at_shotts = draft(cast, PERTH, S1_01="We listen."), draft(cast, SHOTTS, S1_01="Hidden words")
    hoo = signed_in(cast.hoo)
    assert hoo.get(page_of(cast)).status_code == 404
    Agreement.objects.filter(pk=at_perth.agreement_id).update(sent_at=at_perth.started_at)
    page = words(hoo.get(page_of(cast)))
    assert "We listen." in page
    assert "Hidden words" not in page
    assert at_shotts.agreement.reference not in page
    assert "Use these words" not in page


@pytest.mark.parametrize("reference", ["SV-000000", "nothing"])
def test_a_service_that_does_not_exist_for_somebody_is_not_found(cast, reference):
    draft(cast, PERTH)
    assert signed_in(cast.contributor).get(reverse("service_detail", args=[reference])).status_code == 404
    assert signed_in(cast.stranger).get(page_of(cast)).status_code == 404


def test_the_page_costs_the_same_with_one_prison_and_with_three(cast):
    client = signed_in(cast.contributor)
    draft(cast, PERTH, S1_01="One")
    client.get(page_of(cast))
    with CaptureQueriesContext(connection) as one:
        client.get(page_of(cast))
    draft(cast, SHOTTS, S1_01="Two")
    draft(cast, BARLINNIE, S1_01="Three")
    with CaptureQueriesContext(connection) as three:
        client.get(page_of(cast))
    assert len(one) == len(three)


def test_shared_words_go_into_every_other_draft(cast):
    source = draft(cast, PERTH, S1_01="New words")
    empty, other = draft(cast, SHOTTS), draft(cast, BARLINNIE, S1_01="Old words")
    result = share_answer(stored(source), replacing=seen(empty, other), by=cast.contributor)
    assert {agreement.pk for agreement in result.changed} == {empty.agreement_id, other.agreement_id}
    assert [text(version) for version in (source, empty, other)] == ["New words"] * 3


def test_words_that_were_replaced_stay_as_history(cast):
    source, other = draft(cast, PERTH, S1_01="New words"), draft(cast, SHOTTS, S1_01="Old words")
    share_answer(stored(source), replacing=seen(other), by=cast.contributor)
    assert [row.value for row in other.answers.order_by("pk")] == ["Old words", "New words"]


def test_what_was_shared_is_audited_in_both_agreements(cast):
    source, other = draft(cast, PERTH, S1_01="New words"), draft(cast, SHOTTS)
    share_answer(stored(source), replacing={}, by=cast.contributor)
    line = AuditEvent.objects.filter(about=source.agreement.about).order_by("number").last()
    assert (line.event, line.detail) == ("share answer", {"question": "S1-01", "to": [other.agreement.reference]})
    assert AuditEvent.objects.filter(about=other.agreement.about).order_by("number").last().event == "answer"
    assert audit.first_broken_link(source.agreement.about) is None
    assert audit.first_broken_link(other.agreement.about) is None


def test_a_draft_where_the_question_is_locked_stays_as_it_is(cast):
    locked = factories.bring_to("with prison", cast, S1_01="Sent words")
    source = starting.copy(locked, establishment=factories.prison(SHOTTS), by=cast.contributor)
    answer(source, cast, S1_01="New words")
    result = share_answer(stored(source), replacing=seen(locked), by=cast.contributor)
    assert (result.changed, [agreement.pk for agreement in result.locked]) == ([], [locked.agreement_id])
    assert text(locked) == "Sent words"


def test_an_agreement_in_force_is_never_rewritten(cast):
    in_force = factories.bring_to("in force", cast, S1_01="Signed words")
    source = starting.copy(in_force, establishment=factories.prison(SHOTTS), by=cast.contributor)
    answer(source, cast, S1_01="New words")
    result = share_answer(stored(source), replacing=seen(in_force), by=cast.contributor)
    assert (result.changed, result.locked, result.overtaken) == ([], [], [])
    assert text(in_force) == "Signed words"


def test_an_answer_that_somebody_changed_meanwhile_is_kept(cast):
    source, other = draft(cast, PERTH, S1_01="New words"), draft(cast, SHOTTS, S1_01="Old words")
    as_seen = seen(other)
    answer(other, cast, S1_01="Just written")
    result = share_answer(stored(source), replacing=as_seen, by=cast.contributor)
    assert [agreement.pk for agreement in result.overtaken] == [other.agreement_id]
    assert text(other) == "Just written"


def test_words_that_are_no_longer_those_of_the_source_are_not_shared(cast):
    source, other = draft(cast, PERTH, S1_01="First words"), draft(cast, SHOTTS)
    chosen = stored(source)
    answer(source, cast, S1_01="Second words")
    with pytest.raises(Overtaken):
        share_answer(chosen, replacing={}, by=cast.contributor)
    assert text(other) is None


def test_an_answer_that_belongs_to_one_prison_is_not_shared(cast):
    source, other = draft(cast, PERTH, S1_06="A survey at Perth"), draft(cast, SHOTTS)
    with pytest.raises(NotReady) as refused:
        share_answer(stored(source, "S1-06"), replacing={}, by=cast.contributor)
    assert refused.value.reasons == ("S1-06 is answered for each prison on its own.",)
    assert text(other, "S1-06") is None


@pytest.mark.parametrize("who", ["hoo", "cjvsf", "stranger"])
def test_only_the_organisation_shares_its_words(cast, who):
    source, other = draft(cast, PERTH, S1_01="New words"), draft(cast, SHOTTS)
    with pytest.raises(PermissionDenied):
        share_answer(stored(source), replacing={}, by=getattr(cast, who))
    assert text(other) is None


def test_the_drafts_of_another_service_are_left_alone(cast):
    source, another = draft(cast, PERTH, S1_01="New words"), cast.start()
    share_answer(stored(source), replacing={}, by=cast.contributor)
    assert text(another) is None


def fields_of(row) -> dict:
    return {"answer": row.usual.answer.pk, "seen": [f"{version}:{answer_id}" for version, answer_id in row.seen]}


def test_the_button_copies_the_words_and_says_where_they_went(cast):
    source, other = draft(cast, PERTH, S1_01="New words"), draft(cast, SHOTTS)
    client = signed_in(cast.contributor)
    row = next(row for row in client.get(page_of(cast)).context["answers"] if row.question.id == "S1-01")
    page = words(client.post(page_of(cast), fields_of(row), follow=True))
    assert f"The words are now also used at HMP Shotts ({other.agreement.reference})." in page
    assert text(other) == text(source) == "New words"


def test_the_button_is_there_only_where_a_draft_says_something_else(cast):
    same, different = draft(cast, PERTH, S1_01="Same", S1_09="Nobody"), draft(cast, SHOTTS, S1_01="Same", S1_09="Some")
    assert [len(wording.other_drafts) for wording in shown(same, different).wordings] == [0]
    assert [len(w.other_drafts) for w in shown(same, different, question_id="S1-09").wordings] == [1, 1]
    assert words(signed_in(cast.contributor).get(page_of(cast))).count("Use these words in the other drafts") == 2


@pytest.mark.parametrize("posted", [{}, {"answer": "0"}, {"answer": "'; --"}, {"answer": ["1", "x" * 500]}])
def test_a_hostile_button_gets_a_sentence_and_changes_nothing(cast, posted):
    draft(cast, PERTH, S1_01="New words")
    other = draft(cast, SHOTTS, S1_01="Old words")
    response = signed_in(cast.contributor).post(page_of(cast), posted)
    assert response.status_code == 409
    assert "These words have been changed since you opened the page." in words(response)
    assert text(other) == "Old words"


@pytest.mark.parametrize("seen_as", ["", "nonsense", ":::", "9999999999999999999999:1"])
def test_a_post_that_does_not_say_what_it_replaces_overwrites_nothing(cast, seen_as):
    source, other = draft(cast, PERTH, S1_01="New words"), draft(cast, SHOTTS, S1_01="Old words")
    data = {"answer": stored(source).pk, "seen": seen_as}
    page = words(signed_in(cast.contributor).post(page_of(cast), data, follow=True))
    assert "Somebody has changed the answer at HMP Shotts" in page
    assert text(other) == "Old words"


def test_another_charitys_answer_cannot_be_pulled_in(cast):
    other_cast = factories.Cast(SHOTTS)
    theirs = draft(other_cast, SHOTTS, S1_01="Their words")
    mine = draft(cast, PERTH)
    response = signed_in(cast.contributor).post(page_of(cast), {"answer": stored(theirs).pk})
    assert response.status_code == 409
    assert text(mine) is None
