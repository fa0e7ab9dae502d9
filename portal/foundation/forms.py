"""What every form of the portal derives from, and how a control is described to the template pack."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates
from django.forms.utils import flatatt
from django.utils.safestring import SafeString

from portal.foundation.fields import (
    DATE_PARTS,
    ChoiceField,
    DateField,
    DateInput,
    EmailField,
    FileField,
    FilesField,
    MoneyField,
    MultipleChoiceField,
    ShortTextField,
    TextField,
    TimeField,
    WholeNumberField,
    YesNoField,
)
from portal.foundation.text import normalise, normalised

__all__ = [
    "BoundControl",
    "ChoiceField",
    "DateField",
    "EmailField",
    "FileField",
    "FilesField",
    "MoneyField",
    "MultipleChoiceField",
    "PortalForm",
    "PortalModelForm",
    "Renderer",
    "ShortTextField",
    "TextField",
    "TimeField",
    "WholeNumberField",
    "YesNoField",
]

# The first that fits says which markup a widget gets.
KINDS = (
    (DateInput, "date"),
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radios"),
    (forms.CheckboxInput, "checkbox"),
    (forms.Textarea, "textarea"),
    (forms.Select, "select"),
    (forms.FileInput, "file-upload"),
)
CLASSES = {
    "input": "govuk-input",
    "textarea": "govuk-textarea",
    "select": "govuk-select",
    "file-upload": "govuk-file-upload",
    "checkbox": "govuk-checkboxes__input",
}
VERBS = {"radios": "Select", "checkboxes": "Select", "select": "Select", "file-upload": "Choose"}


@dataclass
class DatePart:
    """One of the three boxes of a date."""

    id: str
    name: str
    label: str
    value: str
    is_wrong: bool
    width: int


@dataclass
class Choice:
    """One radio or checkbox. What it reveals is a list of things that each name their own template."""

    id: str
    name: str
    value: str
    label: str
    hint: str
    is_chosen: bool
    is_exclusive: bool
    reveals: Sequence[Any]

    @property
    def attributes(self) -> SafeString:
        """What only some choices have: they are many, and asked one by one in a template they take most of a page's time."""
        some = {
            "checked": self.is_chosen,
            "data-behaviour": "exclusive" if self.is_exclusive else None,
            "aria-describedby": f"{self.id}-hint" if self.hint else None,
            "data-aria-controls": f"{self.id}-reveals" if self.reveals else None,
        }
        return flatatt(some) if any(some.values()) else SafeString()


class BoundControl(BoundField):
    """A field with what GOV.UK's markup needs: ids that are safe in a link, and what describes it."""

    reveals: Mapping[str, Sequence[Any]] = {}

    @cached_property
    def kind(self) -> str:
        return next((kind for widget, kind in KINDS if isinstance(self.field.widget, widget)), "input")

    @property
    def auto_id(self) -> str:
        return super().auto_id.replace(".", "-")

    @property
    def hint_id(self) -> str:
        return f"{self.auto_id}-hint" if self.help_text else ""

    @property
    def error_id(self) -> str:
        return f"{self.auto_id}-error" if self.errors else ""

    @property
    def counts_to(self) -> int | None:
        """The longest text, where a counter says how much is left."""
        return getattr(self.field, "max_length", None) if self.kind == "textarea" else None

    @property
    def prefix(self) -> str:
        return getattr(self.field, "prefix", "")

    @property
    def suffix(self) -> str:
        return getattr(self.field, "suffix", "")

    @property
    def aria_describedby(self) -> str:
        affixes = [f"{self.auto_id}-{name}" for name in ("prefix", "suffix") if getattr(self, name)]
        counter = [f"{self.auto_id}-info"] if self.counts_to else []
        return " ".join(filter(None, [self.hint_id, *affixes, self.error_id, *counter]))

    @property
    def id_for_label(self) -> str:
        """The control that takes the focus when someone follows the link to an error."""
        if self.kind == "date":
            return next((part.id for part in self.date_parts if part.is_wrong), f"{self.auto_id}-day")
        return f"{self.auto_id}_0" if self.kind in ("radios", "checkboxes") else self.auto_id

    @property
    def date_parts(self) -> list[DatePart]:
        codes = {error.code for error in self.form.errors.as_data().get(self.name, ())}
        named = codes & set(DATE_PARTS)
        return [
            DatePart(
                id=f"{self.auto_id}-{part}",
                name=f"{self.html_name}-{part}",
                label=part.title(),
                value=value,
                is_wrong=part in named if named else bool(codes),
                width=4 if part == "year" else 2,
            )
            for part, value in zip(DATE_PARTS, self.value(), strict=True)
        ]

    @property
    def choices(self) -> list[Choice]:
        return list(self._choices())

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        if own := CLASSES.get(self.kind):
            wrong = f"{own}--error" if self.errors else ""
            attrs["class"] = " ".join(filter(None, [own, self.field.widget.attrs.get("class"), wrong]))
        return attrs

    def _choices(self) -> Iterator[Choice]:
        widget = self.field.widget
        hints, exclusive = getattr(widget, "hints", {}), getattr(widget, "exclusive", "")
        for option in (subwidget.data for subwidget in self.subwidgets):
            value = str(option["value"])
            if value:
                yield Choice(
                    id=option["attrs"]["id"],
                    name=option["name"],
                    value=value,
                    label=option["label"],
                    hint=hints.get(value, ""),
                    is_chosen=option["selected"],
                    is_exclusive=value == exclusive,
                    reveals=self.reveals.get(value, ()),
                )


class Renderer(DjangoTemplates):
    """Gives every form the bound fields that the pack needs, also those of other packages."""

    bound_field_class = BoundControl


class Portal:
    """Normalised text, error messages that say what to do, and a summary whose links lead to a control."""

    # One for all: each renderer reads its templates anew.
    default_renderer = Renderer()
    use_required_attribute = False

    def __init__(self, data: Any = None, files: Any = None, *args: Any, **kwargs: Any):
        kwargs.setdefault("label_suffix", "")
        data = None if data is None else normalised(data)
        super().__init__(data, normalise_names(files), *args, **kwargs)
        for name in self.fields:
            self._ask_for(self[name])

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag, helper.disable_csrf = False, True
        return helper

    def error_summary(self) -> list[tuple[str, str]]:
        """Each message with the id of the control to mend; the id is empty for an error of the whole form."""
        return [
            (self.in_summary(name, message), self._target(name))
            for name, messages in self.errors.items()
            for message in messages
        ]

    def in_summary(self, name: str, message: str) -> str:
        """What the summary says of an error: a form with many like fields adds which one is meant."""
        return message

    def _target(self, name: str) -> str:
        return "" if name == NON_FIELD_ERRORS or self[name].is_hidden else self[name].id_for_label

    def _ask_for(self, bound: BoundControl) -> None:
        """ "Enter …" or "Select …" instead of "This field is required", unless the field says it better."""
        messages = bound.field.error_messages
        if messages.get("required") == forms.Field.default_error_messages["required"]:
            messages["required"] = request_for(str(bound.label), bound.kind)


class PortalForm(Portal, forms.Form):
    pass


class PortalModelForm(Portal, forms.ModelForm):
    pass


def request_for(label: str, kind: str) -> str:
    """What to say when nothing was given."""
    if kind == "checkbox":
        return f"Tick “{label}”"
    if label.endswith("?"):
        return f"Answer “{label}”"
    is_abbreviation = label[:2].isupper()
    return f"{VERBS.get(kind, 'Enter')} {label if is_abbreviation else label[:1].lower() + label[1:]}"


def normalise_names(files: Any) -> Any:
    """A file's name is text too."""
    for _, uploads in files.lists() if hasattr(files, "lists") else ():
        for upload in uploads:
            upload.name = normalise(upload.name)
    return files
