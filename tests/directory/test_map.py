"""The map says what the list says."""

import re

import pytest
from django.urls import reverse
from lxml import html

from directory import listed, map
from directory.models import Establishment, EstablishmentStatus
from tests import factories
from tests.directory import shelf

pytestmark = pytest.mark.django_db


def test_each_open_prison_has_one_dot_that_leads_to_its_page_with_the_number_of_the_list(client):
    for _ in range(3):
        shelf.listed(at=factories.prison("PER"))
    shelf.listed(at=factories.prison("INV"))
    page = html.fromstring(client.get(reverse("prison_list")).content)
    rows = {
        row.xpath(".//a/@href")[0]: (row.xpath("td[1]")[0].text, row.xpath("td[last()]")[0].text)
        for row in page.xpath("//tbody/tr")
    }
    dots = page.xpath("//*[local-name()='svg']//*[local-name()='a']")
    said = {dot.get("href"): re.match(r"(\d+): .+, (\d+) services?$", dot.get("aria-label")).groups() for dot in dots}
    open_ones = Establishment.objects.filter(status=EstablishmentStatus.OPEN)
    assert set(said) == {reverse("prison_page", args=[prison.slug]) for prison in open_ones}
    assert said == {address: row for address, row in rows.items() if address in said}
    assert said[reverse("prison_page", args=["hmp-perth"])][1] == "3"
    assert len(dots) == len(said)


def test_dots_lie_inside_their_drawing_and_grow_with_the_number():
    estate = listed.estate()
    for number, row in enumerate(estate):
        row.number = number
    drawn = map.draw(estate)
    for drawing in (drawn.scotland, drawn.central_belt):
        for dot in drawing.dots:
            assert 0 < dot.x < drawing.frame.width
            assert 0 < dot.y < drawing.frame.height
    dots = [*drawn.scotland.dots, *drawn.central_belt.dots]
    by_number = sorted(dots, key=lambda dot: dot.establishment.number)
    assert [dot.radius for dot in by_number] == sorted(dot.radius for dot in dots)


@pytest.mark.parametrize(("number", "radius"), [(0, map.SMALLEST), (5, map.LARGEST)])
def test_a_dot_is_between_the_smallest_and_the_largest(number, radius):
    assert map.radius(number, 5) == radius
    assert map.radius(0, 0) == map.SMALLEST
