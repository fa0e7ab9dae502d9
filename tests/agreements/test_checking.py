"""The public checker: one page that asks what its answers lead to, and counts what it is told."""

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import EligibilityCheck
from tests.agreements.checks import ANSWERS, FIRST, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor() -> Client:
    return Client()


def shown_ids(response) -> list[str]:
    return [question.id for question in response.context["form"].questions_shown]


def test_anybody_may_open_the_checker_and_is_asked_one_question_first(visitor):
    assert shown_ids(visitor.get(reverse("start"))) == ["ELG-01"]


def test_the_first_page_is_open_to_anybody_and_says_where_to_begin(visitor):
    page = words(visitor.get("/"))
    assert all(f'href="{reverse(name)}"' in page for name in ("start", "verify", "blank_list", "account_login"))


def test_answers_open_further_questions_without_javascript(visitor):
    response = visitor.post(reverse("start"), FIRST)
    assert shown_ids(response) == ["ELG-01", "ELG-02", "ELG-03"]
    assert "Your answers lead to 2 more questions." in words(response)
    assert EligibilityCheck.objects.count() == 0


def test_a_question_that_was_shown_must_be_answered(visitor):
    response = visitor.post(reverse("start"), FIRST | {"base_ELG-02": "", "base_ELG-03": "", "ELG-03": "no"})
    assert response.context["form"].error_summary() == [
        ("Who pays for the service? Choose at least one answer", "id_ELG-02_0")
    ]
    assert EligibilityCheck.objects.count() == 0


def test_the_missing_part_of_an_answer_is_named_at_its_own_control(visitor):
    response = visitor.post(reverse("start"), {key: value for key, value in ANSWERS.items() if "spoken_on" not in key})
    messages = dict(map(reversed, response.context["form"].error_summary()))
    assert list(messages) == ["id_ELG-09-spoken_on-day"]


def test_a_finished_check_is_kept_counted_and_explained(visitor):
    response = visitor.post(reverse("start"), ANSWERS, follow=True)
    check = EligibilityCheck.objects.get()
    assert (check.result, check.row) == ("full", 1)
    assert check.answers["ELG-09"] == {"spoken": "yes", "spoken_on": "2026-11-02"}
    page = words(response)
    assert "You need a Partnership Agreement" in page
    assert "independent funding that is secured" in page
    assert reverse("agreement_new") in page


def test_every_finished_check_counts(visitor):
    for client in (visitor, visitor, Client()):
        client.post(reverse("start"), ANSWERS)
    visitor.post(reverse("start"), FIRST | {"ELG-01": "no"})
    assert sorted(EligibilityCheck.objects.values_list("result", "row")) == [("full", 1)] * 3 + [("not needed", 7)]


def test_only_answers_to_questions_that_are_asked_are_kept(visitor):
    visitor.post(reverse("start"), ANSWERS | {"ELG-01": "no", "something": "else", "ELG-99": "yes"})
    assert EligibilityCheck.objects.get().answers == {"ELG-01": "no"}


def test_who_needs_no_agreement_is_told_why_and_is_not_sent_on(visitor):
    page = words(visitor.post(reverse("start"), FIRST | {"ELG-01": "no"}, follow=True))
    assert "You do not need a Partnership Agreement" in page
    assert "is not one." in page
    assert reverse("agreement_new") not in page


def test_a_case_that_cjvsf_decides_says_whom_to_ask(visitor, settings):
    page = words(visitor.post(reverse("start"), ANSWERS | {"ELG-02": ["trust", "health"]}, follow=True))
    assert "CJVSF decides whether you need a Partnership Agreement" in page
    assert f"mailto:{settings.OPERATOR_EMAIL}" in page
    assert reverse("agreement_new") in page


def test_a_charity_that_nobody_knows_yet_is_told_how_to_join(visitor):
    page = words(visitor.post(reverse("start"), ANSWERS, follow=True))
    assert "If your organisation is not here yet" in page


def test_answers_can_be_changed_without_typing_them_again(visitor):
    visitor.post(reverse("start"), ANSWERS)
    response = visitor.get(reverse("start"), {"change": "yes"})
    assert len(shown_ids(response)) == 9
    assert response.context["form"]["ELG-07"].value() == "secured"


def test_the_result_of_somebody_elses_check_is_not_shown(visitor):
    Client().post(reverse("start"), ANSWERS)
    assert visitor.get(reverse("start_result")).url == reverse("start")


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        ({"ELG-01": "maybe"}, "“maybe” is not in it"),
        ({"ELG-01": "<script>alert(1)</script>"}, "is not in it"),
        ({"ELG-01": ["yes", "\u202esey\x00"]}, "“sey” is not in it"),
        ({"base_ELG-02": "", "ELG-02": ["trust", "' OR 1=1"]}, "is not in it"),
        ({"base_ELG-09": "", "ELG-09.spoken": "yes", "ELG-09.spoken_on-day": "99"}, "Enter the month"),
        ({"ELG-01": ""}, "Choose yes or no"),
    ],
)
def test_hostile_answers_get_a_sentence_and_are_not_kept(visitor, posted, sentence):
    response = visitor.post(reverse("start"), FIRST | posted)
    assert response.status_code == 200
    assert sentence in words(response)
    assert "<script>alert" not in words(response)
    assert EligibilityCheck.objects.count() == 0


@pytest.mark.parametrize("body", [{}, {"rows": "remove ELG-01 99"}, {"base_ELG-07": "", "ELG-07": "secured"}])
def test_a_post_that_is_not_the_page_s_own_begins_again(visitor, body):
    response = visitor.post(reverse("start"), body)
    assert "ELG-01" in shown_ids(response)
    assert EligibilityCheck.objects.count() == 0
