"""Asking to join, and taking up an invitation."""

import re
from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from directory.models import Invitation
from portal.foundation.forms import ChoiceField, EmailField, PortalForm, ShortTextField, TextField
from portal.foundation.models import User

CHARITY_NUMBER = re.compile("SC[0-9]{6}")


def charity_number(typed: str) -> str:
    """SC and six digits, however it was typed; empty stays empty."""
    number = re.sub(r"[\s-]", "", typed).upper()
    if number and not CHARITY_NUMBER.fullmatch(number):
        raise ValidationError("Enter a Scottish charity number: SC and six digits, like SC012345")
    return number


class JoinForm(PortalForm):
    name = ShortTextField(label="Name of your organisation", max_length=120, autocomplete="organization")
    charity_number = ShortTextField(
        label="Scottish charity number (optional)",
        help_text="SC and six digits, as in the register of OSCR. Leave empty if you are no registered charity.",
        required=False,
        width=10,
    )
    contact_name = ShortTextField(label="Your name", max_length=120, autocomplete="name")
    contact_post = ShortTextField(label="Your post", max_length=120, autocomplete="organization-title")
    contact_email = EmailField(
        label="Your work email address", help_text="We write to it when we have decided.", autocomplete="email"
    )
    why = TextField(
        label="What do you want to do in a prison?",
        help_text="A few sentences. Never anything about a person in custody.",
        max_length=2000,
    )

    def clean_charity_number(self) -> str:
        return charity_number(self.cleaned_data["charity_number"])


class DecideForm(PortalForm):
    decision = ChoiceField(label="Your decision", choices=(("accept", "Accept"), ("decline", "Decline")))
    reason = TextField(
        label="Why it is declined", help_text="The contact is told.", max_length=2000, rows=3, required=False
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.cleaned_data.get("decision") == "decline" and not self.cleaned_data.get("reason"):
            self.add_error("reason", "Enter why it is declined")
        return self.cleaned_data


class NewAccountForm(PortalForm):
    """A name and a password for the invited address, which can't be changed here."""

    name = ShortTextField(label="Your full name", max_length=120, autocomplete="name")
    password = ShortTextField(
        label="Choose a password",
        help_text="At least 12 characters. Three words that don’t belong together are easy to remember.",
        autocomplete="new-password",
        strip=False,
    )

    def __init__(self, data: Any = None, *, invitation: Invitation, **kwargs: Any):
        self.invitation = invitation
        # As it was typed: the sign-in page doesn't normalise either.
        self.typed_password = data.get("password", "") if data else ""
        super().__init__(data, **kwargs)
        self.fields["password"].widget.input_type = "password"

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.typed_password:
            who = User(email=self.invitation.email, name=self.cleaned_data.get("name", ""))
            try:
                password_validation.validate_password(self.typed_password, who)
            except ValidationError as weak:
                self.add_error("password", weak)
        return self.cleaned_data
