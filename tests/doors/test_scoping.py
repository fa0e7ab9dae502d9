"""The twin of the access matrix: each guard that hides something is taken away in turn, and that is seen every time."""

from collections.abc import Iterator
from unittest import mock

import pytest

from directory.models import Idea
from tests.doors import matrix
from tests.doors.addresses import Address, every_address
from tests.doors.test_access import STRANGER, scoped_querysets
from tests.doors.world import World
from tests.tiers import few_of

pytestmark = pytest.mark.django_db

AS_CJVSF = mock.Mock(is_cjvsf=True, posts=(), organisation_ids=frozenset(), establishment_ids=frozenset())
Guard = tuple[str, object]
# Where a page finds what its address names: what says no there, and a replacement that says yes.
GUARDS: dict[str, Guard] = {
    "people whom one looks after": ("directory.finding.manages", lambda *_: True),
    "pages of CJVSF": ("directory.finding.only_for_cjvsf", lambda user: None),
    "one's own organisation": ("directory.finding.standing", lambda user: AS_CJVSF),
    "handover packs": ("portal.home.handover.manages", lambda *_: True),
    "complaints": ("portal.home.shelf.operations.standing", lambda user: AS_CJVSF),
    "ideas": ("directory.seen.ideas_seen_by", lambda user: Idea.objects.all()),
    "dashboards": ("portal.dashboards.scope.standing", lambda user: AS_CJVSF),
    "legal holds": ("portal.home.keeping.holds.standing", lambda user: AS_CJVSF),
    "what is held about one person": ("portal.home.keeping.person.standing", lambda user: AS_CJVSF),
}
SCOPES = {f"{found.__module__}.{found.__qualname__}" for found in scoped_querysets()}
# Its page asks first whether the organisation is one's own: tests/agreements/test_assurance.py looks at it alone.
BEHIND_ANOTHER = {"agreements.models.assurance.AssuranceProfileQuerySet"}


@pytest.fixture(scope="module")
def hidden(world: World) -> list[tuple[Address, str]]:
    """Every address, with whose object it names, that a stranger doesn't find."""
    found = matrix.played(world, every_address(), personas=[STRANGER], methods=["GET"])
    addresses = {address.name: address for address in every_address()}
    return [(addresses[name], whose) for (name, _, whose, _), got in found.items() if got.said == "404"]


def opened(world: World, hidden: list[tuple[Address, str]]) -> Iterator[str]:
    """Which of them the stranger finds now, one after the other."""
    door = matrix.knock(world)
    for address, whose in hidden:
        if matrix.said(door.at(address, "GET", whose, STRANGER)) != "404":
            yield address.name


@pytest.mark.parametrize("guard", few_of(GUARDS, ["people whom one looks after"]))
def test_without_one_of_the_guards_a_stranger_gets_in_and_is_seen(guard, world, hidden):
    target, replacement = GUARDS[guard]
    with mock.patch(target, replacement):
        assert next(opened(world, hidden), None)


@pytest.mark.parametrize("scope", few_of(sorted(SCOPES - BEHIND_ANOTHER), ["agreements.models.agreement.SeenBy"]))
def test_without_one_of_the_scopes_a_stranger_gets_in_and_is_seen(scope, world, hidden):
    with mock.patch(f"{scope}.visible_to", lambda rows, *_: rows.all()):
        assert next(opened(world, hidden), None)


def test_with_every_guard_in_its_place_nobody_gets_in(world, hidden):
    assert len(hidden) > 60
    assert list(opened(world, hidden)) == []
