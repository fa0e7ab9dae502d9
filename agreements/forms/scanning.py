"""Which agreement was signed on paper: between whom, for what, when, and its scan."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from directory.models import Establishment, Organisation
from portal.foundation import clock
from portal.foundation.fields import ChoiceField, DateField, FileField, ShortTextField
from portal.foundation.forms import PortalForm


class PaperForm(PortalForm):
    scan = FileField(
        label="The signed agreement",
        help_text="A PDF or a picture of up to 10 MB. Everybody who sees the agreement can open it.",
        kinds=("pdf", "png", "jpg"),
        error_messages={"required": "Choose the scan of the signed agreement"},
    )
    organisation = ChoiceField(
        label="Organisation", widget=forms.Select, error_messages={"required": "Choose an organisation"}
    )
    establishment = ChoiceField(label="Prison", widget=forms.Select, error_messages={"required": "Choose a prison"})
    service_name = ShortTextField(
        label="Name of the service", help_text="As the directory will show it.", max_length=120
    )
    signed_on = DateField(
        label="Day on which the last side signed", error_messages={"required": "Enter the day of the last signature"}
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        taking_part = Organisation.objects.filter(left_on=None, merged_into=None, is_funder=False)
        self.parties = {
            "organisation": {str(row.pk): row for row in taking_part},
            "establishment": {str(row.pk): row for row in Establishment.objects.all()},
        }
        for name, rows in self.parties.items():
            self.fields[name].choices = [
                ("", f"Choose {PARTIES[name]}"),
                *((key, str(row)) for key, row in rows.items()),
            ]

    def clean_signed_on(self):
        if self.cleaned_data["signed_on"] > clock.today():
            raise ValidationError("Enter a day that isn’t in the future")
        return self.cleaned_data["signed_on"]

    @property
    def chosen(self) -> dict[str, Any]:
        """What was entered, with the parties themselves."""
        return self.cleaned_data | {name: rows[self.cleaned_data[name]] for name, rows in self.parties.items()}


PARTIES = {"organisation": "an organisation", "establishment": "a prison"}
