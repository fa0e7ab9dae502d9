"""What a side says of an agreed action after the signature."""

import datetime as dt

from django import forms

from portal.foundation import clock
from portal.foundation.doubts import Questioned
from portal.foundation.forms import DateField, FileField, ShortTextField, TextField

KINDS = ("pdf", "docx", "odt", "png", "jpg")


class DoneForm(Questioned):
    completion_note = TextField(label="What was done?", max_length=2000)
    evidence = ShortTextField(
        label="What shows it? (optional)",
        help_text="For example the number of a certificate, or where a record is kept. Nothing about a person in custody.",
        max_length=300,
        required=False,
    )
    evidence_file = FileField(
        label="A file that shows it (optional)",
        help_text=f"One of these: {', '.join(KINDS)}. At most 10 MB. Nothing about a person in custody.",
        kinds=KINDS,
        required=False,
    )
    completed_on = DateField(label="When was it done?")

    def clean_completed_on(self) -> dt.date:
        day = self.cleaned_data["completed_on"]
        if day and day > clock.today():
            raise forms.ValidationError("Enter today or a day that has passed")
        return day


class NotNeededForm(Questioned):
    note = TextField(label="Why is it no longer needed?", max_length=2000)


class SendBackForm(Questioned):
    note = TextField(label="What is still to do?", max_length=2000)
