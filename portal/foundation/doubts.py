"""Numbers that look like a prisoner's are questioned before they are saved, wherever people write freely."""

from typing import Any

from django import forms

from portal.foundation.fields import ShortTextField, TextField
from portal.foundation.forms import PortalForm
from portal.foundation.text import looks_like_prisoner_number

SURE = "sure_about_numbers"
SURE_WORDS = "None of these numbers belongs to a person in custody"
DOUBT = (
    "This looks like the number of a person in custody. The portal never holds one. Take it out, or tick the box at the "
    "end if it’s something else"
)


def doubts(form: forms.Form) -> dict[str, list[str]]:
    """By field, the numbers that may be a prisoner's."""
    texts = (name for name, field in form.fields.items() if isinstance(field, ShortTextField | TextField))
    found = {name: looks_like_prisoner_number(form.cleaned_data.get(name) or "") for name in texts}
    return {name: numbers for name, numbers in found.items() if numbers}


class Questioned(PortalForm):
    """A form of free text. The box that says that a number is something else is there only once it was asked."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if SURE in self.data:
            self._offer_to_be_sure()

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        doubted = {} if said.pop(SURE, False) else doubts(self)
        for name in doubted:
            self.add_error(name, DOUBT)
        if doubted:
            self._offer_to_be_sure()
        return said

    def _offer_to_be_sure(self) -> None:
        self.fields[SURE] = forms.BooleanField(label=SURE_WORDS, required=False)
