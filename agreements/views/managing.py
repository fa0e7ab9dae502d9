"""What the pages of question sets share: who they are for, what they find, what comes too late."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from agreements.models import Kind, QuestionSet
from agreements.operations import question_sets as operations
from agreements.questions.types import ACTIONS
from directory.standing import standing
from portal.foundation import typed
from portal.foundation.exceptions import Overtaken

KEPT = "We kept what you were typing when your session ended. It isn’t saved yet."
TYPED_FIELDS = {
    "text": "words",
    "help": "help",
    "options": "choices",
    "title": "title",
    "intro": "introduction",
    "added": "new choices",
    "label": "words",
    "hint": "hint",
}

Page = Callable[..., HttpResponse]


def for_cjvsf(page: Page) -> Page:
    """For everybody else these pages don't exist. A change that comes too late is told, with what was typed."""

    @wraps(page)
    def managed(request: HttpRequest, **names: str) -> HttpResponse:
        if not standing(request.user).is_cjvsf or names.get("kind", Kind.AGREEMENT) not in Kind.values:
            raise Http404
        try:
            return page(request, **names)
        except Overtaken as late:
            reasons = [late.message, *what_was_typed(request)]
            context = {"reasons": reasons, "back_url": reverse("question_set_detail", args=[names["kind"]])}
            return render(request, "409.html", context, status=409)

    return managed


def what_was_typed(request: HttpRequest) -> list[str]:
    """Also of each choice: its fields are named by its value, such as weekly.label."""
    said = [(TYPED_FIELDS.get(name.rpartition(".")[2]), text) for name, text in request.POST.items() if text]
    return [f"Your {words}: {text}" for words, text in said if words]


def find_draft(kind: str) -> QuestionSet:
    if draft := operations.open_draft(kind):
        return draft
    raise Overtaken("There is no draft of this set now. It may have been published or discarded.")


def find_section(draft: QuestionSet, section_id: str) -> dict[str, Any]:
    """A section to which questions can be added: the list of actions has its columns, and no others."""
    for section in draft.definition["sections"]:
        if section["id"] == section_id and section.get("home") != ACTIONS:
            return section
    raise Http404


def find_question(draft: QuestionSet, question_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The section that a question stands in, and the question."""
    for section in draft.definition["sections"]:
        for question in section["questions"]:
            if question["id"] == question_id:
                return section, question
    raise Http404


def questions_of(row: QuestionSet) -> list[dict[str, Any]]:
    return [question for section in row.definition["sections"] for question in section["questions"]]


def given(request: HttpRequest) -> Any:
    """What was posted, or what was typed when the session ended."""
    if request.method == "POST":
        return request.POST
    kept = typed.take_back(request)
    if kept:
        messages.info(request, KEPT)
    return kept


def typed_by(request: HttpRequest) -> str:
    return typed.token(request.user, request.path)


def seen(request: HttpRequest) -> str:
    return request.POST.get("seen", "")


def place(kind: str, question_id: str) -> str:
    return f"{reverse('question_set_detail', args=[kind])}#question-{question_id}"


def section_place(kind: str, section_id: str) -> str:
    return f"{reverse('question_set_detail', args=[kind])}#section-{section_id}"
