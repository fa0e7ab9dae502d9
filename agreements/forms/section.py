"""The form of a section, built from its questions: permissive about what is missing, strict about what is malformed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.forms.utils import ErrorDict
from django.utils.datastructures import MultiValueDict

from agreements.forms.entries import Entry, Files, Rows, entry_for
from agreements.forms.rows import RowCommand, parse, rearrange
from agreements.questions.definition import Question
from agreements.questions.shown import Shown, shown
from agreements.questions.values import Lookup, has_its_shape, is_empty, lower_first, prune
from portal.foundation.forms import PortalForm


@dataclass
class QuestionShown:
    """What templates/agreements/_question.html renders."""

    question: Question
    entry: Entry
    base: str
    copied_from: str
    earlier: Shown | None

    @property
    def id(self) -> str:
        return self.question.id


class SectionForm(PortalForm):
    """A question counts as posted when its base_<id> is: what a page didn't hold, its post doesn't change.

    Unless `validated`, nothing typed is checked: it is only shown again.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        answers: Mapping[str, Any],
        lookup: Lookup,
        *,
        data: Mapping[str, Any] | None = None,
        files: MultiValueDict | None = None,
        attached: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
        bases: Mapping[str, str] | None = None,
        validated: bool = True,
        focus: str = "",
    ):
        super().__init__(as_lists(data), as_lists(files))
        self.stored, self.lookup, self.attached = answers, lookup, attached or {}
        self.given_bases, self.validated, self.focus = bases or {}, validated, focus
        self.places: dict[str, tuple[str, ...]] = {}
        self.rows: dict[str, Rows] = {}
        self.files_entries: dict[str, Files] = {}
        self.questions = {question.id: question for question in questions if self._is_here(question)}
        self.questions_shown = [self._show(question) for question in self.questions.values()]
        self.entries = {shown.id: shown.entry for shown in self.questions_shown}

    def answer(self, question_id: str) -> Any:
        """Pruned, as it is stored. An earlier answer of another shape stays until there is a new one."""
        question, stored = self.questions[question_id], self.stored.get(question_id)
        value = prune(question, self.entries[question_id].answer())
        return stored if value is None and not has_its_shape(question, stored) else value

    def answers(self) -> dict[str, Any]:
        """Of every question that was posted; None where nothing was answered."""
        return {question.id: self.answer(question.id) for question in self.questions.values() if question.is_stored}

    def bases(self) -> dict[str, str]:
        """For each question posted, the id of the answer that this save replaces; empty when there was none."""
        return {shown.id: shown.base for shown in self.questions_shown if shown.question.is_stored}

    @property
    def row_command(self) -> RowCommand | None:
        """What the pressed row button asks for, if it can be done."""
        command = parse(self.data.get("rows", ""))
        if command is None or not (rows := self.rows.get(command.path)):
            return None
        possible = rows.can_grow if command.action == "add" else command.index < len(rows.rows)
        return command if possible else None

    def with_row_command(self) -> "SectionForm":
        """The same form with its rows changed: what was typed is kept, and not judged yet."""
        command = self.row_command
        if command is None:
            return self._again(self.data, focus="")
        order = command.reorder(len(self.rows[command.path].rows))
        return self._again(rearrange(self.data, command.path, order), focus=command.focus(len(order)))

    def store_uploads(self, store: Callable[[str, UploadedFile], dict[str, Any]]) -> None:
        """Has each new file stored, by its path: of the question (S1-19), or of the part that holds files (S3-21.policy).

        `store` says what the answer holds of it: id, name, size, sha256."""
        for path, entry in self.files_entries.items():
            entry.stored_uploads = [store(path, upload) for upload in entry.new_files()]

    def in_summary(self, name: str, message: str) -> str:
        """Many fields have the same words, so that the summary names the question, the row and the part."""
        question = self.questions.get(name.split(".")[0])
        if question is None:
            return message
        place = ", ".join([*self.places[name][:1], *map(lower_first, self.places[name][1:])])
        sentence = f"{place}: {lower_first(message)}" if place else message
        joint = " " if question.text.endswith(("?", ".")) else ": "
        return f"{question.text}{joint}{sentence}"

    def full_clean(self) -> None:
        if self.validated:
            super().full_clean()
        else:
            self._errors, self.cleaned_data = ErrorDict(renderer=self.renderer), {}

    def posted_count(self, path: str, stored: int) -> int:
        """How many rows the page had."""
        count = str(self.data.get(f"{path}.count", ""))
        return int(count) if count.isascii() and count.isdigit() and len(count) < 5 else stored

    def posted_labels(self, path: str) -> list[str]:
        """The labels that the rows of a per-row question had on the page."""
        labels = (self.data.get(f"{path}.{index}.for") for index in range(self.posted_count(path, 0)))
        return [label for label in labels if label]

    def _is_here(self, question: Question) -> bool:
        return not (self.is_bound and question.is_stored) or f"base_{question.id}" in self.data

    def _show(self, question: Question) -> QuestionShown:
        stored = self.stored.get(question.id)
        is_copied = bool(question.starts_from) and is_empty(question, stored) and not self.is_bound
        value = self.stored.get(question.starts_from) if is_copied else stored
        fits = value is None or has_its_shape(question, value)
        return QuestionShown(
            question=question,
            entry=entry_for(self, question, question.id, value if fits else None),
            base=str(self.data.get(f"base_{question.id}", self.given_bases.get(question.id, ""))),
            copied_from=question.starts_from if is_copied and not is_empty(question, value) else "",
            earlier=None if fits or not question.is_stored else shown(question, value, self.lookup),
        )

    def _again(self, data: MultiValueDict, focus: str) -> "SectionForm":
        return SectionForm(
            list(self.questions.values()),
            self.stored,
            self.lookup,
            data=data,
            files=self.files,
            attached=self.attached,
            validated=False,
            focus=focus,
        )


def as_lists(data: Mapping[str, Any] | None) -> MultiValueDict | None:
    """A plain dict, as tests and imports write it, is read like posted data."""
    if data is None or isinstance(data, MultiValueDict):
        return data
    return MultiValueDict({name: value if isinstance(value, list) else [value] for name, value in data.items()})
