"""Counts of people below five can't be worked out from what funders and the public are shown."""

import itertools
import re
import sys

from hypothesis import given
from hypothesis import strategies as st

from portal.foundation.disclosure import FEWEST, published_count

SOME = st.integers(min_value=0, max_value=60)


def could_be(published):
    """Every count that would be published like this."""
    return {number for number in range(80) if published_count(number) == published}


def differences(whole, part):
    """What somebody who knows both published figures can know of the people in one and not in the other."""
    return {more - less for more, less in itertools.product(could_be(whole), could_be(part)) if more - less >= 0}


@given(SOME)
def test_a_small_count_is_not_told_from_any_other_small_count(people):
    assert people in could_be(published_count(people))
    assert len(could_be(published_count(people))) == FEWEST


@given(rest=st.integers(min_value=0, max_value=FEWEST - 1), part=SOME)
def test_no_pair_of_filters_reveals_a_count_below_five(rest, part):
    """One filter narrows the other: the few whom only the wider one counts stay unknown."""
    known = differences(published_count(part + rest), published_count(part))
    known &= could_be(published_count(rest))
    assert rest in known
    assert len(known) >= FEWEST - 1


def test_exact_counts_would_reveal_it(monkeypatch):
    """The guard taken away: what one filter leaves out is then known."""
    monkeypatch.setattr(sys.modules[__name__], "published_count", str)
    assert differences(published_count(12), published_count(10)) == {2}


def test_a_count_is_said_as_a_band():
    assert [published_count(people) for people in (0, 4, 5, 9, 10, 64)] == [
        "fewer than 5",
        "fewer than 5",
        "5 to 9",
        "5 to 9",
        "10 to 14",
        "60 to 64",
    ]
    assert re.search(r"\b[0-4]\b", published_count(3)) is None
