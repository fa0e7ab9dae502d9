"""A form that was filled in with Word, and which of its answers the draft takes."""

from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from agreements.assurance import Offer
from agreements.word import filled
from portal.foundation.fields import FileField
from portal.foundation.forms import MultipleChoiceField, PortalForm


class WordField(FileField):
    """What it cleans to is what was read in the file."""

    def to_python(self, data: Any) -> UploadedFile | None:
        if data:
            filled.refuse_at_sight(data.read(8))
            data.seek(0)
        return super().to_python(data)


class WordForm(PortalForm):
    file = WordField(
        label="The form, filled in",
        help_text="A .docx file of up to 10 MB: the blank form of this portal, filled in with Word or LibreOffice.",
        kinds=("docx",),
        error_messages={"required": "Choose the form that you filled in"},
    )

    def clean_file(self) -> UploadedFile:
        upload = self.cleaned_data["file"]
        self.content = upload.read()
        self.filled = filled.read(self.content)
        return upload


class FilledAlreadyForm(WordForm):
    """For somebody who starts an agreement and may have filled in the form before."""

    file = WordField(
        label="A form that you have filled in already (optional)",
        help_text="A .docx file of up to 10 MB: the blank form of this portal. You see each of its answers "
        "before it is taken into the draft.",
        kinds=("docx",),
        required=False,
    )

    def clean_file(self) -> UploadedFile | None:
        return super().clean_file() if self.cleaned_data["file"] else None


class TakeForm(PortalForm):
    """What the draft has no answer to is ticked; what would be written over, the person ticks."""

    questions = MultipleChoiceField(label="Which answers do you want to take from the file?", choices=())

    def __init__(self, data: Any = None, *, offers: Sequence[Offer], **kwargs: Any):
        super().__init__(data, **kwargs)
        self.fields["questions"].choices = [
            (row.question.id, f"{row.question.id}: {row.question.text}") for row in offers
        ]
        self.initial["questions"] = [row.question.id for row in offers if row.is_new]
