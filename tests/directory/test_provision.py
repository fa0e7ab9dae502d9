"""The map of need, worked out from rows."""

from directory.provision import (
    Count,
    Duplicate,
    Gap,
    Offer,
    duplicates,
    gaps,
    groups_served,
    matrix,
    needs_served,
    unreached,
)


def offer(listing: int, prison: int = 1, *, agreement: bool = True, needs="", groups="", characteristics="") -> Offer:
    return Offer(
        listing,
        prison,
        agreement,
        frozenset(needs.split()),
        frozenset(groups.split()),
        frozenset(characteristics.split()),
    )


def test_services_from_agreements_and_those_listed_otherwise_are_told_apart():
    rows = [
        offer(1, needs="health debt"),
        offer(2, needs="health"),
        offer(3, agreement=False, needs="health"),
        offer(4, 2, agreement=False, needs="debt"),
    ]
    assert matrix(rows) == {(1, "health"): Count(2, 1), (1, "debt"): Count(1, 0), (2, "debt"): Count(0, 1)}
    assert [str(count) for count in (Count(3, 1), Count(3, 0), Count(0, 2), Count())] == ["3 + 1", "3", "0 + 2", "0"]


def test_a_gap_has_weight_and_no_service_and_the_heaviest_comes_first():
    weights = {1: {"health": 1, "debt": 3, "faith": 0, "arts": 2}, 2: {"health": 3}}
    served = needs_served([offer(1, 1, needs="arts"), offer(2, 1, needs="faith")])
    assert gaps(weights, served, wanted={(1, "debt"), (1, "arts")}) == [
        Gap(1, "debt", 3, is_wanted=True),
        Gap(2, "health", 3),
        Gap(1, "health", 1),
    ]


def test_a_service_at_another_prison_fills_no_gap():
    assert gaps({1: {"health": 2}}, needs_served([offer(1, 2, needs="health")])) == [Gap(1, "health", 2)]


def test_a_group_that_is_weighed_and_that_no_service_names_is_a_gap_too():
    served = groups_served([offer(1, needs="health", groups="women")])
    assert gaps({1: {"women": 3, "on-remand": 2}}, served) == [Gap(1, "on-remand", 2)]


def test_services_are_duplicates_when_they_share_prison_need_and_group():
    rows = [
        offer(1, needs="health debt", groups="women"),
        offer(2, needs="health", groups="women men"),
        offer(3, needs="health", groups="men"),
        offer(4, needs="debt", groups="men"),
        offer(5, 2, needs="health", groups="women"),
    ]
    assert {(row.need, row.group): row for row in duplicates(rows)} == {
        ("health", "women"): Duplicate(1, "health", "women", frozenset({1, 2})),
        ("health", "men"): Duplicate(1, "health", "men", frozenset({2, 3})),
    }


def test_who_is_not_reached_is_said_for_each_prison():
    rows = [offer(1, 1, characteristics="age"), offer(2, 2, characteristics="race age")]
    assert unreached(rows, [1, 2, 3], ["age", "race"]) == [(1, "race"), (3, "age"), (3, "race")]
