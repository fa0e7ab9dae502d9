"""Which of many that are alike the suite plays: script/test. The others are thorough, and CI plays them too."""

from collections.abc import Iterable

import pytest


def few_of(values: Iterable, quick: Iterable) -> list:
    """The values for a parametrisation: all but the quick ones are thorough."""
    values, chosen = list(values), list(quick)
    assert all(value in values for value in chosen)
    return [pytest.param(value, marks=() if value in chosen else pytest.mark.thorough) for value in values]
