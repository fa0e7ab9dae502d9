"""Numbers in addresses can be counted up. Another party's number reads like one that was never given out."""

from collections.abc import Iterator
from unittest import mock

import pytest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from agreements.models import Printing
from tests.doors import matrix
from tests.doors.addresses import NUMBER, VALUES, Address, Named, every_address
from tests.doors.world import OTHERS, OWN, World

pytestmark = pytest.mark.django_db

PERSONAS = ("signatory", "HOO")
# It counts the reviews of one agreement.
OF_ONE_AGREEMENT = {"number"}


def counted(address: Address) -> set[str]:
    """The numbers in an address that are those of rows."""
    return {name for name in address.parameters if f"<int:{name}>" in address.route} - OF_ONE_AGREEMENT


def under_ones_own() -> list[Address]:
    return [address for address in every_address() if counted(address) and "reference" in address.parameters]


def path(address: Address, world: World, persona: str, number: int | None = None) -> str:
    """One's own agreement, and in it another party's number, or this one."""
    own, others = Named(world.story(persona, OWN), persona), Named(world.story(persona, OTHERS), persona)
    numbers = {name: number or VALUES[name](others) for name in counted(address)}
    return reverse(address.name, kwargs={name: VALUES[name](own) for name in address.parameters} | numbers)


def answers(world: World, persona: str, method: str) -> Iterator[tuple[str, str, str]]:
    door = matrix.knock(world)
    for address in under_ones_own():
        anothers, missing = (
            matrix.answer(door.at_path(path(address, world, persona, number), method, persona), world.canaries)
            for number in (None, NUMBER)
        )
        yield address.name, f"{anothers.said} {anothers.body}", f"{missing.said} {missing.body}"


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_partys_number_under_ones_own_agreement_reads_like_one_that_is_not_there(persona, method, world):
    got = list(answers(world, persona, method))
    assert len(got) > 8
    assert [name for name, anothers, missing in got if anothers != missing] == []
    assert {anothers.split()[0] for _, anothers, _ in got} <= {"404", "405"}


def test_a_page_that_took_any_number_would_be_noticed(world):
    """The twin: a file of any agreement opens under one's own."""

    def find_any(request, reference, printing_id):
        return get_object_or_404(Printing, pk=printing_id)

    with mock.patch("agreements.views.documents.find_printing", find_any):
        got = {name: anothers for name, anothers, _ in answers(world, "signatory", "GET")}
    assert got["pdf_download"].startswith("200")
