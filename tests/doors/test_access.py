"""Who may open what: every address, every persona, every method, own object, another's and a missing one.

The table is `matrix.csv`. After a new address or a changed rule: script/access-matrix --write, and read the difference.
"""

import os
from contextlib import ExitStack
from unittest import mock

import pytest
from django.apps import apps

from directory.delivery import send_mail
from portal.foundation.models import Notification
from tests.doors import matrix
from tests.doors.addresses import Address, every_address
from tests.doors.world import MISSING, OTHERS, OWN, PERSONAS, World
from tests.tiers import few_of

pytestmark = pytest.mark.django_db

SHORT = ("GET", "POST")
# They mostly answer 405 before anything is asked, so two people stand for all; the whole table asks everybody.
TO_FEW = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE")
FEW = ("nobody signed in", "HOO")
STRANGER = "signatory of another charity"
# The secret in these addresses is the key: whoever was given it reads what it opens.
BY_A_SECRET = ("calendar_feed", "invitation_accept")
# The directory and its feeds for programs: what an agreement in force says in public. What isn't public is looked for by
# test_editions.py.
PUBLISHED = (
    "api_item",
    "api_list",
    "hsds_item",
    "hsds_list",
    "correction_suggest",
    "directory_search",
    "inside_prison",
    "inside_search",
    "inside_service",
    "organisation_list",
    "organisation_page",
    "prison_page",
    "service_page",
)

# Another guard than a queryset's hides these: test_scoping.py takes each of those away.
ANOTHER_GUARD = {"profile_detail", "profile_change", "idea_detail", "organisation_dashboard"}


@pytest.fixture(scope="module")
def addresses() -> list[Address]:
    return every_address()


@pytest.fixture(scope="module")
def expected() -> matrix.Table:
    return matrix.read()


# The others open the same doors as one of these, or all doors.
OF_EACH_KIND = ("nobody signed in", "contributor", "HOO", STRANGER, "HOO of another prison")


@pytest.fixture(scope="module", params=few_of(PERSONAS, OF_EACH_KIND))
def visits(request, world: World, addresses: list[Address]) -> tuple[str, dict[matrix.Cell, matrix.Answer]]:
    """One persona, and what they got everywhere."""
    return request.param, matrix.played(world, addresses, personas=[request.param], methods=SHORT)


def test_every_address_has_its_rows_and_no_row_is_left_over(addresses, expected):
    assert set(expected) == {
        (address.name, method, whose, persona)
        for address in addresses
        for method in matrix.METHODS
        for whose in address.objects
        for persona in PERSONAS
    }


def test_no_two_addresses_share_a_name(addresses):
    assert len({address.name for address in addresses}) == len(addresses)


def test_each_persona_gets_what_the_table_says(visits, expected):
    _, answers = visits
    assert matrix.table_of(answers) == {cell: expected[cell] for cell in answers}


def test_no_persona_reads_words_of_another_party(visits, world):
    persona, answers = visits
    allowed = world.may_meet(persona)
    found = {
        cell: got.canaries - allowed - (world.published if cell[0] in PUBLISHED else set())
        for cell, got in answers.items()
        if cell[0] not in BY_A_SECRET
    }
    assert {cell: words for cell, words in found.items() if words} == {}


def test_another_partys_object_reads_like_a_missing_one(visits, expected):
    _, answers = visits
    hidden = [cell for cell in answers if cell[2] == OTHERS and expected[cell] == "404"]
    for name, method, _, persona in hidden:
        others, missing = answers[name, method, OTHERS, persona], answers[name, method, MISSING, persona]
        assert (name, method, others.body) == (name, method, missing.body)


@pytest.mark.parametrize("method", few_of(TO_FEW, ["HEAD", "DELETE"]))
def test_other_methods_get_what_the_table_says(method, world, addresses, expected):
    answers = matrix.played(world, addresses, personas=FEW, methods=[method])
    assert matrix.table_of(answers) == {cell: expected[cell] for cell in answers}


@pytest.mark.thorough
def test_the_whole_table_holds(world, addresses):
    table = matrix.table_of(matrix.played(world, addresses))
    if os.environ.get("ACCESS_MATRIX") == "write":
        matrix.write(table)
    assert matrix.as_csv(table) == matrix.FILE.read_text()


def test_whoever_belongs_to_a_story_meets_its_canary_somewhere(visits, world):
    """Otherwise nothing could leak, and the search would prove nothing."""
    persona, answers = visits
    met = (got.canaries for cell, got in answers.items() if cell[0] not in (*BY_A_SECRET, *PUBLISHED))
    assert set().union(*met) == world.may_meet(persona)


def test_no_mail_tells_its_reader_words_of_another_party(world, mailoutbox):
    """Mail goes to posts, whether or not their holder has set up a second factor."""
    readers = {who.email: persona.replace("password only", "HOO") for persona, who in world.people.items()}
    deliver_everything()
    told = [(sent, sent.message().as_string()) for sent in mailoutbox if sent.to[0] in readers]
    astray = [
        (sent.subject, readers[sent.to[0]], word)
        for sent, text in told
        for word in set(world.canaries) - world.may_meet(readers[sent.to[0]])
        if word in text
    ]
    assert len(told) > 5
    assert astray == []


def deliver_everything() -> None:
    """Spread to people first, then sent; what may wait is sent too."""
    Notification.objects.update(at_once=True)
    for _ in range(3):
        send_mail()


def test_the_prison_never_sees_an_outline_that_it_was_not_sent(world, addresses):
    world.first.version, sent = world.first.outline, world.first.version
    try:
        pages = [address for address in addresses if address.name in OF_AN_AGREEMENT]
        answers = matrix.played(world, pages, personas=["HOO", "coordinator", "prison reader"], methods=SHORT)
    finally:
        world.first.version = sent
    assert {got.said for cell, got in answers.items() if cell[2] == OWN} <= {"404", "405"}


OF_AN_AGREEMENT = ("agreement_detail", "agreement_words", "agreement_data", "agreement_history", "section_edit")


# Twins: without its guard each of these is caught.


def scoped_querysets() -> set[type]:
    """Every class that says what a person may see, in the app that says it first."""
    found = set()
    for model in apps.get_models():
        for base in type(model._default_manager.all()).__mro__:
            if "visible_to" in vars(base):
                found.add(base)
    return found


@pytest.fixture
def unscoped():
    """Everybody sees every row."""
    with ExitStack() as patches:
        for found in scoped_querysets():
            patches.enter_context(mock.patch.object(found, "visible_to", lambda rows, *_: rows.all()))
        yield


def hidden_from(persona: str, expected: matrix.Table) -> set[tuple[str, str]]:
    """Addresses and methods at which this persona finds their own, and not another's."""
    return {
        (name, method)
        for (name, method, whose, who), said in expected.items()
        if (whose, who, said) == (OTHERS, persona, "404")
        and method in SHORT
        and expected[name, method, OWN, persona] not in ("404", "405")
    }


@pytest.mark.thorough
def test_twin_without_scoping_each_page_that_hides_another_partys_object_is_caught(
    unscoped, world, addresses, expected
):
    hidden = hidden_from(STRANGER, expected)
    answers = matrix.played(world, addresses, personas=[STRANGER], methods=SHORT)
    caught = {pair for pair in hidden if answers[(*pair, OTHERS, STRANGER)].said != "404"}
    assert len(hidden) > 20
    assert {name for name, _ in hidden - caught} == ANOTHER_GUARD


def test_twin_without_scoping_canaries_are_found(unscoped, world, addresses):
    answers = matrix.played(world, addresses, personas=[STRANGER], methods=["GET"])
    met = set().union(*(got.canaries for cell, got in answers.items() if cell[0] not in PUBLISHED))
    assert met - world.may_meet(STRANGER) == {world.first.canary, world.first.secret}


def test_twin_a_new_address_without_a_row_is_caught(addresses, expected):
    new = Address("a_new_page", "new/", ())
    assert (new.name, "GET", OWN, "HOO") not in expected
    assert new.objects == (OWN,)
