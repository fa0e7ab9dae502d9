"""Counting what a search can be narrowed by, without a database; and the same counted a second, slower way."""

from hypothesis import given
from hypothesis import strategies as st

from directory.facets import FACETS, Option, narrow, shown

NAMES = ("need", "prison", "area")
KEYS = st.lists(st.sampled_from([f"{name}:{value}" for name in NAMES for value in "abc"]), unique=True)
ROWS = st.lists(KEYS, max_size=8).map(lambda rows: [(pk, " ".join(keys)) for pk, keys in enumerate(rows)])
CHOSEN = st.dictionaries(st.sampled_from(NAMES), st.frozensets(st.sampled_from("abc")))


def fits(keys: set[str], chosen: dict[str, frozenset[str]]) -> bool:
    return all(not values or any(f"{name}:{value}" in keys for value in values) for name, values in chosen.items())


@given(ROWS, CHOSEN)
def test_rows_and_counts_are_those_of_asking_for_each_value_by_itself(rows, chosen):
    found = narrow(rows, chosen)
    assert found.pks == [pk for pk, keys in rows if fits(set(keys.split()), chosen)]
    for name in NAMES:
        for value in "abc":
            others = {key: values for key, values in chosen.items() if key != name}
            with_it = others | {name: frozenset(value)}
            assert found.counts[f"{name}:{value}"] == sum(fits(set(keys.split()), with_it) for _, keys in rows)


def test_a_value_that_nothing_has_is_shown_only_where_it_was_chosen():
    labels = {facet.name: [] for facet in FACETS} | {"need": [("a", "A"), ("b", "B"), ("c", "C")]}
    need = shown(labels, {"need:a": 2}, {"need": frozenset("c")})[0]
    assert need.options == (Option("a", "A", 2, False), Option("c", "C", 0, True))
    assert need.chosen == 1
