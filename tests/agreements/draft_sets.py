"""What the tests of question sets share: drafts, edits of them, and the pages as CJVSF opens and posts them."""

from django.urls import reverse

from agreements.models import Kind, QuestionSet
from agreements.operations import question_sets as operations
from agreements.questions import editing
from agreements.questions.definition import fingerprint
from tests import markup

PAGES = [
    ("question_set_detail", ()),
    ("question_edit", ("S1-01",)),
    ("set_section_edit", ("S1",)),
    ("part_edit", ("S1-04.outcome",)),
    ("choices_edit", ("S1-02",)),
    ("question_add", ("S1",)),
    ("question_retire", ("S1-09",)),
    ("question_set_preview", ()),
    ("question_set_compare", ()),
    ("question_set_publish", ()),
    ("question_set_discard", ()),
]
# What a new question needs besides its type.
NEW = {"text": "Anything else?", "help": "In short.", "side": "both", "due": "outline", "required": "on"}


class Pages:
    def __init__(self, client):
        self.client = client

    def url(self, name: str, *args: str, kind: str = "agreement") -> str:
        return reverse(name, args=[kind, *args])

    def get(self, name: str, *args: str, kind: str = "agreement", **query):
        return self.client.get(self.url(name, *args, kind=kind), query)

    def post(self, name: str, *args: str, kind: str = "agreement", **data):
        return self.client.post(self.url(name, *args, kind=kind), data)

    def form(self, name: str, *args: str, kind: str = "agreement") -> dict:
        """What a browser would post from this page if nothing were changed."""
        form = self.get(name, *args, kind=kind).context["form"]
        values = {field.html_name: field.value() for field in form}
        return {name: value for name, value in values.items() if value not in (None, False)}


def text_of(response) -> str:
    """What a reader sees, on one line."""
    return " ".join(" ".join(markup.html.document_fromstring(response.content.decode()).itertext()).split())


def draft(cast, kind: str = Kind.AGREEMENT) -> QuestionSet:
    return operations.begin_draft(kind, by=cast.cjvsf)


def seen(row: QuestionSet) -> str:
    row.refresh_from_db()
    return fingerprint(row.definition)


def edit(row: QuestionSet, change, by, **words) -> None:
    operations.edit_draft(row, change, by=by, seen=seen(row), **words)
    row.refresh_from_db()


def reword(row: QuestionSet, question_id: str, by, **words) -> None:
    """Only these words of the question; without any, its text."""
    questions = (question for section in row.definition["sections"] for question in section["questions"])
    as_it_is = next(question for question in questions if question["id"] == question_id)
    kept = {key: as_it_is.get(key) for key in ("text", "help", "required", "asked_when")}
    edit(row, editing.reword, by, question_id=question_id, **kept | (words or {"text": "Other words"}))


def retire(row: QuestionSet, question_id: str, by) -> None:
    edit(row, editing.retire, by, question_id=question_id)


def add(row: QuestionSet, section_id: str, by, **keys) -> None:
    question_id = editing.next_id(row.definition, section_id)
    question = {"id": question_id, "text": "A new question", "type": "short_text", "side": "partner", "due": "outline"}
    edit(row, editing.add, by, section_id=section_id, after=None, question=question | {"status": "inferred"} | keys)


def published(kind: str, by, change) -> QuestionSet:
    """A newer set: a draft, changed by `change(draft)`, and published."""
    row = operations.begin_draft(kind, by=by)
    change(row)
    return operations.publish(row, by=by)
