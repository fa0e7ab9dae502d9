"""Drafting together: one section a page, comments on a question, check your answers."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agreements.forms.comments import CommentForm
from agreements.forms.section import SectionForm
from agreements.models import Agreement, Attachment, Comment
from agreements.operations.answering import Saved
from agreements.operations.attaching import attach
from agreements.operations.drafting import add_comment, resolve_comment, save_answers
from agreements.permissions import may_draft
from agreements.questions.definition import Section
from agreements.reading import Reading, read
from agreements.turns import turn, unlocked
from agreements.views import sections
from agreements.views.finding import find_version
from directory.standing import people_at
from portal.foundation import typed
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User


@require_http_methods(["GET", "HEAD", "POST"])
def section_edit(request: HttpRequest, reference: str, section_id: str) -> HttpResponse:
    """One section: what is open to this person is a form, the rest is there to read."""
    version = find_version(request, reference)
    reading = read(version)
    section = reading.section(section_id)
    if section is None or section.home == "actions":
        raise Http404
    page = sections.SectionPage(request, reading, section)
    return page.answer(lambda form: save(form, reading, request))


@transaction.atomic
def save(form: SectionForm, reading: Reading, request: HttpRequest) -> Saved:
    form.store_uploads(lambda path, upload: attach(reading.version, path, upload, by=request.user))
    return save_answers(reading.version, form.answers(), replacing=form.bases(), by=request.user)


@require_safe
def agreement_check(request: HttpRequest, reference: str) -> HttpResponse:
    """Check your answers: every section as a reader sees it, with what is still missing."""
    version = find_version(request, reference)
    reading = read(version)
    gaps = {gap.question.id: gap.sentences for gap in reading.gaps(stages=(0, 1, 2, 3, 4, 5))}
    open_now = unlocked(reading, request.user, turn(version).asked)
    parts = [
        (
            section,
            [
                (question, reading.shown(question), gaps.get(question.id), reading.files(question))
                for question in reading.asked_in(section)
            ],
        )
        for section in reading.sections
        if section.home != "actions"
    ]
    context = {"version": version, "agreement": version.agreement, "parts": parts, "open_now": open_now}
    return render(request, "agreements/agreement_check.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def comment_add(request: HttpRequest, reference: str, question_id: str) -> HttpResponse:
    """The discussion of one question, and a new comment."""
    version = find_version(request, reference)
    reading = read(version)
    if question_id not in reading.asked:
        raise Http404
    people = people_of(version.agreement).exclude(pk=request.user.pk)
    form = CommentForm(request.POST or typed.take_back(request), people=people)
    if request.method == "POST" and form.is_valid():
        text, mentions = form.cleaned_data["text"], list(form.cleaned_data.get("mentions", []))
        add_comment(version, question_id=question_id, text=text, mentions=mentions, by=request.user)
        messages.success(request, "Your comment has been added.")
        return redirect("comment_add", reference, question_id)
    return render(request, "agreements/comment_add.html", discussion(request, reading, question_id, form))


def people_of(agreement: Agreement) -> QuerySet[User]:
    """The people of both parties today."""
    at_partner = people_at(organisation_id=agreement.organisation_id)
    return (at_partner | people_at(establishment_id=agreement.establishment_id)).distinct()


def discussion(request: HttpRequest, reading: Reading, question_id: str, form: CommentForm) -> dict[str, Any]:
    """What the page of a discussion shows. Who may not join it has no form."""
    version = reading.version
    question = reading.asked[question_id]
    return {
        "version": version,
        "agreement": version.agreement,
        "question": question,
        "section": section_of(reading, question_id),
        "shown": reading.shown(question),
        "comments": version.comments.filter(question_id=question_id).select_related("by", "resolved_by"),
        "form": form if may_draft(request.user, version.agreement) else None,
        "typed_by": typed.token(request.user, request.path),
    }


def section_of(reading: Reading, question_id: str) -> Section:
    return next(part for part in reading.sections if any(question.id == question_id for question in part.questions))


@require_POST
def comment_resolve(request: HttpRequest, reference: str, comment_id: int) -> HttpResponse:
    version = find_version(request, reference)
    comment = get_object_or_404(Comment, version=version, pk=comment_id)
    try:
        resolve_comment(comment, by=request.user)
        messages.success(request, "The comment is marked as resolved.")
    except NotReady as reasons:
        messages.info(request, " ".join(reasons.reasons))
    return redirect("comment_add", reference, comment.question_id)


@require_safe
def attachment_download(request: HttpRequest, reference: str, attachment_id: str) -> HttpResponse:
    """A file of an answer: always a download, never shown in the browser."""
    version = find_version(request, reference)
    attachment = get_object_or_404(Attachment, version__agreement=version.agreement, pk=attachment_id)
    response = FileResponse(attachment.file.open(), as_attachment=True, filename=attachment.name)
    response["Content-Type"] = "application/octet-stream"
    response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return response
