"""A needs statement as it is read: each term that was weighed, with its weight in words, the heaviest first."""

from collections.abc import Mapping
from typing import Any

from directory.models import NeedsStatement, Term, Weight
from directory.needs_map import GROUPS, NEEDS, terms


def weighed(statement: NeedsStatement) -> dict[str, Any]:
    """`needs` and `groups`: pairs of a term and the words for its weight."""
    known = terms()
    return {"needs": _ranked(statement.needs, known[NEEDS]), "groups": _ranked(statement.groups, known[GROUPS])}


def _ranked(weights: Mapping[str, int], known: Mapping[str, Term]) -> list[tuple[Term, str]]:
    found = [(known[slug], weight) for slug, weight in weights.items() if slug in known]
    found.sort(key=lambda row: (-row[1], row[0].position))
    return [(term, Weight(weight).label) for term, weight in found]
