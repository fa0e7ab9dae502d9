"""Saying what is wrong with a listing, and deciding about it."""

from typing import Any

from django import forms

from directory.correcting import CORRECTABLE
from directory.forms.listings import for_everybody
from portal.foundation.forms import ChoiceField, PortalForm, TextField


class CorrectionForm(PortalForm):
    field = ChoiceField(
        label="What is wrong?", choices=[(name, correctable.label) for name, correctable in CORRECTABLE.items()]
    )
    proposed = TextField(
        label="What should it say?",
        help_text="Only about the service. Never anything about a person in custody.",
        max_length=1500,
        rows=3,
        validators=[for_everybody],
    )
    note = TextField(
        label="How do you know? (optional)", max_length=1000, rows=2, required=False, validators=[for_everybody]
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        read = CORRECTABLE[self.cleaned_data["field"]].read if "field" in self.cleaned_data else None
        if read and "proposed" in self.cleaned_data:
            try:
                read(self.cleaned_data["proposed"])
            except ValueError as wrong:
                self.add_error("proposed", str(wrong))
        return self.cleaned_data


class SlipForm(CorrectionForm):
    """For staff of the prison, who key in what people in its halls have written on paper."""

    is_slip = forms.BooleanField(label="This comes from a paper slip", required=False)


class DecideForm(PortalForm):
    decision = ChoiceField(label="Your decision", choices=(("accept", "Accept"), ("decline", "Decline")))
    reason = TextField(label="Why it is declined", max_length=1000, rows=2, required=False)

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.cleaned_data.get("decision") == "decline" and not self.cleaned_data.get("reason"):
            self.add_error("reason", "Enter why it is declined")
        return self.cleaned_data
