"""The facts about an establishment, which CJVSF keeps."""

from typing import Any, cast

from directory.models import Establishment, Term
from directory.needs_map import GROUPS
from portal.foundation.fields import MultipleChoiceField, ShortTextField, WholeNumberField
from portal.foundation.forms import PortalForm

ONLY_PUBLIC = "Only what the prison has published. Leave it empty otherwise."


class EstablishmentForm(PortalForm):
    """What people keep of an establishment. Its name, council and status belong to the estate that the portal ships."""

    kind = ShortTextField(label="Kind", help_text="Such as prison, or community custody unit.", max_length=60)
    operator = ShortTextField(label="Run by", max_length=60)
    address = ShortTextField(label="Address (optional)", max_length=200, required=False)
    postcode = ShortTextField(label="Postcode (optional)", max_length=8, required=False, width=10)
    phone = ShortTextField(label="Public phone (optional)", help_text=ONLY_PUBLIC, max_length=30, required=False)
    concern_line = ShortTextField(
        label="Phone for concerns about a person (optional)", help_text=ONLY_PUBLIC, max_length=30, required=False
    )
    design_capacity = WholeNumberField(label="Design capacity (optional)", least=1, most=5000, required=False)
    holds = MultipleChoiceField(label="Groups held there (optional)", required=False)
    approver_title = ShortTextField(
        label="Title of the post that approves agreements",
        help_text="Head of Offender Outcomes, unless the prison calls it otherwise. It needs no source.",
        max_length=80,
    )
    source = ShortTextField(
        label="Where do your changes come from?",
        help_text="For example, the prison’s page of the SPS website, read on 3 November 2026. "
        "A fact without a source stays empty.",
        max_length=300,
        required=False,
    )

    def __init__(self, data: Any = None, *, establishment: Establishment):
        self.groups = {
            term.slug: term for term in Term.objects.filter(vocabulary__key=GROUPS, vocabulary__establishment=None)
        }
        initial = {name: getattr(establishment, name) for name in self.base_fields if name not in ("holds", "source")}
        initial["holds"] = [term.slug for term in establishment.holds.all()]
        super().__init__(data, initial=initial)
        choices = [(slug, term.label) for slug, term in self.groups.items()]
        cast(MultipleChoiceField, self.fields["holds"]).choices = choices

    @property
    def told(self) -> dict[str, Any]:
        """What the operation asks for."""
        return self.cleaned_data | {"holds": [self.groups[slug] for slug in self.cleaned_data["holds"]]}
