"""Which form field each type of control gets, and what of a stored answer it can show."""

import datetime
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms

from agreements.questions.definition import Control
from agreements.questions.values import Lookup, has_its_shape, is_blank, options
from portal.foundation.fields import (
    ChoiceField,
    DateField,
    EmailField,
    MoneyField,
    MultipleChoiceField,
    ShortTextField,
    TextField,
    TimeField,
    WholeNumberField,
)

NO_LONGER_OFFERED = "No longer offered. It stays until you choose something else."
# A text of at most so many characters gets a box of that width; longer ones get the whole line.
WIDTHS = {5: 5, 20: 10, 60: 20}


def field_for(control: Control, lookup: Lookup, stored: Any) -> forms.Field:
    """Nothing is required, because half an answer can be kept. Stored options that are gone may stay."""
    words = {"label": wording(control), "help_text": control.help, "required": False}
    return FIELDS[control.type](control, lookup, stored, words)


def wording(control: Control) -> str:
    return control.text if control.required else f"{control.text} (optional)"


def initial_for(control: Control, value: Any) -> Any:
    """The stored value, or what a control of another type can show of it, since the wording may have changed."""
    if value is None or has_its_shape(control, value):
        return value
    if control.control_type.shape == "list":
        return [value] if isinstance(value, str) else []
    return "" if isinstance(value, list | dict) else str(value)


def as_json(cleaned: Any) -> Any:
    """What a field has read, as it is stored."""
    if isinstance(cleaned, datetime.date):
        return cleaned.isoformat()
    return f"{cleaned:.2f}" if isinstance(cleaned, Decimal) else cleaned


def _short_text(control: Control, lookup: Lookup, stored: Any, words: dict[str, Any]) -> forms.Field:
    """A part that is called email holds an address: the definition has no type of its own for it."""
    if control.id == "email":
        return EmailField(max_length=control.max_length, **words)
    width = next((width for most, width in WIDTHS.items() if (control.max_length or 0) <= most), None)
    widget = forms.TextInput(attrs={"type": "tel"} if control.id == "phone" else {})
    return ShortTextField(max_length=control.max_length, width=width, widget=widget, **words)


def _long_text(control: Control, lookup: Lookup, stored: Any, words: dict[str, Any]) -> forms.Field:
    return TextField(max_length=control.max_length, **words)


def _number(control: Control, lookup: Lookup, stored: Any, words: dict[str, Any]) -> forms.Field:
    return WholeNumberField(least=control.min, most=control.max, unit=control.unit, **words)


def _money(control: Control, lookup: Lookup, stored: Any, words: dict[str, Any]) -> forms.Field:
    return MoneyField(**words)


def _date(control: Control, lookup: Lookup, stored: Any, words: dict[str, Any]) -> forms.Field:
    return DateField(**words)


def _time(control: Control, lookup: Lookup, stored: Any, words: dict[str, Any]) -> forms.Field:
    return TimeField(**words)


def _choice(control: Control, lookup: Lookup, stored: Any, words: dict[str, Any]) -> forms.Field:
    return ChoiceField(**_offered(control, lookup, [stored]), **words)


def _choices(control: Control, lookup: Lookup, stored: Any, words: dict[str, Any]) -> forms.Field:
    values = stored if isinstance(stored, list) else [stored]
    return MultipleChoiceField(**_offered(control, lookup, values), exclusive=control.none_of_these, **words)


def _offered(control: Control, lookup: Lookup, stored: Iterable[Any]) -> dict[str, Any]:
    """The choices and their hints, with what is stored and no longer offered at the end."""
    offered = {option.value: option for option in options(control, lookup)}
    gone = [value for value in stored if isinstance(value, str) and not is_blank(value) and value not in offered]
    return {
        "choices": [(option.value, option.label) for option in offered.values()] + [(value, value) for value in gone],
        "hints": {option.value: option.hint for option in offered.values()} | dict.fromkeys(gone, NO_LONGER_OFFERED),
    }


FIELDS: Mapping[str, Callable[[Control, Lookup, Any, dict[str, Any]], forms.Field]] = {
    "short_text": _short_text,
    "long_text": _long_text,
    "yes_no": _choice,
    "choice": _choice,
    "choices": _choices,
    "terms": _choices,
    "number": _number,
    "money": _money,
    "date": _date,
    "time": _time,
}
