"""The pages of reviews, figures and actions: who gets them, what they say, and how many queries they cost."""

import datetime as dt
import re

import page as page_validation
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.foundation import clock
from reviews import dates, form, records
from reviews.models import DeliveryFigure, Review, ReviewRecord, State
from reviews.operations import save_answers
from reviews.promises import promises
from reviews.reading import read
from reviews.tasks import print_records
from tests import factories, markup
from tests.reviews import stories

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> factories.Cast:
    return factories.Cast()


@pytest.fixture(autouse=True)
def on_the_day():
    with clock.set_to(stories.HELD_AT):
        yield


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(place: str, review: Review, *more) -> str:
    return reverse(place, args=[review.agreement.reference, review.number, *more])


def words(answer) -> str:
    return " ".join(re.sub("<[^>]+>", " ", answer.content.decode()).split())


PLACES = [
    ("review_detail", ()),
    ("review_section", ("promised",)),
    ("review_section", ("review",)),
    ("review_section", ("voices",)),
    ("review_section", ("outcome",)),
    ("rating_card", ()),
]


@pytest.mark.parametrize(("place", "more"), PLACES)
def test_the_two_sides_and_cjvsf_see_a_review_and_nobody_else_does(cast, place, more):
    review = stories.planned(cast)
    other_hoo = factories.hold(factories.post("hoo", factories.prison("EDI")))
    for user in (cast.contributor, cast.hoo, cast.cjvsf):
        answer = signed_in(user).get(address(place, review, *more))
        assert answer.status_code == 200
        assert markup.faults(answer.content.decode().split("<main")[1]) == []
    for user in (cast.stranger, other_hoo):
        assert signed_in(user).get(address(place, review, *more)).status_code == 404


def test_the_list_says_what_is_due_late_and_held(cast):
    late = stories.planned(cast)
    client = signed_in(cast.hoo)
    found = {state: client.get(reverse("review_list"), {"state": state}) for state in ("due", "late", "held")}
    name = late.agreement.service.name
    assert [name in words(found[state]) for state in ("due", "late", "held")] == [False, True, False]
    assert name not in words(signed_in(cast.stranger).get(reverse("review_list")))


def test_promised_actual_and_change_stand_side_by_side(cast):
    review = stories.planned(cast)
    promised = read(review).promises["S1-04"][0]["outcome"]
    data = {
        "base_S5-04": "",
        "S5-04.count": "1",
        "S5-04.0.for": promised,
        "S5-04.0.progress": "behind",
        "S5-04.0.evidence": "Twelve of thirty have an account.",
        "S5-04.0.change": "A second adviser.",
    }
    answer = signed_in(cast.contributor).post(address("review_section", review, "promised"), data)
    assert answer.status_code == 302
    said = words(signed_in(cast.hoo).get(address("review_detail", review)))
    row = said.index("Intended outcomes")
    assert row < said.index(promised, row) < said.index("Behind", row) < said.index("A second adviser.", row)
    assert said.index("Agreed actions", row) < said.index("Figures", row)


def test_nothing_changes_only_where_somebody_has_said_how_it_went(cast):
    review = stories.planned(cast)
    changes = [[row.change for kind in promises(read(review)) for row in kind.rows]]
    outcome = read(review).promises["S1-04"][0]["outcome"]
    told = {form.OUTCOMES: [{"for": outcome, "progress": "on-track", "evidence": "Most say so."}]}
    save_answers(review, told, replacing={}, by=cast.contributor)
    changes.append([row.change for kind in promises(read(stories.fresh(review))) for row in kind.rows])
    assert changes == [["", "", ""], ["Nothing", "", ""]]


def test_the_record_tells_the_promises_once(cast):
    html = records.page(stories.held(cast))
    assert html.count("Intended outcomes") == 1
    asked = re.findall(r'<h3 class="govuk-heading-s" id="([^"]+)"', html)
    assert set(asked) & {form.OUTCOMES, form.ACTIONS, form.FIGURES} == set()
    assert {form.OUTCOME, form.VOICES} <= set(asked)


def test_a_second_writer_sees_both_texts(cast):
    review = stories.planned(cast)
    at = address("review_section", review, "review")
    told = {"base_RVW-05": "", "RVW-05.worked": "Theirs first.", "RVW-05.did_not": "Little."}
    signed_in(cast.hoo).post(at, told)
    answer = signed_in(cast.contributor).post(at, told | {"RVW-05.worked": "Mine second."})
    assert answer.status_code == 409
    assert "Theirs first." in answer.content.decode()
    assert "Mine second." in answer.content.decode()
    assert read(review).written["RVW-05"]["worked"] == "Theirs first."


def test_the_other_sides_question_is_there_to_read_and_what_is_typed_for_it_isnt_saved(cast):
    review = stories.planned(cast)
    at = address("review_section", review, "review")
    client = signed_in(cast.contributor)
    assert 'name="base_RVW-04"' not in client.get(at).content.decode()
    answer = client.post(at, {"base_RVW-04": "", "RVW-04.needed": "yes", "RVW-04.reason": "We think so."})
    assert answer.status_code == 409
    assert "We think so." in answer.content.decode()
    assert read(review).written == {}


def test_a_number_that_looks_like_a_prisoners_is_questioned_before_it_is_saved(cast):
    review = stories.planned(cast)
    at = address("review_section", review, "voices")
    told = {"base_S5-05": "", "S5-05": "123456 said it helps."}
    client = signed_in(cast.contributor)
    assert "number of a person in custody" in client.post(at, told).content.decode()
    assert read(review).written == {}
    client.post(at, told | {"sure_about_numbers": "yes"})
    assert read(review).written == {"S5-05": "123456 said it helps."}


def test_an_answer_that_opens_more_questions_leads_to_them(cast):
    review = stories.planned(cast)
    at = address("review_section", review, "outcome")
    answer = signed_in(cast.hoo).post(at, {f"base_{form.OUTCOME}": "", form.OUTCOME: "end", "continue": "yes"})
    assert answer["Location"].endswith("#question-RVW-12")


def test_a_review_is_confirmed_on_its_page_by_both_sides(cast):
    review = stories.written(cast)
    at = address("review_confirm", review)
    for user in (cast.signatory, cast.hoo):
        client = signed_in(user)
        opened = client.get(at).context["seen"]
        assert client.post(at, {"seen": opened}).status_code == 302
    assert stories.fresh(review).state == State.HELD
    assert "Outcome: continue unchanged" in words(signed_in(cast.cjvsf).get(address("review_detail", review)))


def test_confirming_other_words_than_were_seen_explains_itself(cast):
    review = stories.written(cast)
    answer = signed_in(cast.hoo).post(address("review_confirm", review), {"seen": "something else"})
    assert answer.status_code == 409
    assert "has changed since you opened this page" in words(answer)


def test_only_those_who_decide_get_to_the_page_that_confirms(cast):
    review = stories.written(cast)
    at = address("review_confirm", review)
    assert [signed_in(user).get(at).status_code for user in (cast.contributor, cast.cjvsf, cast.stranger)] == [
        403,
        403,
        404,
    ]


def test_the_rating_card_asks_for_nothing_that_tells_whose_it_is(cast):
    review = stories.planned(cast)
    said = words(signed_in(cast.contributor).get(address("rating_card", review)))
    assert "Don’t write your name or your number" in said
    card = said[said.index("What do you think of") :]
    assert review.agreement.reference not in card


def test_the_record_meets_both_standards_and_says_what_both_sides_confirmed(cast, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    review = stories.held(cast)
    client = signed_in(cast.hoo)
    client.post(address("record_ask", review))
    client.post(address("record_ask", review))
    assert print_records() == 1
    record = ReviewRecord.objects.get()
    printed = b"".join(client.get(address("record_download", review, record.pk)).streaming_content)
    for profile in (page_validation.ValidationProfile.PDF_A_3A, page_validation.ValidationProfile.PDF_UA_1):
        failures = page_validation.validate_pdf_bytes(printed, profile=profile).failures
        assert [failure.message for failure in failures] == []
    assert f"Confirmed by {cast.signatory.name} for the partner" in record.html
    assert client.get(address("record_state", review, record.pk), headers={"accept": "application/json"}).json()["url"]
    assert signed_in(cast.stranger).get(address("record_download", review, record.pk)).status_code == 404


FIGURES = {
    "base_S5-02": "",
    "S5-02.referrals": "20",
    "S5-02.started": "12",
    "S5-02.sessions_planned": "24",
    "S5-02.sessions_held": "22",
    "base_S5-03": "",
    "S5-03.count": "2",
    "S5-03.0.reason": "no-room",
    "S5-03.0.count": "1",
    "S5-03.1.reason": "regime",
    "S5-03.1.count": "1",
}


def figures_address(review: Review, quarter: str) -> str:
    return reverse("figure_edit", args=[review.agreement.reference, quarter])


def test_the_figures_of_each_quarter_are_numbers_and_add_up_at_the_review(cast):
    review = stories.planned(cast)
    client = signed_in(cast.contributor)
    for quarter in ("2027-Q1", "2027-Q2"):
        assert client.post(figures_address(review, quarter), FIGURES).status_code == 302
    rows = DeliveryFigure.objects.filter(quarter=dt.date(2027, 4, 1), replaced_at=None)
    assert dict(rows.values_list("name", "number")) == {
        "referrals": 20,
        "started": 12,
        "sessions_planned": 24,
        "sessions_held": 22,
        "no-room": 1,
        "regime": 1,
    }
    said = words(signed_in(cast.hoo).get(address("review_detail", review)))
    assert "Referrals 40" in said
    assert "Sessions cancelled: No room 2" in said


def test_figures_that_somebody_else_has_changed_meanwhile_are_a_conflict(cast):
    review = stories.planned(cast)
    at = figures_address(review, "2027-Q1")
    signed_in(cast.signatory).post(at, FIGURES)
    answer = signed_in(cast.contributor).post(at, FIGURES | {"S5-02.referrals": "99"})
    assert answer.status_code == 409
    base = str(DeliveryFigure.objects.filter(question_id="S5-02").latest("pk").pk)
    assert f'value="{base}"' in answer.content.decode()
    signed_in(cast.contributor).post(at, FIGURES | {"S5-02.referrals": "99", "base_S5-02": base})
    rows = DeliveryFigure.objects.filter(name="referrals").order_by("pk")
    assert [(row.number, row.replaced_at is None) for row in rows] == [(20, False), (99, True)]


def test_the_prison_enters_no_counts_of_the_partner(cast):
    review = stories.planned(cast)
    answer = signed_in(cast.hoo).post(figures_address(review, "2027-Q1"), FIGURES)
    assert answer.status_code == 409
    assert not DeliveryFigure.objects.exists()


@pytest.mark.parametrize("quarter", ["2026-Q4", "2027-Q4", "2027-Q9", "first"])
def test_a_quarter_that_hasnt_been_or_isnt_one_is_not_found(cast, quarter):
    review = stories.planned(cast)
    assert signed_in(cast.contributor).get(figures_address(review, quarter)).status_code == 404
    assert dates.quarter_name(dates.quarter_of(clock.today())) == "2027-Q3"


@pytest.mark.parametrize("place", ["review_list", "action_board"])
def test_lists_cost_the_same_queries_whatever_the_rows(cast, place):
    stories.planned(cast)
    client = signed_in(cast.hoo)
    client.get(reverse(place))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse(place))
    for _ in range(2):
        with clock.set_to(stories.SIGNED_AT):
            factories.bring_to("in force", cast)
    stories.schedule_reviews()
    with CaptureQueriesContext(connection) as three:
        client.get(reverse(place))
    assert (len(three), len(one)) == (len(one), len(one))
    assert len(one) <= 10


def test_the_page_of_a_review_costs_at_most_fifteen_queries(cast):
    review = stories.written(cast)
    client = signed_in(cast.hoo)
    client.get(reverse("review_list"))
    with CaptureQueriesContext(connection) as queries:
        client.get(address("review_detail", review))
    assert len(queries) <= 15


def test_the_page_of_the_agreement_leads_to_its_reviews_figures_and_actions(cast):
    review = stories.planned(cast)
    page = signed_in(cast.hoo).get(reverse("agreement_detail", args=[review.agreement.reference])).content.decode()
    assert address("review_detail", review) in page
    assert reverse("figure_list", args=[review.agreement.reference]) in page
    assert f"{reverse('action_board')}?agreement={review.agreement.reference}" in page


@pytest.mark.parametrize(("given", "leads_on"), [({}, False), (stories.CHANGES, True)], ids=["unchanged", "changes"])
def test_a_held_review_leads_to_the_version_that_it_has_opened(cast, given, leads_on):
    review = stories.held(cast, **given)
    answer = signed_in(cast.hoo).get(address("review_detail", review))
    assert ("Go to version 2" in words(answer)) == leads_on
    place = reverse("agreement_detail", args=[review.agreement.reference])
    assert (f"{place}?version=2" in answer.content.decode()) == leads_on
