"""The selects of filters: drawn and checked as Django does it, with one query each."""

import django_filters
import pytest
from django import forms
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from directory.models import Organisation
from portal.foundation.selects import Narrowing, RowFilter, Select, WordFilter
from tests import factories
from tests.markup import page

pytestmark = pytest.mark.django_db


class Narrowed(Narrowing):
    organisation = RowFilter(queryset=Organisation.objects.all(), to_field_name="slug", field_name="pk")
    kind = WordFilter(choices=[("a", "A & B"), ("b", "<b>")], field_name="name")

    class Meta:
        model = Organisation
        fields: list[str] = []


def options(markup) -> list[tuple[str | None, str | None, bool]]:
    found = page(str(markup)).iter("option")
    return [(option.get("value"), option.text, option.get("selected") is not None) for option in found]


def test_a_select_says_what_djangos_own_says():
    choices, attrs = [("", "Any"), ("a", "A & B"), ("b", "<b>"), (3, "Three")], {"id": "x", "class": 'y"'}
    for value in (None, "", "a", "b", 3, "3", "gone"):
        own, djangos = Select(choices=choices), forms.Select(choices=choices)
        assert options(own.render("kind", value, attrs)) == options(djangos.render("kind", value, attrs))
        assert '<select class="y&quot;" id="x" name="kind">' in own.render("kind", value, attrs)


def test_choosing_a_row_and_drawing_its_select_cost_one_query():
    charity, _ = factories.organisation("A & B"), factories.organisation("C")
    narrowed = Narrowed(QueryDict(f"organisation={charity.slug}"))
    with CaptureQueriesContext(connection) as queries:
        drawn = options(narrowed.form["organisation"])
        assert narrowed.form.cleaned_data["organisation"] == charity
    assert drawn == [("", "Any", False), (charity.slug, "A & B", True), ("c", "C", False)]
    assert len(queries) == 1


def test_a_row_that_is_not_offered_is_not_found():
    factories.organisation("A")
    own = Organisation.objects.exclude(name="A")
    narrowed = Narrowed(QueryDict("organisation=a"))
    narrowed.filters["organisation"].queryset = own
    assert narrowed.form.errors.as_data()["organisation"][0].code == "invalid_choice"


def test_what_is_not_offered_fits_nothing_and_is_said():
    factories.organisation("A")
    narrowed = Narrowed(QueryDict("kind=c"), queryset=Organisation.objects.all())
    assert list(narrowed.qs) == []
    assert narrowed.form.errors["kind"] == ["Nothing here fits “c”."]


def test_twin_djangos_own_would_show_everything_for_a_value_that_it_does_not_know(monkeypatch):
    charity = factories.organisation("A")
    monkeypatch.setattr(Narrowing, "filter_queryset", django_filters.FilterSet.filter_queryset)
    assert list(Narrowed(QueryDict("kind=c"), queryset=Organisation.objects.all()).qs) == [charity]


def test_a_word_that_is_not_offered_is_not_found():
    assert list(Narrowed(QueryDict("kind=c")).form.errors) == ["kind"]
    assert list(Narrowed(QueryDict("kind=a")).form.errors) == []
