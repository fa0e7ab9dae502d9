"""Somebody puts together what all filters show, totals and their parts: no count of people below five can be worked out.

The views themselves are read: the pages of areas, the open addresses, the open data, and what a funder sees. Each figure
comes with the records that it counts, which whoever works it out may know.
"""

import datetime as dt
import itertools
import re
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from agreements.operations.showing import set_showing, share_with_funder
from directory import areas, needs_map
from directory.areas import every_area
from directory.feeds import need_records
from directory.models import LocalAuthority, Organisation, Role
from portal.exports.open_data.making import make_open_data
from portal.foundation import clock
from portal.foundation.disclosure import FEWEST, published_count
from tests import factories
from tests.directory import needing
from tests.exports.reading import body, json_rows

pytestmark = pytest.mark.django_db

# Prison -> how many were heard there; council -> the prisons whose services reach it.
HEARD = {"PER": 12, "EDI": 4, "BAR": 4, "GLE": 4}
REACHED_FROM = {
    "Fife": ("PER",),
    "Glasgow City": ("PER", "EDI"),
    "Highland": ("EDI", "BAR", "GLE"),
    "North Ayrshire": ("PER",),
    "East Ayrshire": ("EDI", "BAR"),
}
# Service -> people it reached and the needs it is for, all of them in one prison.
SERVICES = {
    "first": (12, ("health", "legal-rights")),
    "second": (3, ("health",)),
    "third": (4, ("accommodation", "faith-and-belief", "peer-support")),
    "fourth": (4, ("accommodation", "digital-inclusion", "peer-support")),
    "fifth": (4, ("accommodation", "trauma-and-abuse")),
}
PLACES = 4
# What no public page says exactly. It would be noticed wherever it stood.
UNLIKELY = 31337


@dataclass(frozen=True)
class Published:
    """What a view says of the people that these records count together."""

    records: frozenset[str]
    text: str

    @property
    def could_be(self) -> set[int]:
        if found := re.search(r"[Ff]ewer than (\d+)", self.text):
            return set(range(int(found[1])))
        bounds = [int(number) for number in re.findall(r"\d+", self.text)]
        return set(range(bounds[0], bounds[-1] + 1))


@pytest.fixture
def cast():
    return factories.Cast()


@pytest.fixture
def estate(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    for code, people in HEARD.items():
        prison = factories.prison(code)
        needing.publish(prison, needing.coordinator(prison), needs={"health": 2}, people_heard=people)
        row = needing.listing(prison, needing.term("sport-and-physical-activity"))
        row.release_areas.set(
            LocalAuthority.objects.filter(name__in=[a for a in REACHED_FROM if code in REACHED_FROM[a]])
        )
    for people, needs in SERVICES.values():
        needing.listing(factories.prison("STI"), *map(needing.term, needs), people_reached=people)
    needing.listing(factories.prison("GRA"), needing.term("health"), people_reached=UNLIKELY)
    make_open_data()


def heard_in_areas() -> list[Published]:
    found = []
    for area in itertools.chain(*every_area()):
        page = Client().get(area.get_absolute_url()).content.decode()
        of_all = re.search(r"people in custody, (.+?)\. Whoever", page)
        prisons = {code for council in area.councils for code in REACHED_FROM.get(council.name, ())}
        assert bool(of_all) == bool(prisons)
        if of_all:
            found.append(Published(frozenset(prisons), of_all[1]))
        for code in prisons:
            [of_one] = re.findall(rf"{factories.prison(code)}, \d+: \d+ organisations, (.+?) people in custody", page)
            found.append(Published(frozenset({code}), of_one))
    return found


def reached_in_needs() -> list[Published]:
    """Of the open address, narrowed and not, and of the open data of the day."""
    told = []
    for query in ({"per_page": 100, "page": page} for page in (1, 2, 3)):
        told += Client().get("/api/v1/needs", query).json()["items"]
    told += Client().get("/api/v1/needs", {"prison": factories.prison("STI").slug, "per_page": 100}).json()["items"]
    told += json_rows(body(Client().get(reverse("open_data_file", args=["needs", "json"]))))
    labels = {needing.term(slug).label: slug for _, slugs in SERVICES.values() for slug in slugs}
    return [
        Published(
            frozenset(name for name, (_, needs) in SERVICES.items() if labels[row["need"]] in needs),
            row["people_reached"],
        )
        for row in told
        if row["prison"] == str(factories.prison("STI")) and row["need"] in labels
    ]


def worked_out(published: list[Published], people: dict[str, int]) -> set[frozenset[str]]:
    """The groups of fewer than five, of whom all figures together leave fewer than five numbers open."""
    known: dict[frozenset[str], set[int]] = {}
    for figure in published:
        known[figure.records] = known.get(figure.records, figure.could_be) & figure.could_be
    every = worlds(known, sorted(people))
    assert people in every
    groups = itertools.chain.from_iterable(itertools.combinations(people, size) for size in range(1, len(people)))
    few = [group for group in groups if 0 < sum(people[name] for name in group) < FEWEST]
    return {frozenset(group) for group in few if len({sum(world[name] for name in group) for world in every}) < FEWEST}


def worlds(known: dict[frozenset[str], set[int]], names: list[str]) -> list[dict[str, int]]:
    """How many each record can count, so that every figure is right."""
    ranges = [range(min(max(could_be) for records, could_be in known.items() if name in records) + 1) for name in names]
    every = (dict(zip(names, numbers, strict=True)) for numbers in itertools.product(*ranges))
    return [
        world
        for world in every
        if all(sum(world[name] for name in records) in could_be for records, could_be in known.items())
    ]


REACHED = {name: people for name, (people, _) in SERVICES.items()}
VIEWS = {"heard": (heard_in_areas, HEARD), "reached": (reached_in_needs, REACHED)}
# Whose number would be told if figures were exact, and if each total had a band of its own.
SMALL = {
    "heard": {frozenset({"EDI"}), frozenset({"BAR"}), frozenset({"GLE"})},
    "reached": {frozenset({"second"}), frozenset({"third"}), frozenset({"fourth"}), frozenset({"fifth"})},
}
OF_THREE_FOURS = {"heard": SMALL["heard"], "reached": SMALL["reached"] - {frozenset({"second"})}}


@pytest.mark.parametrize("view", VIEWS)
def test_no_figures_of_the_public_views_together_tell_of_fewer_than_five(estate, view):
    read, people = VIEWS[view]
    assert worked_out(read(), people) == set()


@pytest.mark.parametrize("view", VIEWS)
def test_twin_exact_counts_could_be_subtracted(estate, view, monkeypatch):
    tell_totals(monkeypatch, str)
    monkeypatch.setattr(areas, "published_count", str)
    read, people = VIEWS[view]
    make_open_data_again(monkeypatch)
    assert worked_out(read(), people) == SMALL[view]


@pytest.mark.parametrize("view", VIEWS)
def test_twin_totals_with_bands_of_their_own_would_tell_the_parts(estate, view, monkeypatch):
    tell_totals(monkeypatch, published_count)
    read, people = VIEWS[view]
    make_open_data_again(monkeypatch)
    assert worked_out(read(), people) == OF_THREE_FOURS[view]


def tell_totals(monkeypatch, tell) -> None:
    """The guard taken away: what stands on the pages is made of the sum of the counts."""
    monkeypatch.setattr(areas, "published_total", lambda counts: tell(sum(counts)))
    monkeypatch.setattr(need_records, "published_range", lambda people, _: tell(people))
    monkeypatch.setattr(needs_map, "FEWEST", 1)


def make_open_data_again(monkeypatch) -> None:
    later = clock.now() + dt.timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    make_open_data()


PUBLIC = (
    "/directory/",
    "/directory/inside/",
    "/prisons/",
    "/areas/",
    "/open-data/",
    "/api/v1/listings",
    "/api/v1/services",
    "/api/v1/needs",
    "/api/v1/open-referral/services",
    "/api/v1/open-referral/service_at_locations",
)


def test_no_public_view_says_exactly_how_many_a_service_reached(estate):
    row = needing.Listing.objects.get(people_reached=UNLIKELY)
    own = [reverse("service_page", args=[row.service.reference]), f"/api/v1/listings/{row.reference}"]
    own += [
        reverse("prison_page", args=[row.establishment.slug]),
        reverse("inside_prison", args=[row.establishment.slug]),
    ]
    own += [reverse("open_data_file", args=[name, "csv"]) for name in ("services", "needs", "agreements")]
    for address in (*PUBLIC, *own):
        response = Client().get(address, {"prison": row.establishment.slug} if address == "/directory/" else {})
        assert response.status_code == 200, address
        assert str(UNLIKELY) not in body(response).decode(), address


def test_a_funder_reads_no_number_of_people_that_another_view_could_be_subtracted_from(cast, estate):
    """Two agreements are shared that differ by a few places. Nothing adds them up, and few are told as few."""
    trust = Organisation.objects.create(name="Heron Trust", is_funder=True)
    funder = Client()
    funder.force_login(factories.hold(factories.post(Role.FUNDER, trust)))
    until = clock.today() + dt.timedelta(days=30)
    pages = {}
    for places in (PLACES, 12 + PLACES):
        version = factories.bring_to("in force", cast, S1_11={"at_once": places, "in_total": 12})
        share_with_funder(version, funder=trust, until_on=until, by=cast.signatory)
        for who in (cast.signatory, cast.hoo):
            set_showing(version, is_shown=True, by=who)
        reference = version.agreement.reference
        pages[places] = [
            funder.get(reverse("shared_agreement", args=[reference])).content.decode(),
            Client().get(reverse("public_agreement", args=[reference])).content.decode(),
        ]
    told = {places: [places_said(page) for page in read] for places, read in pages.items()}
    assert told == {PLACES: ["Fewer than 5"] * 2, 12 + PLACES: ["16"] * 2}
    portfolio = funder.get(reverse("portfolio")).content.decode()
    assert re.search(r"\b(4|16|20)\b (places|people)", portfolio) is None


def places_said(page: str) -> str:
    return re.search(r"Places at once\s*</dt>\s*<dd[^>]*>\s*(.+?)\s*</dd>", page, re.DOTALL)[1]
