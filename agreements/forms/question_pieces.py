"""The forms in which CJVSF edits what stands around and inside a question: sections, parts and choices."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from django import forms

from agreements.forms.question_sets import (
    LONGEST_HELP,
    LONGEST_TEXT,
    MOST_OPTIONS,
    QuestionWords,
    Raw,
    SeenForm,
    options_of,
)
from portal.foundation.forms import ChoiceField, ShortTextField, TextField

LONGEST_CHOICE = 200


class SectionWords(SeenForm):
    title = ShortTextField(label="Title", max_length=120)
    intro = TextField(
        label="Introduction",
        help_text="It stands above the questions.",
        max_length=LONGEST_HELP,
        required=False,
    )

    def __init__(self, data: Any = None, *, draft: Raw, section: Raw):
        super().__init__(data, draft=draft, initial={"title": section["title"], "intro": section.get("intro")})

    def change(self) -> dict[str, Any]:
        """What `editing.reword_section` is to write."""
        return {name: self.cleaned_data[name] for name in ("title", "intro")}


class PartWords(QuestionWords):
    text = TextField(label="Part", max_length=LONGEST_TEXT, rows=3)

    def __init__(self, data: Any = None, *, draft: Raw, part: Raw):
        names = ("text", "help", "required")
        super().__init__(data, draft=draft, initial={name: part.get(name) for name in names})

    def change(self) -> dict[str, Any]:
        """What `editing.reword_part` is to write."""
        return {name: self.cleaned_data[name] for name in ("text", "help", "required")}


class ChoicesForm(SeenForm):
    """The choices of one control. Their values never show: what is changed is the words, the order and the list."""

    added = TextField(
        label="New choices",
        help_text="One on each line. They come at the end of the list.",
        max_length=LONGEST_TEXT * 10,
        required=False,
    )

    def __init__(self, data: Any = None, *, draft: Raw, path: str, control: Raw, stays: bool):
        self.options, self.path, self.stays = control["options"], path, stays
        self.retired = draft.get("retired") or ()
        super().__init__(data, draft=draft)
        for place, option in enumerate(self.options, start=1):
            self._add_fields(option, place)
        if stays:
            del self.fields["added"]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each choice with its fields, as the page shows them."""
        return [
            {"option": option, "fields": [self[name] for name in self.fields if name.startswith(f"{option['value']}.")]}
            for option in self.options
        ]

    def choices(self) -> list[dict[str, Any]]:
        """What `editing.change_choices` is to write."""
        ranked = sorted(self._kept(), key=lambda option: self._rank(option["value"]))
        return [*(self._worded(option) for option in ranked), *options_of(self._added(), self._taken())]

    def in_summary(self, name: str, message: str) -> str:
        option = next((option for option in self.options if name.startswith(f"{option['value']}.")), None)
        return f"{option['label']}: {message}" if option else message

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        labels = [*(said.get(f"{option['value']}.label", "") for option in self._kept()), *self._added()]
        if sentence := _fault_of(labels):
            self.add_error(f"{self.options[0]['value']}.label" if self.stays else "added", sentence)
        return said

    def _add_fields(self, option: Raw, place: int) -> None:
        name, places = option["value"], [(str(number), str(number)) for number in range(1, len(self.options) + 1)]
        fields: dict[str, forms.Field] = {
            "label": ShortTextField(label="Words", max_length=LONGEST_CHOICE, initial=option["label"]),
            "hint": ShortTextField(
                label="Hint (optional)", max_length=LONGEST_CHOICE, required=False, initial=option.get("hint")
            ),
            "place": ChoiceField(label="Place in the list", widget=forms.Select, choices=places, initial=str(place)),
        }
        if not self.stays:
            fields["retire"] = forms.BooleanField(label="Retire this choice", required=False)
        for part, field in fields.items():
            self.fields[f"{name}.{part}"] = field
            self._ask_for(self[f"{name}.{part}"])

    def _kept(self) -> list[Raw]:
        return [option for option in self.options if not self.cleaned_data.get(f"{option['value']}.retire")]

    def _worded(self, option: Raw) -> dict[str, Any]:
        words = {part: self.cleaned_data[f"{option['value']}.{part}"] for part in ("label", "hint")}
        return {**option, **words}

    def _rank(self, value: str) -> tuple[int, int]:
        """A choice that moves up goes before the one whose place it takes, one that moves down goes after it."""
        before = [option["value"] for option in self.options].index(value) + 1
        place = int(self.cleaned_data[f"{value}.place"])
        return place, (place > before) - (place < before)

    def _added(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data.get("added", "").splitlines() if line.strip()]

    def _taken(self) -> Collection[str]:
        """Values that are in use, and those that once were."""
        gone = [one.removeprefix(f"{self.path}.") for one in self.retired if one.startswith(f"{self.path}.")]
        return {*(option["value"] for option in self.options), *gone}


def _fault_of(labels: list[str]) -> str:
    """What is wrong with a list of choices; nothing when it will do."""
    if again := [label for label, times in Counter(labels).items() if label and times > 1]:
        return f"“{again[0]}” is there twice. Give each choice words of its own"
    if len(labels) < 2:
        return "Keep at least two choices, or retire the whole question"
    return f"Keep {MOST_OPTIONS} choices or fewer" if len(labels) > MOST_OPTIONS else ""
