"""Question sets, edited by CJVSF without code: a draft, a preview, a comparison, and then published words."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agreements.forms.asked_when import Conditions, walk
from agreements.forms.question_sets import DUE_WORDS, SIDE_WORDS, TYPE_WORDS, AddForm, RewordForm
from agreements.forms.section import SectionForm
from agreements.models import Kind, QuestionSet, Side
from agreements.operations import question_sets as operations
from agreements.questions import editing
from agreements.questions.definition import fingerprint
from agreements.questions.types import ACTIONS, STATUSES
from agreements.reading import options_for
from agreements.views.managing import (
    find_draft,
    find_question,
    find_section,
    for_cjvsf,
    given,
    place,
    questions_of,
    seen,
    typed_by,
)
from agreements.views.set_changes import changes_between
from portal.foundation.exceptions import NotReady


@require_safe
@for_cjvsf
def question_set_list(request: HttpRequest) -> HttpResponse:
    """The five kinds: what is published, what is being drafted, how well the questions are documented."""
    sets = []
    for kind in Kind:
        published = operations.published_set(kind)
        counts = Counter(question["status"] for question in questions_of(published))
        documentation = [(status, counts[status]) for status in STATUSES]
        sets.append(
            {"kind": kind, "set": published, "draft": operations.open_draft(kind), "documentation": documentation}
        )
    return render(request, "agreements/question_set_list.html", {"sets": sets, "statuses": STATUSES})


@require_http_methods(["GET", "HEAD", "POST"])
@for_cjvsf
def question_set_detail(request: HttpRequest, kind: str) -> HttpResponse:
    """The draft's questions (or the published ones) by section. POST begins a draft."""
    if request.method == "POST":
        begun = operations.begin_draft(kind, by=request.user)
        messages.success(
            request, f"Version {begun.version} is open as a draft. Nothing changes for others until you publish it."
        )
        return redirect("question_set_detail", kind)
    draft = operations.open_draft(kind)
    row = draft or operations.published_set(kind)
    context = {
        "set": row,
        "draft": draft,
        "published": operations.published_set(kind),
        "sections": sections_of(row),
        "faults": operations.draft_faults(row.definition) if draft else [],
        "seen": fingerprint(row.definition),
    }
    return render(request, "agreements/question_set_detail.html", context)


def sections_of(row: QuestionSet) -> list[dict[str, Any]]:
    conditions = Conditions(row.definition, options_for(None))
    return [
        {
            "section": section,
            "can_grow": section.get("home") != ACTIONS,
            "questions": [
                {
                    "question": question,
                    "type": TYPE_WORDS[question["type"]],
                    "side": SIDE_WORDS[question["side"]],
                    "due": DUE_WORDS[question["due"]],
                    "asked_when": conditions.in_words(question.get("asked_when")),
                    "stays": operations.is_read_by_the_portal(row.kind, question["id"]),
                    "controls": controls_of(question),
                }
                for question in section["questions"]
            ],
        }
        for section in row.definition["sections"]
    ]


def controls_of(question: dict[str, Any]) -> list[dict[str, Any]]:
    """The question and its parts: the words of a part and the choices of each have pages of their own."""
    return [
        {
            "path": path,
            "part": control if "." in path else None,
            "type": TYPE_WORDS[control["type"]],
            "choices": [option["label"] for option in control.get("options") or ()],
        }
        for path, control, _ in walk(question)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@for_cjvsf
def question_edit(request: HttpRequest, kind: str, question_id: str) -> HttpResponse:
    draft = find_draft(kind)
    section, question = find_question(draft, question_id)
    form = RewordForm(
        given(request),
        draft=draft.definition,
        section_id=section["id"],
        question=question,
        lookup=options_for(None),
    )
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        operations.edit_draft(
            draft, editing.reword, by=request.user, seen=seen, question_id=question_id, **form.change()
        )
        messages.success(request, f"{question_id} has been changed in the draft.")
        return redirect(place(kind, question_id))
    context = {"set": draft, "section": section, "question": question, "form": form, "typed_by": typed_by(request)}
    return render(request, "agreements/question_edit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_cjvsf
def question_add(request: HttpRequest, kind: str, section_id: str) -> HttpResponse:
    draft = find_draft(kind)
    section = find_section(draft, section_id)
    vocabularies = [key.removeprefix("vocabulary:") for key in options_for(None) if key.startswith("vocabulary:")]
    form = AddForm(given(request), draft=draft.definition, section=section, vocabularies=vocabularies)
    if request.method == "POST" and form.is_valid():
        question_id = editing.next_id(draft.definition, section_id)
        change = {"section_id": section_id, "question": form.question(question_id)}
        after, seen = form.cleaned_data["after"] or None, form.cleaned_data["seen"]
        operations.edit_draft(draft, editing.add, by=request.user, seen=seen, after=after, **change)
        messages.success(request, f"{question_id} has been added to the draft.")
        return redirect(place(kind, question_id))
    context = {"set": draft, "section": section, "form": form, "typed_by": typed_by(request)}
    return render(request, "agreements/question_add.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_cjvsf
def question_retire(request: HttpRequest, kind: str, question_id: str) -> HttpResponse:
    """Asks first: an id that has been retired never comes back."""
    draft = find_draft(kind)
    section, question = find_question(draft, question_id)
    if operations.is_read_by_the_portal(kind, question_id):
        raise Http404
    if request.method == "POST":
        operations.edit_draft(draft, editing.retire, by=request.user, seen=seen(request), question_id=question_id)
        messages.success(request, f"{question_id} has been retired in the draft.")
        return redirect("question_set_detail", kind)
    context = {"set": draft, "section": section, "question": question, "seen": fingerprint(draft.definition)}
    return render(request, "agreements/question_retire.html", context)


@require_POST
@for_cjvsf
def question_move(request: HttpRequest, kind: str, question_id: str) -> HttpResponse:
    draft = find_draft(kind)
    find_question(draft, question_id)
    direction = "up" if request.POST.get("direction") == "up" else "down"
    change = {"question_id": question_id, "direction": direction}
    operations.edit_draft(draft, editing.move, by=request.user, seen=seen(request), **change)
    return redirect(place(kind, question_id))


@require_http_methods(["GET", "HEAD", "POST"])
@for_cjvsf
def question_set_preview(request: HttpRequest, kind: str) -> HttpResponse:
    """One section as one side will meet it. The controls work, also those that add rows (by POST); nothing is saved."""
    row = operations.open_draft(kind) or operations.published_set(kind)
    faults = operations.draft_faults(row.definition)
    context: dict[str, Any] = {"set": row, "faults": faults}
    if not faults:
        sections = row.words.sections
        section = next((each for each in sections if each.id == request.GET.get("section")), sections[0])
        side = Side.PRISON if request.GET.get("side") == Side.PRISON else Side.PARTNER
        own = [question for question in section.questions if question.side in (side, "both")]
        form = SectionForm(own, {}, options_for(None), data=request.POST or None)
        context |= {
            "section": section,
            "sections": sections,
            "side": side,
            "sides": Side,
            "form": form.with_row_command() if form.is_bound else form,
            "others": [question for question in section.questions if question not in own],
        }
    return render(request, "agreements/question_set_preview.html", context)


@require_safe
@for_cjvsf
def question_set_compare(request: HttpRequest, kind: str) -> HttpResponse:
    return render(request, "agreements/question_set_compare.html", comparison(find_draft(kind)))


@require_http_methods(["GET", "HEAD", "POST"])
@for_cjvsf
def question_set_publish(request: HttpRequest, kind: str) -> HttpResponse:
    """What changes, or every fault that stands in the way. POST publishes what was seen."""
    draft = find_draft(kind)
    if request.method == "POST":
        try:
            published = operations.publish(draft, by=request.user, seen=seen(request))
        except NotReady as refused:
            return render(
                request, "agreements/question_set_publish.html", {"set": draft, "faults": refused.reasons}, status=422
            )
        messages.success(request, f"Version {published.version} is published. New agreements begin under it.")
        return redirect("question_set_detail", kind)
    return render(request, "agreements/question_set_publish.html", comparison(draft))


@require_http_methods(["GET", "HEAD", "POST"])
@for_cjvsf
def question_set_discard(request: HttpRequest, kind: str) -> HttpResponse:
    draft = find_draft(kind)
    if request.method == "POST":
        operations.discard_draft(draft, by=request.user, seen=seen(request))
        messages.success(request, f"The draft of version {draft.version} is gone. The published words stay.")
        return redirect("question_set_detail", kind)
    return render(request, "agreements/question_set_discard.html", comparison(draft))


def comparison(draft: QuestionSet) -> dict[str, Any]:
    """The draft beside the published words: what changes, or why that can't be told yet."""
    context = {"set": draft, "seen": fingerprint(draft.definition), "faults": operations.draft_faults(draft.definition)}
    if not context["faults"]:
        context["changes"] = changes_between(operations.published_set(draft.kind), draft, options_for(None))
    return context
