"""The checkboxes of the directory's facets."""

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from directory.facets import Shown

register = template.Library()

CHECKBOX = """<div class="govuk-checkboxes__item">
<input class="govuk-checkboxes__input" id="{0}-{1}" name="{0}" type="checkbox" value="{1}"{2}>
<label class="govuk-label govuk-checkboxes__label" for="{0}-{1}">{3} ({4})</label>
</div>"""
CHECKED = SafeString(" checked")


@register.filter
def checkboxes(shown: Shown) -> SafeString:
    """In one piece: a search has more than a hundred, which take as long as all the rest when they are drawn tag by tag."""
    name = shown.facet.name
    rows = ((name, value, CHECKED if chosen else "", label, number) for value, label, number, chosen in shown.options)
    return format_html_join("\n", CHECKBOX, rows)
