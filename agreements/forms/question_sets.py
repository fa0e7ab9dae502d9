"""The forms in which CJVSF edits a draft: words, conditions and new questions, never JSON."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from itertools import chain, count
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from agreements.forms.asked_when import Choice, Conditions
from agreements.questions.definition import fingerprint
from agreements.questions.types import DUE, Condition
from agreements.questions.values import Lookup
from portal.foundation.forms import ChoiceField, PortalForm, TextField

Raw = Mapping[str, Any]

TYPE_WORDS = {
    "short_text": "Short text",
    "long_text": "Long text",
    "yes_no": "Yes or no",
    "choice": "One choice",
    "choices": "Several choices",
    "terms": "Terms of a vocabulary",
    "number": "Whole number",
    "money": "Amount of money",
    "date": "Date",
    "time": "Time of day",
    "contact": "Contact: post, mailbox, name and phone",
    "file": "Files",
    "group": "Several parts",
    "rows": "Rows, one after another",
    "per_row": "One row for each row of another answer",
    "reference": "Filled in by the portal",
    "derived": "Worked out by the portal",
    "signature": "Signature",
    "statement": "Fixed words",
    "outside": "Filled in on paper only",
}
SIMPLE_TYPES = (
    "short_text", "long_text", "yes_no", "choice", "choices", "terms", "number", "money", "date", "time", "contact", "file",
)  # fmt: skip
SIDE_WORDS = {"partner": "The partner", "prison": "The prison", "both": "Both sides", "system": "The portal"}
ANSWERING = ("partner", "prison", "both")
DUE_WORDS = {
    "start": "At the start",
    "outline": "With the outline proposal",
    "specification": "With the service specification",
    "details": "With the project details",
    "sign_off": "At sign-off",
    "delivery": "During delivery",
    "review": "At a review",
    "print": "When the form is printed",
    "never": "Never in the portal",
}
# No published source says what CJVSF has just written.
NEW_QUESTION = {"status": "inferred", "source": "", "asked_when": None, "starts_from": None}
FILES = {"multiple": True, "accept": ["pdf", "docx", "odt", "png", "jpg"]}
ALWAYS, AS_IT_IS = "always", "as it is"
LONGEST_TEXT, LONGEST_HELP, MOST_OPTIONS = 300, 1000, 60


class SeenForm(PortalForm):
    """Carries the fingerprint of the draft that its writer has seen."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, draft: Raw, initial: Mapping[str, Any] | None = None):
        super().__init__(data, initial={"seen": fingerprint(draft), **(initial or {})})


class QuestionWords(SeenForm):
    text = TextField(label="Question", max_length=LONGEST_TEXT, rows=3)
    help = TextField(label="Help", help_text="It stands under the question.", max_length=LONGEST_HELP, required=False)
    required = forms.BooleanField(label="People must answer this question", required=False)


class RewordForm(QuestionWords):
    asked_when = ChoiceField(
        label="When it is asked",
        help_text="It can wait for the answer to a question that comes before it.",
        widget=forms.Select,
    )

    def __init__(self, data: Any = None, *, draft: Raw, section_id: str, question: Raw, lookup: Lookup):
        conditions = Conditions(draft, lookup)
        groups = conditions.choices(question["id"], section_id)
        self.offered = {choice.key: choice.condition for group in groups.values() for choice in group}
        self.existing: Condition | None = question.get("asked_when")
        words = {name: question.get(name) for name in ("text", "help", "required")}
        super().__init__(data, draft=draft, initial={**words, "asked_when": self._existing_key()})
        now = conditions.in_words(self.existing)
        self.fields["asked_when"].choices = self._choices(groups, now)
        if now:
            self["asked_when"].help_text = f"Now it is asked when {now}."

    def change(self) -> dict[str, Any]:
        """What `editing.reword` is to write."""
        words = {name: self.cleaned_data[name] for name in ("text", "help", "required")}
        return {**words, "asked_when": self._condition(self.cleaned_data["asked_when"])}

    def _existing_key(self) -> str:
        if self.existing is None:
            return ALWAYS
        return next((key for key, condition in self.offered.items() if condition == self.existing), AS_IT_IS)

    def _choices(self, groups: Mapping[str, list[Choice]], existing: str) -> list[tuple[str, Any]]:
        """A condition that is more than one test can't be chosen here, but it can stay."""
        kept = [(AS_IT_IS, f"As now: {existing}")] if self._existing_key() == AS_IT_IS else []
        listed = [(wording, [(choice.key, choice.words) for choice in group]) for wording, group in groups.items()]
        return [(ALWAYS, "Always"), *kept, *listed]

    def _condition(self, key: str) -> Condition | None:
        return self.existing if key == AS_IT_IS else self.offered.get(key)


class AddForm(QuestionWords):
    type = ChoiceField(label="Type of answer", choices=[(name, TYPE_WORDS[name]) for name in SIMPLE_TYPES])
    options = TextField(
        label="Choices",
        help_text="One on each line. Only for “One choice” and “Several choices”.",
        required=False,
    )
    vocabulary = ChoiceField(
        label="Vocabulary",
        help_text="Only for “Terms of a vocabulary”.",
        widget=forms.Select,
        required=False,
    )
    side = ChoiceField(label="Who answers", choices=[(name, SIDE_WORDS[name]) for name in ANSWERING])
    due = ChoiceField(label="When the answer is due", widget=forms.Select)
    after = ChoiceField(label="Where it stands", widget=forms.Select)
    public = forms.BooleanField(label="The answer may be shown in public", required=False)
    shared = forms.BooleanField(label="A service gives the same answer in every prison", required=False)
    field_order = ["text", "help", "type", "options", "vocabulary", "side", "due", "after"]

    def __init__(self, data: Any = None, *, draft: Raw, section: Raw, vocabularies: Iterable[str]):
        questions = section["questions"]
        last = questions[-1] if questions else {}
        initial = {"due": last.get("due"), "after": last.get("id", "")}
        super().__init__(data, draft=draft, initial=initial)
        used = {question["due"] for each in draft["sections"] for question in each["questions"]}
        self.fields["due"].choices = [(due, DUE_WORDS[due]) for due in DUE if due in used]
        self.fields["vocabulary"].choices = [("", "None"), *((key, in_plain_words(key)) for key in vocabularies)]
        places = [(question["id"], f"After {question['id']} {question['text']}") for question in questions]
        self.fields["after"].choices = places or [("", "It is the first of its section")]
        self.fields["after"].required = bool(questions)

    def question(self, question_id: str) -> dict[str, Any]:
        """The new question as the definition holds it."""
        said = self.cleaned_data
        plain = {name: said[name] for name in ("text", "help", "type", "required", "side", "due", "public", "shared")}
        return {"id": question_id, **plain, **self._own_keys(), **NEW_QUESTION}

    def clean_options(self) -> str:
        labels = self._labels(self.cleaned_data["options"])
        if again := [label for label, times in Counter(labels).items() if times > 1]:
            raise ValidationError(f"“{again[0]}” is there twice. Write each choice once")
        if len(labels) > MOST_OPTIONS:
            raise ValidationError(f"Write {MOST_OPTIONS} choices or fewer")
        return self.cleaned_data["options"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        type_ = said.get("type")
        if type_ in ("choice", "choices") and len(self._labels(said.get("options", ""))) < 2 and "options" in said:
            self.add_error("options", "Write at least two choices, one on each line")
        if type_ == "terms" and not said.get("vocabulary"):
            self.add_error("vocabulary", "Select the vocabulary that the terms come from")
        return said

    def _own_keys(self) -> dict[str, Any]:
        type_ = self.cleaned_data["type"]
        if type_ in ("choice", "choices"):
            return {"options": options_of(self._labels(self.cleaned_data["options"]))}
        return {"terms": {"vocabulary": self.cleaned_data["vocabulary"]}, "file": FILES}.get(type_, {})

    def _labels(self, text: str) -> list[str]:
        return [line.strip() for line in text.splitlines() if line.strip()]


def options_of(labels: Iterable[str], taken: Collection[str] = ()) -> list[dict[str, str]]:
    """Options with values made from their labels, none twice and none that is taken."""
    options: dict[str, dict[str, str]] = {}
    for label in labels:
        plain = slugify(label).strip("-_")[:60] or "option"
        numbered = (f"{plain}-{number}" for number in count(2))
        value = next(value for value in chain([plain], numbered) if value not in options and value not in taken)
        options[value] = {"value": value, "label": label, "hint": ""}
    return list(options.values())


def in_plain_words(key: str) -> str:
    return key.replace("_", " ").capitalize()
