"""A draft's sections, the parts of its questions, and the choices that people have, each edited on a page of its own."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from agreements.forms.question_pieces import ChoicesForm, PartWords, SectionWords
from agreements.models import QuestionSet
from agreements.operations import question_sets as operations
from agreements.questions import editing
from agreements.views.managing import find_draft, for_cjvsf, given, place, section_place, typed_by


@require_http_methods(["GET", "HEAD", "POST"])
@for_cjvsf
def set_section_edit(request: HttpRequest, kind: str, section_id: str) -> HttpResponse:
    draft = find_draft(kind)
    section = next((each for each in draft.definition["sections"] if each["id"] == section_id), None)
    if section is None:
        raise Http404
    form = SectionWords(given(request), draft=draft.definition, section=section)
    if request.method == "POST" and form.is_valid():
        change = {"section_id": section_id, **form.change()}
        operations.edit_draft(draft, editing.reword_section, by=request.user, seen=form.cleaned_data["seen"], **change)
        messages.success(request, f"Section {section_id} has been changed in the draft.")
        return redirect(section_place(kind, section_id))
    context = {"set": draft, "heading": f"Edit section {section_id}", "form": form, "typed_by": typed_by(request)}
    return render(request, "agreements/question_piece_edit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_cjvsf
def part_edit(request: HttpRequest, kind: str, path: str) -> HttpResponse:
    draft = find_draft(kind)
    part = find_control(draft, path)
    if "." not in path:
        raise Http404
    form = PartWords(given(request), draft=draft.definition, part=part)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        operations.edit_draft(draft, editing.reword_part, by=request.user, seen=seen, path=path, **form.change())
        messages.success(request, f"{path} has been changed in the draft.")
        return redirect(place(kind, path.split(".")[0]))
    context = {"set": draft, "heading": f"Edit part {path}", "form": form, "typed_by": typed_by(request)}
    return render(request, "agreements/question_piece_edit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_cjvsf
def choices_edit(request: HttpRequest, kind: str, path: str) -> HttpResponse:
    """The words and the order of the choices; for a question that the portal doesn't read itself, also which there are."""
    draft = find_draft(kind)
    control = find_control(draft, path)
    if not control.get("options"):
        raise Http404
    stays = operations.is_read_by_the_portal(kind, path.split(".")[0])
    form = ChoicesForm(given(request), draft=draft.definition, path=path, control=control, stays=stays)
    if request.method == "POST" and form.is_valid():
        change = {"path": path, "choices": form.choices()}
        operations.edit_draft(draft, editing.change_choices, by=request.user, seen=form.cleaned_data["seen"], **change)
        messages.success(request, f"The choices of {path} have been changed in the draft.")
        return redirect(place(kind, path.split(".")[0]))
    context = {"set": draft, "path": path, "control": control, "form": form, "typed_by": typed_by(request)}
    return render(request, "agreements/choices_edit.html", context)


def find_control(draft: QuestionSet, path: str) -> dict[str, Any]:
    try:
        return editing.control_at(draft.definition, path)
    except KeyError:
        raise Http404 from None
