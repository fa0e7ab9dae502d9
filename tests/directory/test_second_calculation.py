"""Matrix, gaps, duplicates and reach of an estate equal a second calculation in SQL over the base tables."""

import datetime as dt
import random

import pytest

from directory import needs_map
from directory.models import Establishment, Listing, Organisation, Term
from portal.foundation import clock
from tests import factories
from tests.directory import needing, provision_in_sql

pytestmark = pytest.mark.django_db
SERVICES = 300
A_WEEK = dt.timedelta(days=7)


@pytest.fixture
def estate():
    """Services of every kind, some of them hidden, and statements of several years, one of them a draft."""
    rng = random.Random(5)
    prisons = list(Establishment.objects.all())
    terms = {key: list(Term.objects.filter(vocabulary__key=key)) for key in needs_map.VOCABULARIES}
    charity, gone = factories.organisation(), factories.organisation()
    Organisation.objects.filter(pk=gone.pk).update(left_on=clock.today())
    for _ in range(SERVICES):
        tags = [term for some in terms.values() for term in rng.sample(some, rng.randint(0, 3))]
        needing.listing(
            rng.choice(prisons),
            *tags,
            organisation=rng.choice((charity, charity, charity, gone)),
            is_live=rng.random() < 0.8,
            from_agreement=rng.random() < 0.7,
            places=rng.choice((None, 6, 12)),
            ends_on=rng.choice((None, None, clock.today() - A_WEEK, clock.today() + A_WEEK)),
        )
    for number, prison in enumerate(prisons[:8]):
        publish(prison, rng, terms, years=1 + number % 3)


def publish(prison, rng, terms, years):
    who = needing.coordinator(prison)
    weights = lambda key: {term.slug: rng.randint(0, 3) for term in rng.sample(terms[key], 9)}  # noqa: E731
    for year in range(years):
        with clock.set_to(clock.now().replace(year=2030 + year, day=1)):
            needing.publish(prison, who, needs=weights("needs"), groups=weights("populations"))
    with clock.set_to(clock.now().replace(year=2040, day=1)):
        needing.needs.save_statement(prison, by=who, revision=0, needs={"health": 3})


@pytest.fixture
def found(estate):
    return needs_map.read()


def test_the_matrix_is_the_same(found):
    ours = {
        (found.by_id[prison].code, need): (count.agreements, count.others)
        for (prison, need), count in found.offered.items()
    }
    assert len(ours) > 50
    assert ours == provision_in_sql.matrix()


def test_the_places_and_the_days_are_the_same(found):
    ours = {
        (found.by_id[prison].code, need): (offered.places, offered.people)
        for (prison, need), offered in found.offered.items()
    }
    assert len({places for places, _ in ours.values()}) > 3
    assert ours == provision_in_sql.extents()
    days = {(found.by_id[prison].code, need, day) for (prison, need), days in found.days.items() for day in days}
    assert len(days) > 50
    assert days == provision_in_sql.days()


@pytest.mark.parametrize("column", ["needs", "groups"])
def test_the_gaps_and_their_ranks_are_the_same(found, column):
    gaps = found.need_gaps if column == "needs" else found.group_gaps
    ours = [(found.by_id[gap.prison].code, gap.slug, gap.weight) for gap in gaps]
    theirs = provision_in_sql.gaps(column, "needs" if column == "needs" else "populations")
    assert len(ours) > 5
    assert sorted(ours) == sorted(theirs)
    assert [weight for *_, weight in ours] == [weight for *_, weight in theirs]


def test_the_duplicates_are_the_same(found):
    ours = {(found.by_id[row.prison].code, row.need, row.group): row.number for row in found.duplicates}
    assert len(ours) > 5
    assert ours == provision_in_sql.duplicates()


def test_who_is_not_reached_is_the_same(found):
    slugs = list(found.terms["protected_characteristics"])
    ours = {
        (prison.code, slug)
        for prison, reached in found.reach()
        for slug, is_reached in zip(slugs, reached, strict=True)
        if not is_reached
    }
    assert len(ours) > 5
    assert ours == provision_in_sql.unreached()


def test_the_second_calculation_knows_nothing_of_the_first():
    """Or they could be wrong together."""
    source = provision_in_sql.__file__
    with open(source) as file:
        imports = [line for line in file if line.startswith(("import ", "from "))]
    assert imports == ["from django.db import connection\n"]


def test_a_service_that_is_hidden_by_hand_shows_in_both(found):
    """A comparison of two empty tables would hold too."""
    before = provision_in_sql.matrix()
    Listing.objects.update(is_live=False)
    assert needs_map.read().offered == provision_in_sql.matrix() == {} != before
