"""Giving, ending and handing over a post, and what a person is called."""

import datetime as dt
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from directory.models import Post, Role
from directory.parties import Party
from directory.roles import ROLES
from directory.standing import people_at
from portal.foundation import clock
from portal.foundation.fields import WholeNumberField
from portal.foundation.forms import (
    BoundControl,
    ChoiceField,
    DateField,
    EmailField,
    PortalForm,
    ShortTextField,
    TextField,
)
from portal.foundation.models import User

NEW = "new"
PRISON_ADDRESS = "prisons.gov.scot"


class Revealed:
    """A field that stands under the choice that asks for it."""

    template = "portal/field.html"

    def __init__(self, field: Any):
        self.field = field


class RevealingForm(PortalForm):
    """A form with one field that another's choice reveals."""

    revealed = ""

    def reveal(self, choice: str, *, under: str) -> None:
        cast(BoundControl, self[under]).reveals = {choice: (Revealed(self[self.revealed]),)}

    @property
    def shown(self) -> list[Any]:
        """The fields that stand on their own."""
        return [bound for bound in self.visible_fields() if bound.name != self.revealed]


class WhoForm(RevealingForm):
    """Somebody of the party, or anybody else by e-mail: they get an invitation."""

    revealed = "email"
    who = ChoiceField(label="Who?")
    email = EmailField(
        label="Their email address",
        help_text="They get an invitation that runs for 14 days and works once.",
        required=False,
        autocomplete="off",
    )

    def __init__(self, data: Any = None, *, post: Post, but: User | None = None, **kwargs: Any):
        super().__init__(data, **kwargs)
        party = {"organisation_id": post.organisation_id, "establishment_id": post.establishment_id}
        known = people_at(**party) if any(party.values()) else User.objects.filter(holdings__post=post).distinct()
        self.people = {str(person.pk): person for person in known if person != but}
        names = [(key, f"{person.name} ({person.email})") for key, person in self.people.items()]
        cast(ChoiceField, self.fields["who"]).choices = [*names, (NEW, "Somebody else")]
        if not names:
            self.initial["who"] = NEW
        if post.establishment_id:
            self.fields["email"].help_text += f" At a prison it usually ends in {PRISON_ADDRESS}."
        self.reveal(NEW, under="who")

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.cleaned_data.get("who") == NEW and not self.cleaned_data.get("email") and "email" not in self.errors:
            self.add_error("email", "Enter their email address")
        return self.cleaned_data

    @property
    def person(self) -> User | None:
        """The person who was chosen, or None when an address was given."""
        return self.people.get(self.cleaned_data["who"])


class GiveForm(WhoForm):
    as_deputy = ChoiceField(
        label="As what?",
        choices=(("holder", "As the holder"), ("deputy", "As a deputy, while the holder is away")),
        hints={"deputy": "What they approve or sign says for whom they did it."},
        initial="holder",
    )
    from_on = DateField(
        label="From (optional)", help_text="Leave empty for today, or the day they accept.", required=False
    )
    until_on = DateField(label="Last day (optional)", help_text="A deputy always has a last day.", required=False)
    field_order = ["who", "email", "as_deputy", "from_on", "until_on"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("as_deputy") == "deputy" and not cleaned.get("until_on") and "until_on" not in self.errors:
            self.add_error("until_on", "Enter the last day on which the deputy stands in")
        return cleaned

    @property
    def days(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        is_deputy = cleaned["as_deputy"] == "deputy"
        return {"from_on": cleaned["from_on"], "until_on": cleaned["until_on"], "as_deputy": is_deputy}


class HandOverForm(WhoForm):
    on = DateField(label="Their first day", help_text="The holder until then ends the day before.")
    note = TextField(
        label="Note for the next holder (optional)",
        help_text="What is going on, whom to call. Never anything about a person in custody.",
        max_length=2000,
        required=False,
    )
    field_order = ["who", "email", "on", "note"]

    def clean_on(self) -> dt.date:
        if self.cleaned_data["on"] < clock.today():
            raise ValidationError("Choose today or a later day")
        return self.cleaned_data["on"]


class EndForm(RevealingForm):
    revealed = "last_day"
    when = ChoiceField(
        label="When does it end?",
        choices=(("now", "Now"), ("later", "After a last day")),
        hints={"now": "They can open nothing more in this post from this moment."},
    )
    last_day = DateField(label="Last day", required=False)

    def __init__(self, data: Any = None, **kwargs: Any):
        super().__init__(data, **kwargs)
        self.reveal("later", under="when")

    def clean(self) -> dict[str, Any]:
        super().clean()
        has_day = self.cleaned_data.get("last_day") or "last_day" in self.errors
        if self.cleaned_data.get("when") == "later" and not has_day:
            self.add_error("last_day", "Enter the last day")
        return self.cleaned_data

    @property
    def chosen_day(self) -> dt.date | None:
        return self.cleaned_data["last_day"] if self.cleaned_data["when"] == "later" else None


class PersonForm(PortalForm):
    name = ShortTextField(label="Their full name", max_length=120, autocomplete="off")
    email = EmailField(
        label="Their email address", help_text="They sign in with it.", max_length=254, autocomplete="off"
    )


class PostForm(PortalForm):
    """A post's name and role; for CJVSF, also a prison post's place in the policy."""

    role = ChoiceField(label="Role")
    title = ShortTextField(label="Title of the post", help_text="As people at the party call it.", max_length=120)
    mailbox = EmailField(
        label="Role mailbox (optional)",
        help_text="An address that survives a change of staff.",
        required=False,
        autocomplete="off",
    )
    mailbox_is_public = forms.BooleanField(label="The mailbox may stand on public pages", required=False)
    approval_order = WholeNumberField(
        label="Place in the order of approvals (optional)",
        help_text="Posts with the same number approve in parallel. Without a number, the post doesn’t approve.",
        least=1,
        most=9,
        required=False,
    )
    signing_order = WholeNumberField(
        label="Place in the order of signatures (optional)",
        help_text="Posts with the same number sign in parallel. Without a number, the post doesn’t sign.",
        least=1,
        most=9,
        required=False,
    )

    def __init__(self, data: Any = None, *, party: Party, sets_policy: bool, post: Post | None = None, **kwargs: Any):
        names = ("title", "mailbox", "mailbox_is_public", "approval_order", "signing_order")
        kwargs["initial"] = {name: getattr(post, name) for name in names} if post else {}
        super().__init__(data, **kwargs)
        role: Any = self.fields["role"]
        role.choices = [(each.value, each.label) for each in party.roles]
        role.widget.hints = {each.value: describe(each) for each in party.roles}
        if post or len(party.roles) == 1:
            del self.fields["role"]
        if not party.establishment:
            del self.fields["mailbox_is_public"]
        if not (sets_policy and party.establishment):
            del self.fields["approval_order"], self.fields["signing_order"]


def describe(role: Role) -> str:
    facts = ROLES[role]
    return f"{facts.words} May {'; '.join(facts.abilities)}."
