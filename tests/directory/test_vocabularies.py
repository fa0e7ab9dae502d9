"""Lists of terms: one for everybody, but for what a prison alone decides and nobody counts."""

import pytest
from django.db import IntegrityError, transaction

from agreements import projection
from agreements.reading import options_for
from directory import needs_map
from directory.facets import FACETS
from directory.feeds.open_referral import TAXONOMIES
from directory.models import Term, Vocabulary
from directory.models.vocabularies import OWN_LISTS
from tests import factories

pytestmark = pytest.mark.django_db
COUNTED = {
    *needs_map.VOCABULARIES,
    *TAXONOMIES,
    *(facet.vocabulary for facet in FACETS if facet.vocabulary),
    *projection.TERMS.values(),
    *projection.LISTED.values(),
}


def own_list(key):
    """A list of Perth's own, with one term."""
    vocabulary = Vocabulary.objects.create(key=key, establishment=factories.prison(), label="Ours")
    return Term.objects.create(vocabulary=vocabulary, slug="ours", label="Only here", position=0)


@pytest.mark.parametrize("key", OWN_LISTS)
def test_a_prison_may_have_its_own_list_of_what_it_alone_decides(key):
    own_list(key)
    here, elsewhere = options_for(factories.prison()), options_for(factories.prison("EDI"))
    assert [option.value for option in here[f"establishment:{key}"]] == ["ours"]
    assert elsewhere == options_for(None)
    assert "ours" not in [option.value for option in elsewhere[f"establishment:{key}"]]


def test_what_is_counted_searched_or_published_has_one_list_for_everybody():
    shared = set(Vocabulary.objects.filter(establishment=None).values_list("key", flat=True))
    assert (COUNTED | set(OWN_LISTS)) - shared == set()
    assert COUNTED & set(OWN_LISTS) == set()


@pytest.mark.parametrize("key", sorted(COUNTED))
def test_the_database_refuses_a_prisons_own_list_of_what_is_counted(key):
    with pytest.raises(IntegrityError, match="a_list_that_is_counted_is_everybodys"), transaction.atomic():
        own_list(key)
