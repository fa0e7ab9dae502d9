"""What a step asks for besides a yes: as much of it as its row of the table says."""

from django import forms

from agreements.effects import Request
from agreements.reading import Reading
from agreements.workflow import Step
from portal.foundation import clock
from portal.foundation.forms import ChoiceField, DateField, MultipleChoiceField, PortalForm, ShortTextField, TextField

INTENT = (
    "I have read this agreement. I sign it for the party named above, I am entitled to do so, and I agree to sign it "
    "electronically."
)
NOTE = {
    "return-outline": "What needs to change?",
    "return-for-changes": "What needs to change?",
    "decline": "Explain the decision",
    "end-support": "Explain the decision",
}


class StepForm(PortalForm):
    """Built from `step.asks`. A reason of "another" needs a note."""

    def __init__(self, *args, step: Step, reading: Reading, **kwargs):
        super().__init__(*args, **kwargs)
        self.step = step
        for name in step.asks:
            getattr(self, f"_ask_for_{name}")(reading)
        for name in self.fields:
            self._ask_for(self[name])

    def clean_answer_by(self):
        return self._not_past("answer_by")

    def clean_last_day(self):
        return self._not_past("last_day")

    def _not_past(self, name: str):
        day = self.cleaned_data[name]
        if day and day < clock.today():
            raise forms.ValidationError("Enter today or a day to come")
        return day

    def clean(self) -> dict:
        given = super().clean()
        if given.get("reason") == "other" and not given.get("note"):
            self.add_error("note", "Say what the reason is")
        return given

    def request(self, **more) -> Request:
        """What the person said, for `workflow.perform`."""
        names = {"note", "reason", "questions", "answer_by", "last_day"} & set(self.fields)
        given = {name: self.cleaned_data[name] for name in names}
        if "questions" in given:
            given["questions"] = tuple(given["questions"])
        return Request(**given, **more)

    def _ask_for_reason(self, reading: Reading) -> None:
        self.fields["reason"] = ChoiceField(label="What is the main reason?", choices=self.step.reasons)

    def _ask_for_note(self, reading: Reading) -> None:
        is_needed = self.step.name in NOTE
        label = NOTE.get(self.step.name, "Anything to add? (optional)")
        self.fields["note"] = TextField(label=label, max_length=2000, required=is_needed)

    def _ask_for_questions(self, reading: Reading) -> None:
        choices = [
            (question.id, f"{question.id} {question.text}")
            for question in reading.asked.values()
            if question.is_stored and (question.id in reading.answers or question.due != "outline")
        ]
        self.fields["questions"] = MultipleChoiceField(
            label="Which questions go back?",
            help_text="Only these can be changed until they come back.",
            choices=choices,
        )

    def _ask_for_answer_by(self, reading: Reading) -> None:
        self.fields["answer_by"] = DateField(label="By when do you need the answer?")

    def _ask_for_last_day(self, reading: Reading) -> None:
        self.fields["last_day"] = DateField(
            label="What is the last day of the agreement?", help_text="It stays in force until the end of that day."
        )

    def _ask_for_words(self, reading: Reading) -> None:
        """The words are shown on the page, and their fingerprint travels with the form."""

    def _ask_for_identity(self, reading: Reading) -> None:
        self.fields["intent"] = forms.BooleanField(
            label=INTENT, error_messages={"required": "Tick the sentence to sign"}
        )
        self.fields["password"] = ShortTextField(
            label="Your password",
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        )
        self.fields["code"] = ShortTextField(
            label="Your one-time code",
            help_text="From your authenticator app. A recovery code works too.",
            autocomplete="one-time-code",
            width=10,
            widget=forms.TextInput(attrs={"inputmode": "numeric"}),
            required=not self.data.get("credential"),
        )
        self.fields["credential"] = forms.CharField(required=False, widget=forms.HiddenInput)
