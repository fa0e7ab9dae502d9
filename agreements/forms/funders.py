"""With which funder an agreement is shared, and until when."""

from typing import Any

from django import forms

from directory.models import Organisation
from portal.foundation.fields import ChoiceField, DateField
from portal.foundation.forms import PortalForm


class ShareForm(PortalForm):
    funder = ChoiceField(label="Funder", widget=forms.Select, error_messages={"required": "Choose a funder"})
    until_on = DateField(
        label="Last day on which it may read",
        help_text="You can end it before.",
        error_messages={"required": "Enter the last day"},
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        funders = Organisation.objects.filter(is_funder=True, left_on=None, merged_into=None)
        self.funders = {str(row.pk): row for row in funders}
        self.fields["funder"].choices = [
            ("", "Choose a funder"),
            *((key, str(row)) for key, row in self.funders.items()),
        ]

    @property
    def chosen(self) -> Organisation:
        return self.funders[self.cleaned_data["funder"]]
