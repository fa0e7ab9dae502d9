"""Changing an organisation, and merging it into another."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from directory import register_list
from directory.forms.joining import charity_number
from directory.models import Organisation
from portal.foundation.forms import ChoiceField, FileField, PortalForm, ShortTextField

LARGEST_LIST = 1024 * 1024


class OrganisationForm(PortalForm):
    name = ShortTextField(label="Name", max_length=120)
    charity_number = ShortTextField(
        label="Scottish charity number (optional)", help_text="SC and six digits.", required=False, width=10
    )
    website = forms.URLField(label="Website (optional)", required=False, assume_scheme="https")
    requires_second_factor = forms.BooleanField(
        label="Everybody who acts for it needs a second factor",
        help_text="Whoever has none is led to set one up before anything else opens.",
        required=False,
    )

    def __init__(self, data: Any = None, *, organisation: Organisation):
        names = ("name", "charity_number", "website", "requires_second_factor")
        super().__init__(data, initial={name: getattr(organisation, name) for name in names})

    def clean_charity_number(self) -> str:
        return charity_number(self.cleaned_data["charity_number"])


class MergeForm(PortalForm):
    into = ChoiceField(
        label="Merge it into", widget=forms.Select, error_messages={"required": "Choose an organisation"}
    )

    def __init__(self, data: Any = None, *, organisation: Organisation):
        super().__init__(data)
        others = Organisation.objects.filter(left_on=None, merged_into=None, is_funder=organisation.is_funder).exclude(
            pk=organisation.pk
        )
        self.others = {str(other.pk): other for other in others}
        named = [(key, f"{other} {other.charity_number}".strip()) for key, other in self.others.items()]
        cast(ChoiceField, self.fields["into"]).choices = [("", "Choose an organisation"), *named]

    @property
    def chosen(self) -> Organisation:
        return self.others[self.cleaned_data["into"]]


class ListForm(PortalForm):
    """A list of organisations as CSV. What the file cleans to is its text."""

    file = FileField(
        label="The list",
        help_text="A CSV file of up to 1 MB, in UTF-8.",
        kinds=("csv",),
        error_messages={"required": "Choose the list"},
    )

    def clean_file(self) -> str:
        content = self.cleaned_data["file"].read(LARGEST_LIST + 1)
        if len(content) > LARGEST_LIST:
            raise ValidationError("The list is larger than 1 MB. Give it in several files")
        try:
            self.rows = register_list.read(text := content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise ValidationError("The list isn’t in UTF-8. Save it as “CSV UTF-8” and choose it again") from None
        return text
