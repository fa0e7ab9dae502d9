"""A document to check: the file itself, or its code."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from portal.foundation.forms import PortalForm, ShortTextField
from portal.foundation.seal import LARGEST_FILE


class VerifyForm(PortalForm):
    file = forms.FileField(
        label="The PDF",
        help_text="Up to 20 MB. It is checked and not kept.",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".pdf"}),
    )
    code = ShortTextField(
        label="Or its code",
        help_text="It is on the cover of the signed document, for example PD-7K3QXNBB.",
        required=False,
        max_length=40,
        width=10,
    )

    def clean_file(self) -> UploadedFile | None:
        upload = self.cleaned_data["file"]
        if upload and upload.size > LARGEST_FILE:
            raise ValidationError("The file is larger than 20 MB. The portal never makes one as large as that")
        return upload

    def clean(self) -> None:
        if not self.errors and not self.cleaned_data["file"] and not self.cleaned_data["code"]:
            self.add_error("file", "Choose a PDF, or enter its code")
