"""A variation: what it changes in the version before it, and the whole text as it would be."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from agreements import documents
from agreements.models import Version
from agreements.questions.compare import AnswerChange, compare_answers
from agreements.reading import Reading, read
from agreements.views.finding import find_version
from portal.foundation import clock


@dataclass(frozen=True)
class ActionChange:
    """`kind` is added or removed: an action with other words, or another date, is another action."""

    kind: str
    words: str


@require_safe
def agreement_changes(request: HttpRequest, reference: str) -> HttpResponse:
    """The list of changes and the consolidated text of a version after the first."""
    version = find_version(request, reference)
    if version.number == 1:
        raise Http404
    before = find_version(request, reference, version.number - 1)
    old, new = read(before), read(version)
    document = version.documents.filter(overtaken_at=None).first()
    context = {
        "agreement": version.agreement,
        "version": version,
        "before": before,
        "changes": list(answer_changes(old, new)),
        "action_changes": list(action_changes(before, version)),
        # Safe, because it is our own template's, escaped when it was rendered.
        "words": mark_safe(document.html if document else documents.words(new)),
    }
    return render(request, "agreements/agreement_changes.html", context)


def answer_changes(old: Reading, new: Reading) -> Iterator[AnswerChange]:
    for definition in new.definitions:
        yield from compare_answers(old.answers, new.answers, definition, new.lookup)


def action_changes(before: Version, after: Version) -> Iterator[ActionChange]:
    """Actions that were settled meanwhile drop out without being a change."""
    old = [_words(action) for action in before.actions.unsettled()]
    new = [_words(action) for action in after.actions.all()]
    yield from (ActionChange("removed", words) for words in old if words not in new)
    known = [_words(action) for action in before.actions.all()]
    yield from (ActionChange("added", words) for words in new if words not in known)


def _words(action) -> str:
    return f"{action.what} ({action.get_owner_display()}: {action.post_title}, by {clock.say_day(action.due_on)})"
