"""Which of many that are alike the suite plays. CI plays the others too, where they stand in tests/journeys or tests/doors."""

from collections.abc import Iterable

import pytest


def few_of(values: Iterable, quick: Iterable) -> list:
    """The values for a parametrisation: all but the quick ones are slow."""
    values, chosen = list(values), list(quick)
    assert all(value in values for value in chosen)
    return [pytest.param(value, marks=() if value in chosen else pytest.mark.slow) for value in values]
