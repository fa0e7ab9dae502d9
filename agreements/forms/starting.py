"""Where a new agreement begins: for which organisation, in which prison, with which service."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from agreements.models import Side
from agreements.permissions import DRAFTERS
from agreements.reading import options_for
from directory.models import Establishment, EstablishmentStatus, Organisation, Service
from directory.standing import standing
from portal.foundation.fields import ChoiceField, MultipleChoiceField, ShortTextField
from portal.foundation.forms import PortalForm
from portal.foundation.models import User

NEW = "new"


def organisations_of(user: User) -> list[Organisation]:
    """The organisations for which somebody may draft today, by name."""
    posts = [post for post in standing(user).posts if post.role in DRAFTERS[Side.PARTNER]]
    found = {post.organisation for post in posts if post.organisation}
    return sorted(found, key=lambda organisation: organisation.name)


class PrisonForm(PortalForm):
    """A prison that takes new agreements: those that are planned are prepared for before they open."""

    establishment = ChoiceField(label="Prison", widget=forms.Select, error_messages={"required": "Choose a prison"})

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        prisons = Establishment.objects.not_closed()
        self.prisons = {str(prison.pk): prison for prison in prisons}
        self.fields["establishment"].choices = [
            ("", "Choose a prison"),
            *((key, _with_status(prison)) for key, prison in self.prisons.items()),
        ]

    @property
    def chosen_prison(self) -> Establishment:
        return self.prisons[self.cleaned_data["establishment"]]


class Revealed:
    """A field that stands under the choice that asks for it."""

    template = "portal/field.html"

    def __init__(self, field: Any):
        self.field = field


class NewAgreementForm(PrisonForm):
    """Only a prison whose people and services the page has shown (`looked_at`) can be confirmed."""

    organisation = ChoiceField(label="Organisation", error_messages={"required": "Choose an organisation"})
    service = ChoiceField(label="Service", error_messages={"required": "Choose a service, or a new one"})
    service_name = ShortTextField(
        label="Name of the new service",
        help_text="A short title that people in the prison will recognise.",
        max_length=120,
        required=False,
    )
    needs = MultipleChoiceField(
        label="Which needs will it address? (optional)",
        help_text="You will see who already provides something for the same needs there.",
        required=False,
    )
    field_order = ["organisation", "establishment", "service", "service_name", "needs"]

    def __init__(
        self,
        organisations: Sequence[Organisation],
        data: Mapping[str, Any] | None = None,
        *,
        chosen: Mapping[str, str] | None = None,
    ):
        super().__init__(data)
        self.organisations = {str(organisation.pk): organisation for organisation in organisations}
        self.services = {str(row.pk): row for row in Service.objects.filter(organisation__in=organisations)}
        self._offer_organisations()
        self._offer_services()
        self._choose(chosen or {})
        self.fields["needs"].choices = [
            (option.value, option.label) for option in options_for(None).get("vocabulary:needs", ())
        ]

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        service = self.services.get(cleaned.get("service", ""))
        if service and str(service.organisation_id) != cleaned.get("organisation"):
            self.add_error("service", f"“{service}” belongs to another organisation. Choose another service")
        if cleaned.get("service") == NEW and not cleaned.get("service_name") and "service_name" not in self.errors:
            self.add_error("service_name", "Enter the name of the new service")
        return cleaned

    @property
    def is_confirmed(self) -> bool:
        return "start" in self.data and self.data.get("looked_at") == self.cleaned_data["establishment"]

    @property
    def chosen_organisation(self) -> Organisation:
        return self.organisations[self.cleaned_data["organisation"]]

    @property
    def chosen_service_name(self) -> str:
        """An organisation's own service keeps its spelling, however it is typed the second time."""
        if self.cleaned_data["service"] != NEW:
            return self.services[self.cleaned_data["service"]].name
        typed = self.cleaned_data["service_name"]
        own = (row.name for row in self.services.values() if row.organisation_id == self.chosen_organisation.pk)
        return next((name for name in own if name.casefold() == typed.casefold()), typed)

    def _choose(self, chosen: Mapping[str, str]) -> None:
        """What a wanted idea has said already."""
        prison = next((key for key, prison in self.prisons.items() if prison.slug == chosen.get("prison")), "")
        self.initial |= {"establishment": prison, "needs": [chosen.get("need", "")]}

    def _offer_organisations(self) -> None:
        field = self.fields["organisation"]
        field.choices = [(key, str(organisation)) for key, organisation in self.organisations.items()]
        if len(self.organisations) == 1:
            self.initial["organisation"] = next(iter(self.organisations))
            field.widget = forms.HiddenInput()

    def _offer_services(self) -> None:
        field = self.fields["service"]
        several = len(self.organisations) > 1
        known = [(key, f"{row} ({row.organisation})" if several else str(row)) for key, row in self.services.items()]
        field.choices = [*known, (NEW, "A new service")]
        if not known:
            self.initial["service"] = NEW
        self["service"].reveals = {NEW: (Revealed(self["service_name"]),)}


def _with_status(prison: Establishment) -> str:
    return f"{prison} (planned)" if prison.status == EstablishmentStatus.PLANNED else str(prison)
