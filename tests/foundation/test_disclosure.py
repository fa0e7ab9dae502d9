"""Counts of people below five can't be worked out from what funders and the public are shown."""

import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from portal.foundation.disclosure import FEWEST, published_count, published_total

SOME = st.integers(min_value=0, max_value=60)
FEW = st.integers(min_value=0, max_value=FEWEST - 1)


def could_be(published):
    """Every number that these words leave open."""
    bounds = [int(number) for number in re.findall(r"\d+", published)]
    return range(bounds[0]) if published.startswith("fewer") else range(bounds[0], bounds[-1] + 1)


def worlds(counts, total):
    """What the counts can all be together, for whoever is told each of them and their total."""
    known = [could_be(published_count(people)) for people in counts]
    return [parts for parts in itertools.product(*known) if sum(parts) in could_be(total(counts))]


@given(SOME)
def test_a_count_is_not_told_from_any_other_of_its_band(people):
    assert people in could_be(published_count(people))
    assert len(could_be(published_count(people))) == FEWEST
    assert published_total([people]) == published_count(people)


@given(rest=FEW, part=SOME)
def test_no_pair_of_filters_reveals_a_count_below_five(rest, part):
    """One filter narrows the other: the few whom only the wider one counts stay unknown."""
    whole = could_be(published_total([part, rest]))
    known = {more - less for more, less in itertools.product(whole, could_be(published_count(part))) if more >= less}
    assert rest in known
    assert len(known) >= FEWEST


@given(st.lists(st.one_of(FEW, SOME), min_size=1, max_size=4))
def test_a_total_beside_its_parts_tells_nothing(counts):
    bands = [could_be(published_count(people)) for people in counts]
    assert worlds(counts, published_total) == list(itertools.product(*bands))


def test_twin_a_total_with_a_band_of_its_own_would_tell_each_part():
    fours = [4] * 5
    assert len(worlds(fours, published_total)) == FEWEST**5
    assert worlds(fours, lambda counts: published_count(sum(counts))) == [tuple(fours)]


def test_twin_exact_counts_would_tell_what_a_filter_leaves_out():
    assert {parts[1] for parts in worlds([10, 2], lambda counts: str(sum(counts))) if parts[0] == 10} == {2}


def test_a_count_is_said_as_a_band():
    assert [published_count(people) for people in (0, 4, 5, 9, 10, 64)] == [
        "fewer than 5",
        "fewer than 5",
        "5 to 9",
        "5 to 9",
        "10 to 14",
        "60 to 64",
    ]
    assert [published_total(counts) for counts in ((4, 4), (0, 0, 0), (12, 3), (12, 12))] == [
        "fewer than 9",
        "fewer than 13",
        "10 to 18",
        "20 to 28",
    ]
    assert re.search(r"\b[0-4]\b", published_count(3)) is None
