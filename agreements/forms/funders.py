"""With which funder an agreement is shared, and until when."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from directory.models import Organisation
from portal.foundation.fields import ChoiceField, DateField, ShortTextField
from portal.foundation.forms import PortalForm

# 360G, the prefix of whoever publishes the grant, and the number that they gave it. Nothing that could be taken for markup.
is_grant_id = RegexValidator(
    r"\A360G-[A-Za-z0-9]+-[A-Za-z0-9._/:()#-]+\Z",
    "Enter the identifier as 360Giving’s data has it, such as 360G-lantern-2026/118, without spaces",
)


class ShareForm(PortalForm):
    funder = ChoiceField(label="Funder", widget=forms.Select, error_messages={"required": "Choose a funder"})
    until_on = DateField(
        label="Last day on which it may read",
        help_text="You can end it before.",
        error_messages={"required": "Enter the last day"},
    )
    grant_id = ShortTextField(
        label="Identifier of the grant in 360Giving’s data (optional)",
        help_text="It begins with 360G. The funder sees it. While both sides agree to a public page, everybody sees it "
        "there and in the open data.",
        required=False,
        max_length=100,
        width=20,
        validators=[is_grant_id],
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
