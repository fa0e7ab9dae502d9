"""How lists are narrowed: what an address doesn’t say rightly fits nothing, and selects are drawn in one piece."""

from collections.abc import Iterator
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms.models import ModelChoiceIterator
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

CHOSEN = SafeString(" selected")
NOT_OFFERED = "Nothing here fits “%(value)s”."


class Narrowing(django_filters.FilterSet):
    """With a value that can’t be used a list is empty: left out, it would show, export or act on everything."""

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        return queryset.none() if self.errors else super().filter_queryset(queryset)


class Select(forms.Select):
    """Django includes two templates for each option: with the organisations of an estate that takes longer than the list."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = self.format_value(value)
        options = ((key, CHOSEN if str(key) in chosen else "", label) for key, label in self.choices)
        drawn = format_html_join("", '<option value="{}"{}>{}</option>', options)
        return format_html(
            "<select{}>{}</select>", flatatt({"name": name} | self.build_attrs(self.attrs, attrs)), drawn
        )


class AtOnce(ModelChoiceIterator):
    """Without a cursor on the server, which costs more than a short list."""

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        yield "", self.field.empty_label
        for row in self.queryset:
            yield self.choice(row)


class RowField(forms.ModelChoiceField):
    iterator = AtOnce

    def to_python(self, value: Any) -> Model | None:
        """Found among those that are offered, which are read anyway."""
        if value in self.empty_values:
            return None
        for row in self.queryset:
            if str(row.serializable_value(self.to_field_name)) == value:
                return row
        raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value})


class Drawn:
    """Drawn by `Select`, with a first option that narrows nothing."""

    def __init__(self, *args: Any, **kwargs: Any):
        usual = {"empty_label": "Any", "widget": Select, "error_messages": {"invalid_choice": NOT_OFFERED}}
        super().__init__(*args, **usual | kwargs)


class RowFilter(Drawn, django_filters.ModelChoiceFilter):
    """Choose one row by a field of its own that stands in the address."""

    field_class = RowField


class WordFilter(Drawn, django_filters.ChoiceFilter):
    """Choose one of some words that the code knows."""
