"""Moving a draft agreement to newer questions: first what would change, then the choice."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from agreements.models import QuestionSet
from agreements.operations.question_sets import move_to_newer_sets, newer_sets, words_after
from agreements.permissions import may_draft
from agreements.questions.progress import asked
from agreements.reading import Reading, read
from agreements.views.finding import find_version
from agreements.views.set_changes import changes_between
from portal.foundation.exceptions import NotReady, Overtaken


@require_http_methods(["GET", "HEAD", "POST"])
def newer_questions(request: HttpRequest, reference: str) -> HttpResponse:
    """What the newest questions change for this draft. POST moves it to those that were shown."""
    version = find_version(request, reference)
    reasons: tuple[str, ...] = ()
    if request.method == "POST":
        try:
            move_to_newer_sets(version, by=request.user, seen=request.POST.getlist("seen"))
        except NotReady as refused:
            reasons = refused.reasons
        except Overtaken as late:
            return render(request, "409.html", {"reasons": [late.message], "back_url": request.path}, status=409)
        else:
            messages.success(request, "The agreement has the newest questions now. No answer was lost.")
            return redirect("agreement_detail", reference)
    reading = read(version)
    newer = newer_sets(version)
    context = {"version": version, "agreement": version.agreement, "reasons": reasons, "newer": newer}
    context |= {"may_move": may_draft(request.user, version.agreement), **what_changes(reading, newer)}
    context["back_url"] = reverse("agreement_detail", args=[reference])
    return render(request, "agreements/newer_questions.html", context)


def what_changes(reading: Reading, newer: Mapping[str, QuestionSet]) -> dict[str, Any]:
    pinned = {row.kind: row for row in reading.version.sets}
    return {
        "changes": [changes_between(pinned[kind], row, reading.lookup) for kind, row in newer.items()],
        "no_longer_asked": no_longer_asked(reading, newer),
    }


def no_longer_asked(reading: Reading, newer: Mapping[str, QuestionSet]) -> list[dict[str, Any]]:
    """Answers that have a place now and would have none: their question is gone, or waits for another answer."""
    still = {question.id for words in words_after(reading.version, newer) for question in asked(words, reading.answers)}
    return [
        {"label": f"{question.id} {question.text}", "shown": reading.shown(question)}
        for question in reading.asked.values()
        if question.id in reading.answers and question.id not in still
    ]
