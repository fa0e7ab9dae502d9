"""The public checker on one page: each answer may open further questions, and everything that is asked is answered."""

from collections.abc import Iterator, Mapping
from typing import Any

from agreements.forms.section import SectionForm
from agreements.questions.definition import Definition, Question
from agreements.questions.progress import asked
from agreements.questions.values import missing, shown_parts


class EligibilityForm(SectionForm):
    def __init__(
        self, definition: Definition, answers: Mapping[str, Any] | None = None, *, data: Mapping[str, Any] | None = None
    ):
        self.definition = definition
        questions = asked(definition, answers or {}) if data is None else definition.questions.values()
        super().__init__(list(questions), answers or {}, {}, data=data)

    def counted(self) -> dict[str, Any]:
        """The answers to the questions that are asked, and no others."""
        answers = self.answers()
        kept = {question.id: answers.get(question.id) for question in asked(self.definition, answers)}
        return {question_id: value for question_id, value in kept.items() if value is not None}

    @property
    def opened(self) -> list[Question]:
        """The questions that are asked because of the answers, and that the page didn't hold yet."""
        return [question for question in asked(self.definition, self.counted()) if question.id not in self.questions]

    def clean(self) -> dict[str, Any]:
        super().clean()
        answers = self.answers()
        for question in asked(self.definition, answers):
            if question.id in self.questions and question.is_stored:
                self._refuse_gaps(question, answers.get(question.id))
        return self.cleaned_data

    def _refuse_gaps(self, question: Question, value: Any) -> None:
        for name, sentence in gaps(question, value):
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, sentence)


def gaps(question: Question, value: Any) -> Iterator[tuple[str, str]]:
    """What is still missing: the field to mend, and a sentence."""
    if question.type != "group":
        yield from ((question.id, sentence) for sentence in missing(question, value, {}))
        return
    value = value or {}
    for part in shown_parts(question, value):
        yield from ((f"{question.id}.{part.id}", sentence) for sentence in missing(part, value.get(part.id), {}))
