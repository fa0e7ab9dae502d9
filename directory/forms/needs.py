"""What a prison needs, what a partner tells it, an idea, its answer, and a mailbox of an area."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms

from directory.forms.people import Revealed
from directory.models import Establishment, Idea, Listing, NeedsStatement, Organisation, Term, Weight
from directory.needs_map import GROUPS, NEEDS
from portal.foundation.doubts import Questioned
from portal.foundation.fields import ChoiceField, EmailField, ShortTextField, TextField, WholeNumberField
from portal.foundation.forms import BoundControl, PortalForm

NEVER = "Never name or describe a person in custody."
WEIGHTS = [("", "Not weighed"), *((str(value), label) for value, label in Weight.choices)]
MOST = 4000
# What a statement says besides its weights.
HEARD = ("partners_heard", "organisations_heard", "custody_heard", "people_heard", "sources")


class StatementForm(Questioned):
    """A weight for every need and every group, who was heard, and the sources. Everything may wait but to be published."""

    partners_heard = TextField(
        label="How and when were partners heard?",
        help_text="For example, at the partners’ forum in March, and in what they wrote here.",
        max_length=MOST,
        required=False,
    )
    organisations_heard = WholeNumberField(
        label="How many organisations were heard?", least=0, most=10_000, required=False
    )
    custody_heard = TextField(
        label="How and when were people in custody heard?",
        help_text=f"For example, three focus groups in May. {NEVER}",
        max_length=MOST,
        required=False,
    )
    people_heard = WholeNumberField(
        label="How many people in custody were heard?", least=0, most=10_000, required=False
    )
    sources = TextField(
        label="What is this based on?",
        help_text="Name the sources, such as a prisoner survey, waiting lists or an inspection report, with their dates.",
        max_length=MOST,
        required=False,
    )

    def __init__(self, data: Any = None, *, terms: dict[str, dict[str, Term]], statement: NeedsStatement | None):
        self.terms = {"needs": terms[NEEDS], "groups": terms[GROUPS]}
        initial = {name: getattr(statement, name) for name in HEARD} if statement else {}
        for name in self.terms:
            given = getattr(statement, name) if statement else {}
            initial |= {f"{name}-{slug}": str(weight) for slug, weight in given.items()}
        super().__init__(data, initial=initial)
        self.fields |= {
            f"{name}-{slug}": ChoiceField(label=term.label, choices=WEIGHTS, widget=forms.Select, required=False)
            for name, terms in self.terms.items()
            for slug, term in terms.items()
        }

    @property
    def need_weights(self) -> list[Any]:
        return [self[f"needs-{slug}"] for slug in self.terms["needs"]]

    @property
    def group_weights(self) -> list[Any]:
        return [self[f"groups-{slug}"] for slug in self.terms["groups"]]

    @property
    def rest(self) -> list[Any]:
        return [bound for bound in self.visible_fields() if "-" not in bound.name]

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        weights = {
            name: {slug: int(weight) for slug in terms if (weight := given[f"{name}-{slug}"])}
            for name, terms in self.terms.items()
        }
        return weights | {name: given[name] for name in HEARD}


class OnBehalf(Questioned):
    """Somebody who acts for several organisations says for which."""

    organisation = ChoiceField(label="Organisation", error_messages={"required": "Choose an organisation"})

    def __init__(self, data: Any = None, *, organisations: Sequence[Organisation], **kwargs: Any):
        self.organisations = {str(row.pk): row for row in organisations}
        super().__init__(data, **kwargs)
        cast(ChoiceField, self.fields["organisation"]).choices = [
            (key, str(row)) for key, row in self.organisations.items()
        ]
        if len(self.organisations) == 1:
            self.initial["organisation"] = next(iter(self.organisations))
            self.fields["organisation"].widget = forms.HiddenInput()

    @property
    def chosen_organisation(self) -> Organisation:
        return self.organisations[self.cleaned_data["organisation"]]


class PartnerViewForm(OnBehalf):
    text = TextField(
        label="What do you see?",
        help_text=f"What people need here, what works, and what is missing. {NEVER}",
        max_length=MOST,
        rows=8,
    )


class IdeaForm(OnBehalf):
    establishment = ChoiceField(label="Prison", widget=forms.Select, error_messages={"required": "Choose a prison"})
    kind = ChoiceField(
        label="What do you want to tell the prison?",
        choices=Idea.Kind.choices,
        error_messages={"required": "Select whether you see a need or have an idea"},
    )
    need = ChoiceField(label="Need", widget=forms.Select, error_messages={"required": "Choose a need"})
    group = ChoiceField(label="Who is it for? (optional)", widget=forms.Select, required=False)
    text = TextField(
        label="Tell them about it",
        help_text=f"A few sentences are enough. {NEVER}",
        max_length=MOST,
        rows=8,
        error_messages={"required": "Say in a few sentences what you want to tell the prison"},
    )

    def __init__(
        self, data: Any = None, *, prisons: Iterable[Establishment], terms: dict[str, dict[str, Term]], **kwargs: Any
    ):
        super().__init__(data, **kwargs)
        self.prisons = {row.slug: row for row in prisons}
        self.terms = terms
        cast(ChoiceField, self.fields["establishment"]).choices = [
            ("", "Choose a prison"),
            *((key, str(row)) for key, row in self.prisons.items()),
        ]
        cast(ChoiceField, self.fields["need"]).choices = [
            ("", "Choose a need"),
            *((key, str(term)) for key, term in terms[NEEDS].items()),
        ]
        cast(ChoiceField, self.fields["group"]).choices = [
            ("", "Anybody"),
            *((key, str(term)) for key, term in terms[GROUPS].items()),
        ]

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "kind": given["kind"],
            "need": self.terms[NEEDS][given["need"]],
            "group": self.terms[GROUPS].get(given["group"]),
            "text": given["text"],
        }


class AnswerForm(Questioned):
    """The prison's answer. A duplicate names the service that is there, which that answer asks for."""

    reply = ChoiceField(
        label="What do you answer?",
        choices=Idea.Reply.choices,
        error_messages={"required": "Select an answer"},
        hints={Idea.Reply.WANTED.value: "It marks the gap, and the organisation can start an agreement from it"},
    )
    duplicate_of = ChoiceField(label="Which service is there already?", widget=forms.Select, required=False)
    why = TextField(label="Why?", help_text="The organisation reads these words.", max_length=MOST)

    def __init__(self, data: Any = None, *, listings: Iterable[Listing]):
        super().__init__(data)
        self.listings = {str(listing.pk): listing for listing in listings}
        names = ((key, f"{row.service}, by {row.service.organisation}") for key, row in self.listings.items())
        cast(ChoiceField, self.fields["duplicate_of"]).choices = [("", "Choose a service"), *names]
        cast(BoundControl, self["reply"]).reveals = {Idea.Reply.DUPLICATE.value: (Revealed(self["duplicate_of"]),)}

    @property
    def shown(self) -> list[Any]:
        return [bound for bound in self.visible_fields() if bound.name != "duplicate_of"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        is_duplicate = self.cleaned_data.get("reply") == Idea.Reply.DUPLICATE
        if is_duplicate and not self.cleaned_data.get("duplicate_of") and "duplicate_of" not in self.errors:
            self.add_error("duplicate_of", "Choose the service that is there already")
        return self.cleaned_data

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        is_duplicate = given["reply"] == Idea.Reply.DUPLICATE
        duplicate_of = self.listings[given["duplicate_of"]] if is_duplicate else None
        return {"reply": given["reply"], "why": given["why"], "duplicate_of": duplicate_of}


class AreaContactForm(PortalForm):
    """A role mailbox. Both boxes empty takes the contact away."""

    name = ShortTextField(label="Name of the body", max_length=120, required=False)
    mailbox = EmailField(
        label="Role mailbox",
        help_text="An address that survives a change of staff, never a person’s. It is shown in public.",
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        given = self.cleaned_data
        if given.get("name") and not given.get("mailbox") and "mailbox" not in self.errors:
            self.add_error("mailbox", "Enter the mailbox too, or empty both boxes")
        if given.get("mailbox") and not given.get("name") and "name" not in self.errors:
            self.add_error("name", "Enter the name too, or empty both boxes")
        return given
