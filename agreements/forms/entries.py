"""A question as a tree of things to fill in. Each adds its fields to the form, names its template and reads its answer.

Fields are flat and named by their path: S1-04.0.outcome is the outcome in the first row of S1-04.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from agreements.forms.controls import as_json, field_for, initial_for, wording
from agreements.questions.definition import Control
from agreements.questions.progress import row_labels
from agreements.questions.shown import Shown, shown
from agreements.questions.values import upper_first
from portal.foundation.fields import FilesField, MultipleChoiceField
from portal.foundation.forms import BoundControl

if TYPE_CHECKING:
    from agreements.forms.section import SectionForm

MOST_ROWS = 100
NESTING_TESTS = {"is": ("yes_no", "choice"), "includes": ("choices", "terms")}


class Entry:
    """Place: how a sentence says where in the question this is, such as ("Outcome 2", "How you will know")."""

    template = ""

    def __init__(self, form: "SectionForm", control: Control, path: str, value: Any, place: tuple[str, ...] = ()):
        self.form, self.control, self.path, self.place = form, control, path, place
        self.value = value

    @property
    def id(self) -> str:
        return self.path.replace(".", "-")

    @property
    def legend(self) -> str:
        return wording(self.control)

    @property
    def field(self) -> BoundControl | None:
        """The one field of an entry that has no more."""
        return None

    def answer(self) -> Any:
        """What was filled in, as it is stored; not yet pruned."""
        raise NotImplementedError

    def add_field(self, path: str, field: Any, initial: Any) -> None:
        self.form.fields[path] = field
        self.form.initial[path] = initial
        self.form.places[path] = self.place


class Leaf(Entry):
    template = "portal/field.html"

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        initial = initial_for(self.control, self.value)
        self.add_field(self.path, field_for(self.control, self.form.lookup, initial), initial)

    @property
    def field(self) -> BoundControl:
        return self.form[self.path]

    def answer(self) -> Any:
        return as_json(self.form.cleaned_data.get(self.path))


class Group(Entry):
    """Parts that wait for an answer of a sibling stand under that answer; without JavaScript all of them are seen."""

    template = "agreements/entries/group.html"

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        value = self.value if isinstance(self.value, Mapping) else {}
        self.parts = {part.id: self._part(part, value.get(part.id)) for part in self.control.parts}
        self._nest()

    @property
    def entries(self) -> list[Entry]:
        """The parts that stand under no answer of another."""
        return [entry for entry in self.parts.values() if entry not in self._nested]

    def answer(self) -> dict[str, Any]:
        return {part_id: entry.answer() for part_id, entry in self.parts.items()}

    def _part(self, part: Control, value: Any) -> Entry:
        return entry_for(self.form, part, f"{self.path}.{part.id}", value, (*self.place, part.text))

    def _nest(self) -> None:
        self._nested: list[Entry] = []
        for entry in self.parts.values():
            if answer := self._awaited_answer(entry.control):
                waiting_for, option = answer
                field = self.parts[waiting_for].field
                field.reveals = {**field.reveals, option: (*field.reveals.get(option, ()), entry)}
                self._nested.append(entry)

    def _awaited_answer(self, part: Control) -> tuple[str, str] | None:
        """The sibling and the option that show this part, when that is one option of radios or checkboxes."""
        condition = part.shown_when or {}
        for test, types in NESTING_TESTS.items():
            if test in condition and self.control.part(condition["part"]).type in types:
                return condition["part"], condition[test]
        return None


class Row(Group):
    """One row of several, under a name such as "Outcome 2"; in paths and buttons rows count from 0."""

    def __init__(self, *args: Any, name: str, around: tuple[str, ...] = ()):
        self.name = name
        super().__init__(*args, place=(*around, name))

    @property
    def takes_focus(self) -> bool:
        return self.path == self.form.focus


class Rows(Entry):
    """There is always a row to fill in; blank ones are dropped when the answer is kept."""

    template = "agreements/entries/rows.html"

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        stored = self.value if isinstance(self.value, list) else []
        self.most = max(self.control.max_rows, len(stored))
        count = self.form.posted_count(self.path, len(stored))
        values = [*stored, *([None] * count)][: min(max(count, 1), self.most)] or [None]
        self.rows = [self._row(index, value) for index, value in enumerate(values)]
        self.form.rows[self.path] = self

    @property
    def can_grow(self) -> bool:
        return len(self.rows) < self.most

    def answer(self) -> list[dict[str, Any]]:
        return [row.answer() for row in self.rows]

    def _row(self, index: int, value: Any) -> Row:
        """Its name says enough in a sentence: that of the part that holds the rows is left out."""
        name = upper_first(f"{self.control.row_name} {index + 1}")
        return Row(self.form, self.control, f"{self.path}.{index}", value, name=name, around=self.place[:-1])


class PerRow(Entry):
    """One row for each row of another question, with those that were answered and are no longer there at the end.

    Each row posts its label, so that an answer stays with its row when the other question changes meanwhile.
    """

    template = "agreements/entries/per_row.html"

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        stored = {row.get("for", ""): row for row in self.value or () if isinstance(row, Mapping)}
        asked = row_labels(self.control, self.form.stored, self.form.lookup)
        labels = self.form.posted_labels(self.path) or list(dict.fromkeys([*asked, *stored]))
        self.gone = [label for label in labels if label not in asked]
        self.rows = [
            Row(self.form, self.control, f"{self.path}.{index}", stored.get(label), name=label)
            for index, label in enumerate(labels[:MOST_ROWS])
        ]

    def answer(self) -> list[dict[str, Any]]:
        return [{"for": row.name} | row.answer() for row in self.rows]


class Files(Entry):
    """What is attached already, each with a box to take it away, and a control for more."""

    template = "agreements/entries/files.html"

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        stored = self.value if isinstance(self.value, list) else []
        self.attached = self.form.attached.get(self.path, stored)
        self.stored_uploads: list[dict[str, Any]] = []
        self.form.files_entries[self.path] = self
        if self.attached:
            self.add_field(f"{self.path}.remove", self._remove(), [])
        self.add_field(f"{self.path}.files", self._uploads(), None)

    @property
    def remove_field(self) -> BoundControl | None:
        return self.form[f"{self.path}.remove"] if self.attached else None

    @property
    def upload_field(self) -> BoundControl:
        return self.form[f"{self.path}.files"]

    @property
    def to_choose_again(self) -> list[str]:
        """A browser doesn't send a file twice, so that it must be chosen again when the page comes back."""
        return [upload.name for upload in self.form.files.getlist(f"{self.path}.files")]

    def new_files(self) -> list[Any]:
        return self.form.cleaned_data.get(f"{self.path}.files") or []

    def removed(self) -> list[str]:
        return self.form.cleaned_data.get(f"{self.path}.remove") or []

    def answer(self) -> list[dict[str, Any]]:
        kept = [file for file in self.attached if str(file["id"]) not in self.removed()]
        replaced = self.stored_uploads and not self.control.multiple
        return self.stored_uploads if replaced else [*kept, *self.stored_uploads]

    def _remove(self) -> MultipleChoiceField:
        names = shown(self.control, self.attached, self.form.lookup).items
        choices = [(str(file["id"]), name) for file, name in zip(self.attached, names, strict=True)]
        return MultipleChoiceField(label="Files added so far: tick those to take away", choices=choices, required=False)

    def _uploads(self) -> FilesField:
        words = "Add files" if self.control.multiple else "Add a file"
        return FilesField(label=words, kinds=self.control.accept, multiple=self.control.multiple, required=False)


class ReadOnly(Entry):
    """Words to read: a statement, or what the portal knows by itself."""

    template = "agreements/entries/read_only.html"

    @property
    def shown(self) -> Shown:
        return shown(self.control, self.value, self.form.lookup)


COMPOSITE: Mapping[str, type[Entry]] = {
    "group": Group,
    "contact": Group,
    "rows": Rows,
    "per_row": PerRow,
    "file": Files,
}


def entry_for(form: "SectionForm", control: Control, path: str, value: Any, place: tuple[str, ...] = ()) -> Entry:
    kind = COMPOSITE.get(control.type, Leaf) if control.is_stored else ReadOnly
    return kind(form, control, path, value, place)
