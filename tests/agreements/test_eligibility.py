"""The decision table: one test a row, in the words of the row. And what a check brings to the outline."""

from types import MappingProxyType

import pytest

from agreements import rules
from agreements.eligibility import CASES, HEADLINES, Decision, decide, prefill
from agreements.neighbours import counterpart
from directory.models import Role
from tests import factories

LABELS = {"trust": "Trust or foundation", "lottery": "Lottery distributor"}
ELIGIBLE = MappingProxyType(
    {
        "ELG-01": "yes",
        "ELG-02": ["trust"],
        "ELG-03": "no",
        "ELG-04": "no",
        "ELG-05": "no",
        "ELG-06": "no",
        "ELG-07": "secured",
        "ELG-08": ["in-custody", "leaving-custody"],
        "ELG-09": {"spoken": "not-yet"},
    }
)


def decided(**given) -> tuple[str, int]:
    answers = ELIGIBLE | {f"ELG-{number[1:]}": value for number, value in given.items()}
    decision = decide(answers)
    return decision.result, decision.row


def test_row_1_an_independently_funded_third_sector_service_needs_a_full_agreement():
    assert decided() == ("full", 1)


@pytest.mark.parametrize("funding", ["applied-for", "not-yet-applied"])
def test_row_2_while_the_funding_is_not_secured_only_the_outline_is_completed(funding):
    assert decided(_07=funding) == ("outline", 2)


def test_row_3_a_service_that_sps_has_bought_needs_none():
    assert decided(_03="yes", _02=["sps"]) == ("not needed", 3)


def test_row_4_a_service_that_another_statutory_body_has_bought_needs_none():
    assert decided(_04="yes", _02=["local-authority"]) == ("not needed", 4)


def test_row_5_running_a_visitor_centre_needs_none():
    assert decided(_05="yes", _06="no") == ("not needed", 5)


@pytest.mark.parametrize("runs_the_centre", ["yes", "no"])
def test_row_6_work_past_the_secure_line_from_a_visitor_centre_needs_one(runs_the_centre):
    assert decided(_05=runs_the_centre, _06="yes") == ("full", 6)


def test_row_6_the_exception_for_visitor_centres_waits_for_its_funding_too():
    assert decided(_05="yes", _06="yes", _07="applied-for") == ("outline", 2)


def test_row_7_a_body_outside_the_third_sector_needs_none():
    assert decided(_01="no") == ("not needed", 7)


@pytest.mark.parametrize("source", ["scottish-government-grant", "local-authority", "health", "other-statutory", "sps"])
def test_row_8_a_service_on_a_statutory_grant_needs_none_and_cjvsf_may_decide_otherwise(source):
    assert decided(_02=[source]) == ("not needed", 8)
    assert decide(ELIGIBLE | {"ELG-02": [source]}).may_start


def test_row_9_cjvsf_decides_where_funding_is_mixed():
    assert decided(_02=["trust", "scottish-government-grant"]) == ("ask CJVSF", 9)


@pytest.mark.django_db
def test_row_10_at_addiewell_the_result_is_the_same_and_its_operator_names_who_approves_and_signs():
    addiewell = factories.Cast("ADD")
    addiewell.prison.approver_title = "Director of Addiewell"
    addiewell.prison.save()
    director = addiewell.hoo_post
    company = factories.post(Role.APPROVER, addiewell.prison, title="Contract signatory, Sodexo", signing_order=2)
    version = addiewell.start()
    assert decided() == ("full", 1), "no answer names a prison"
    assert counterpart(addiewell.prison).title == "Director of Addiewell"
    assert rules.approving_seats(version) == [director]
    assert rules.signing_seats(version) == [director, company]
    assert counterpart(factories.prison("PER")).title == "Head of Offender Outcomes"


@pytest.mark.parametrize("people", [["families-only"], ["staff-only"], ["families-only", "staff-only"]])
def test_cjvsf_decides_when_nobody_in_or_leaving_custody_is_served(people):
    assert decided(_08=people) == ("ask CJVSF", 0)


def test_a_check_without_answers_is_for_cjvsf_to_decide():
    decision = decide({})
    assert (decision.result, decision.row) == ("ask CJVSF", 0)


def test_procurement_decides_before_the_source_of_the_money_does():
    assert decided(_03="yes", _02=["trust", "sps"]) == ("not needed", 3)


def test_rows_1_to_9_of_the_table_each_have_a_case():
    assert sorted(case.row for case in CASES) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_every_case_gives_its_reason_in_sentences():
    assert all(case.reason.endswith(".") and case.reason[0].isupper() for case in CASES)
    assert {Decision(case.result, case.row, case.reason).headline for case in CASES} == set(HEADLINES.values())


def test_only_the_rows_that_leave_a_doubt_may_go_on_without_a_clear_yes():
    may_start = {case.row: Decision(case.result, case.row, case.reason).may_start for case in CASES}
    assert {row for row, may in may_start.items() if not may} == {3, 4, 5, 7}


def test_the_sources_of_money_become_rows_of_the_outline_with_their_status():
    assert prefill({"ELG-02": ["trust", "lottery"], "ELG-07": "secured"}, LABELS) == {
        "S1-14": [
            {"funder": "Trust or foundation", "status": "secured"},
            {"funder": "Lottery distributor", "status": "secured"},
        ]
    }


def test_one_source_that_was_applied_for_says_so():
    assert prefill({"ELG-02": ["trust"], "ELG-07": "applied-for"}, LABELS) == {
        "S1-14": [{"funder": "Trust or foundation", "status": "applied-for"}]
    }


def test_the_status_stays_open_when_it_may_not_be_that_of_every_source():
    assert prefill({"ELG-02": ["trust", "lottery"], "ELG-07": "applied-for"}, LABELS) == {
        "S1-14": [{"funder": "Trust or foundation"}, {"funder": "Lottery distributor"}]
    }


@pytest.mark.parametrize(
    ("answers", "places"),
    [
        ({"ELG-08": ["in-custody"]}, ["inside"]),
        ({"ELG-08": ["leaving-custody"]}, ["community"]),
        ({"ELG-08": ["leaving-custody", "in-custody"]}, ["inside", "community"]),
        ({"ELG-06": "yes", "ELG-08": ["leaving-custody"]}, ["inside", "community"]),
    ],
)
def test_where_people_are_served_hints_at_where_the_work_takes_place(answers, places):
    assert prefill(answers, {}) == {"S1-02": places}


def test_nothing_is_prefilled_from_nothing():
    assert prefill({"ELG-01": "yes", "ELG-08": ["families-only"]}, LABELS) == {}
