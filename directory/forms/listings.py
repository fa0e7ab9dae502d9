"""What an owner writes into the directory. Everybody reads most of it, so a text with a contact in it is refused."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from directory.keeping import kept_organisations, prisons
from directory.models import Listing, LocalAuthority, Organisation, Service, Term
from directory.models.listings import Intake
from directory.operations.listings import OUTSIDE
from portal.foundation.forms import (
    ChoiceField,
    DateField,
    EmailField,
    MultipleChoiceField,
    PortalForm,
    ShortTextField,
    TextField,
    WholeNumberField,
)
from portal.foundation.models import User
from portal.foundation.text import contacts_in, looks_like_prisoner_number

EVERYBODY_READS = "Everybody reads this, people in custody too: no names, email addresses or phone numbers."
HAS_A_CONTACT = "Take “%(found)s” out: people in custody read this, and contacts have fields of their own"
MAY_BE_A_PRISONER = "Take “%(found)s” out: it may be a prisoner’s number. If it is none, write it in words"
PLAIN_LINE = "One line of at most 160 letters, in words that everybody knows. " + EVERYBODY_READS
# Fields that choose from the vocabulary of the same key.
LISTS = ("needs", "populations", "protected_characteristics", "activities", "settings", "routes", "days")


def for_everybody(text: str) -> str:
    """The text, if nothing in it says how to reach somebody or may be a prisoner's number."""
    if contacts := contacts_in(text):
        raise ValidationError(HAS_A_CONTACT, params={"found": contacts[0]})
    if numbers := looks_like_prisoner_number(text):
        raise ValidationError(MAY_BE_A_PRISONER, params={"found": numbers[0]})
    return text


class PlainLineForm(PortalForm):
    """What an owner may change of every listing."""

    easy_read = ShortTextField(
        label="A short plain line (optional)",
        help_text=PLAIN_LINE,
        max_length=160,
        required=False,
        validators=[for_everybody],
    )
    release_areas = MultipleChoiceField(
        label="Which areas do you reach, for people who return there? (optional)", required=False
    )

    def __init__(self, data: Any = None, *, listing: Listing | None = None, initial: Mapping[str, Any] | None = None):
        self.areas = {area.gss: area for area in LocalAuthority.objects.all()}
        super().__init__(data, initial=told_by(listing) if listing else initial)
        choices = [(gss, area.name) for gss, area in self.areas.items()]
        cast(MultipleChoiceField, self.fields["release_areas"]).choices = choices

    @property
    def told(self) -> dict[str, Any]:
        """What the operation asks for."""
        cleaned = self.cleaned_data
        return cleaned | {"release_areas": [self.areas[gss] for gss in cleaned["release_areas"]]}


class ListingForm(PlainLineForm):
    """Everything about a service outside the agreements, at one prison."""

    origin = ChoiceField(label="Why is it not in an agreement?", choices=OUTSIDE)
    summary = TextField(
        label="What does it do, for whom and why?",
        help_text=EVERYBODY_READS,
        max_length=1500,
        validators=[for_everybody],
    )
    needs = MultipleChoiceField(label="Which needs does it address?")
    populations = MultipleChoiceField(label="Who is it for?")
    protected_characteristics = MultipleChoiceField(
        label="Which protected characteristics does it particularly serve? (optional)", required=False
    )
    activities = MultipleChoiceField(label="What kind of activity is it?")
    settings = MultipleChoiceField(label="Where does it take place?")
    routes = MultipleChoiceField(label="How do people get a place?")
    sessions_per_week = WholeNumberField(label="Sessions a week (optional)", least=1, most=100, required=False)
    minutes = WholeNumberField(
        label="Length of a session (optional)", least=5, most=1440, unit="minutes", required=False
    )
    weeks = WholeNumberField(
        label="Number of weeks that one person takes part (optional)", least=1, most=520, unit="weeks", required=False
    )
    intake = ChoiceField(label="When can people join? (optional)", choices=Intake.choices, required=False)
    starts_on = DateField(label="First day (optional)", required=False)
    ends_on = DateField(
        label="Last day (optional)", help_text="After it the directory doesn’t show it.", required=False
    )
    days = MultipleChoiceField(label="On which days? (optional, for staff only)", required=False)
    places = WholeNumberField(label="Places at one time (optional, for staff only)", least=1, most=5000, required=False)
    contact_post = ShortTextField(
        label="Post to contact (optional, for staff only)",
        help_text="The post, not the person.",
        max_length=200,
        required=False,
    )
    contact_mailbox = EmailField(label="Its role mailbox (optional, for staff only)", required=False)
    contact_phone = ShortTextField(label="Its phone (optional, for staff only)", max_length=40, required=False)

    field_order = ["origin", "summary", "easy_read", *LISTS[:-1]]

    def __init__(self, data: Any = None, **kwargs: Any):
        self.terms = list(
            Term.objects.filter(vocabulary__establishment=None, vocabulary__key__in=LISTS).select_related("vocabulary")
        )
        super().__init__(data, **kwargs)
        for key in LISTS:
            choices = [(term.slug, term.label) for term in self.terms if term.vocabulary.key == key]
            cast(MultipleChoiceField, self.fields[key]).choices = choices

    def clean(self) -> dict[str, Any]:
        super().clean()
        starts, ends = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", "Enter a last day that isn’t before the first")
        return self.cleaned_data

    @property
    def told(self) -> dict[str, Any]:
        told = super().told
        chosen = {(key, slug) for key in LISTS for slug in told.pop(key)}
        return told | {"terms": [term for term in self.terms if (term.vocabulary.key, term.slug) in chosen]}


class NewListingForm(ListingForm):
    organisation = ChoiceField(label="Whose service is it?", widget=forms.Select)
    service_name = ShortTextField(label="Name of the service", max_length=120, validators=[for_everybody])
    prison = ChoiceField(label="At which prison?", widget=forms.Select)

    field_order = ["organisation", "service_name", "prison", *ListingForm.field_order]

    def __init__(self, data: Any = None, *, user: User):
        self.organisations = {each.slug: each for each in kept_organisations(user)}
        self.prisons = {each.slug: each for each in prisons()}
        first = next(iter(self.organisations)) if len(self.organisations) == 1 else ""
        super().__init__(data, initial={"organisation": first})
        for name, rows in (("organisation", self.organisations), ("prison", self.prisons)):
            choices = [("", "Choose from the list"), *((slug, str(row)) for slug, row in rows.items())]
            cast(ChoiceField, self.fields[name]).choices = choices

    @property
    def told(self) -> dict[str, Any]:
        told = super().told
        told["organisation"] = self.organisations[told["organisation"]]
        return told | {"establishment": self.prisons[told.pop("prison")]}


def told_by(listing: Listing) -> dict[str, Any]:
    """A listing as the fields of its form."""
    told: dict[str, Any] = {name: getattr(listing, name) for name in ListingForm.base_fields if hasattr(listing, name)}
    told["release_areas"] = [area.gss for area in listing.release_areas.all()]
    for key in LISTS:
        told[key] = [term.slug for term in listing.terms_of(key)]
    return told


class AboutForm(PortalForm):
    """What the public reads of an organisation."""

    about = TextField(label="What does the organisation do? (optional)", max_length=1500, required=False)
    website = forms.URLField(label="Website (optional)", required=False, assume_scheme="https")
    public_email = EmailField(label="Public email address (optional)", help_text="A role mailbox.", required=False)
    public_phone = ShortTextField(label="Public phone (optional)", max_length=30, required=False)

    def __init__(self, data: Any = None, *, organisation: Organisation):
        names = ("about", "website", "public_email", "public_phone")
        super().__init__(data, initial={name: getattr(organisation, name) for name in names})


class DescribeForm(PortalForm):
    description = TextField(
        label="What is it, wherever it runs? (optional)",
        help_text=EVERYBODY_READS,
        max_length=1500,
        required=False,
        validators=[for_everybody],
    )

    def __init__(self, data: Any = None, *, service: Service):
        super().__init__(data, initial={"description": service.description})
