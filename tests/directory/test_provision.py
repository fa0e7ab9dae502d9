"""Gaps, worked out from weights and what is served; how a count of services is said."""

from directory.provision import Gap, Offered, gaps


def test_services_from_agreements_and_those_listed_otherwise_are_told_apart():
    counts = (Offered(3, 1), Offered(3, 0), Offered(0, 2), Offered())
    assert [str(count) for count in counts] == ["3 + 1", "3", "0 + 2", "0"]


def test_a_gap_has_weight_and_no_service_and_the_heaviest_comes_first():
    weights = {1: {"health": 1, "debt": 3, "faith": 0, "arts": 2}, 2: {"health": 3}}
    assert gaps(weights, {(1, "arts"), (1, "faith")}, wanted={(1, "debt"), (1, "arts")}) == [
        Gap(1, "debt", 3, is_wanted=True),
        Gap(2, "health", 3),
        Gap(1, "health", 1),
    ]


def test_a_service_at_another_prison_fills_no_gap():
    assert gaps({1: {"health": 2}}, {(2, "health")}) == [Gap(1, "health", 2)]
