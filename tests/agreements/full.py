"""An agreement with something in every answer, each with its own mark and text that tries to break out of the page."""

from typing import Any

from agreements import documents
from agreements.models import Action, Answer, Approval, Document, Signature, Version
from agreements.questions.definition import Control, Definition
from agreements.questions.values import options, prune
from agreements.reading import options_for, read
from portal.foundation import clock
from portal.foundation.models import User
from tests import factories

HOSTILE = "<script>alert('x')</script></td></table> {{ words }} {% now %} & \"’ \\ ☐ Łódź 中 😀 https://example.org/a"
PARTICULAR = {"S1-02": ["inside", "community"], "S3-27": "yes", "ISA-04": {"prison": "part-3", "partner": "uk-gdpr"}}
CHOSEN = {"status": "secured", "needed": "yes", "category": "special", "direction": "both"}


def value(control: Control, lookup: dict, mark: str) -> Any:
    """A valid value for any control; text bears the mark and is hostile."""
    text = f"{mark} {HOSTILE}"
    makers = {
        "short_text": lambda: text[: control.max_length or 200],
        "long_text": lambda: f"{text}\n\nA second paragraph of {mark}.",
        "yes_no": lambda: "yes",
        "choice": lambda: CHOSEN.get(control.id) or options(control, lookup)[0].value,
        "choices": lambda: [option.value for option in options(control, lookup)],
        "terms": lambda: [option.value for option in options(control, lookup)],
        "number": lambda: max(control.min or 0, 1),
        "money": lambda: "12000.50",
        "date": lambda: "2027-03-01",
        "time": lambda: "09:30",
        "contact": lambda: {"post": f"{mark} post", "name": HOSTILE, "email": "role@example.org"},
        "group": lambda: {part.id: value(part, lookup, f"{mark}.{part.id}") for part in control.parts},
        "rows": lambda: [_row(control, lookup, f"{mark}.{number}") for number in (1, 2, 3)],
        "per_row": lambda: [{"for": f"{mark} source {HOSTILE}"} | _row(control, lookup, mark)],
        "file": lambda: [{"id": "0", "name": f"{mark} {HOSTILE}.pdf", "size": 12345, "sha256": "0" * 64}],
    }
    return prune(control, makers[control.type]()) if control.type in makers else None


def _row(control: Control, lookup: dict, mark: str) -> dict[str, Any]:
    return {part.id: value(part, lookup, f"{mark}.{part.id}") for part in control.parts}


def version() -> Version:
    """Being drafted, with every question of all three sets answered."""
    cast = factories.Cast()
    found = cast.start()
    lookup = options_for(found.agreement.establishment)
    definitions: list[Definition] = [row.words for row in found.sets]
    questions = [question for definition in definitions for question in definition.questions.values()]
    values = {one.id: PARTICULAR.get(one.id) or value(one, lookup, one.id) for one in questions}
    Answer.objects.bulk_create(
        Answer(version=found, question_id=question_id, value=given, by=cast.contributor)
        for question_id, given in values.items()
        if given is not None
    )
    for number in (1, 2):
        _action(found, f"Action {number} {HOSTILE}", cast.contributor)
    found.agreement.organisation.name = f"Charity {HOSTILE}"[:120]
    found.agreement.organisation.charity_number = "SC012345"
    found.agreement.organisation.save()
    return factories.fresh(found)


def _action(found: Version, what: str, by) -> None:
    Action.objects.create(
        version=found, what=what[:250], owner="both", post_title="Coordinator", due_on=clock.today(), by=by
    )


def document(found: Version, **evidence: Any) -> Document:
    """The words of that version, frozen, approved and signed by both sides; the prison's signatory is a deputy."""
    cast = factories.Cast()
    frozen = documents.freeze(found, by=cast.hoo)
    Approval.objects.create(
        version=found, post=cast.hoo_post, by=cast.hoo, as_deputy=True, words_sha256=frozen.sha256, at=clock.now()
    )
    _signature(frozen, "partner", cast.signatory, **evidence)
    _signature(frozen, "prison", cast.hoo, as_deputy=True)
    return frozen


def _signature(frozen: Document, side: str, who: User, **fields: Any) -> None:
    post = who.holdings.get().post
    Signature.objects.create(
        document=frozen,
        side=side,
        post=post,
        by=who,
        name=f"{who.name} <b>",
        email=who.email,
        post_title=post.title,
        party_name=post.party_name,
        words_sha256=frozen.sha256,
        at=clock.now(),
        **{**vars(factories.evidence()), "browser": f"Browser {HOSTILE}"},
        **fields,
    )


def words_of(found: Version) -> str:
    return documents.words(read(found))
