"""Periods and legal holds."""

from typing import Any

from django.core.exceptions import ValidationError

from portal.foundation.forms import PortalForm, ShortTextField, TextField, WholeNumberField
from portal.foundation.models import User
from portal.home.keeping.holds import target_named
from portal.home.keeping.records import Records

LONGEST = 600


class PeriodForm(PortalForm):
    def __init__(self, data: Any = None, *, records: Records):
        super().__init__(data, initial={"months": records.period})
        self.fields["months"] = WholeNumberField(
            label="Keep for how many months?", least=records.at_least, most=LONGEST, unit="months"
        )


class HoldForm(PortalForm):
    what = ShortTextField(
        label="What is to be kept?",
        help_text="The reference of an agreement, such as PA-7K3QXNBB, or the whole name of an organisation.",
        max_length=120,
    )
    reason = TextField(label="Why?", max_length=2000, rows=3)

    def __init__(self, data: Any = None, *, by: User):
        super().__init__(data)
        self.by = by

    def clean_what(self) -> str:
        what = self.cleaned_data["what"]
        self.target = target_named(self.by, what)
        if self.target is None:
            raise ValidationError("Enter the reference of an agreement or the name of an organisation in the portal")
        return what


class LiftForm(PortalForm):
    because = TextField(label="Why is the hold lifted?", max_length=2000, rows=3)
