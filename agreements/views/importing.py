"""Filling in a draft from a Word file: read it, look at each answer, take what you want; nothing in it is lost."""

import dataclasses
import hashlib
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from agreements import blanks
from agreements.assurance import Offer
from agreements.forms.importing import TakeForm, WordForm
from agreements.models import Version, WordImport
from agreements.operations import importing
from agreements.permissions import may_draft
from agreements.questions.shown import shown
from agreements.reading import Reading, options_for, read
from agreements.turns import turn, unlocked
from agreements.views.finding import find_version
from agreements.word import placing
from portal.foundation import uploads
from portal.foundation.exceptions import NotReady

LEFT_OUT = "The newer questions of this draft leave it out"


@require_http_methods(["GET", "HEAD", "POST"])
def word_import(request: HttpRequest, reference: str) -> HttpResponse:
    """POST reads a file and keeps what is in it. GET shows that beside what the draft says."""
    version = find_version(request, reference)
    if not may_draft(request.user, version.agreement):
        raise PermissionDenied
    form = WordForm(request.POST, request.FILES) if request.method == "POST" else WordForm()
    if request.method == "POST" and form.is_valid():
        keep(request, version, form)
        return redirect("word_import", reference)
    return show(request, version, form)


def keep(request: HttpRequest, version: Version, form: WordForm) -> None:
    reading = read(version)
    open_now = unlocked(reading, request.user, turn(version).asked)
    placed = placing.place(form.filled, reading, open_now, blanks.printed_lines(version))
    name = uploads.clean_name(form.cleaned_data["file"].name)
    sha256 = hashlib.sha256(form.content).hexdigest()
    left = [dataclasses.asdict(row) for row in placed.left]
    try:
        importing.keep_import(version, name=name, sha256=sha256, answers=placed.values, left=left, by=request.user)
    except NotReady as refused:
        messages.error(request, " ".join(refused.reasons))


def show(request: HttpRequest, version: Version, form: WordForm, take_form: TakeForm | None = None) -> HttpResponse:
    kept = version.word_imports.filter(by=request.user).first()
    found = offers_of(kept) if kept else []
    context = {
        "version": version,
        "agreement": version.agreement,
        "form": form,
        "kept": kept,
        "offers": found,
        "no_longer_asked": no_longer_asked(kept) if kept else [],
        "take_form": take_form or TakeForm(offers=found),
    }
    return render(request, "agreements/word_import.html", context)


def no_longer_asked(kept: WordImport) -> list[dict[str, Any]]:
    found = importing.no_longer_asked(kept)
    lookup = options_for(kept.version.agreement.establishment) if found else {}
    return [
        {"place": question.id, "shown": shown(question, value, lookup), "why": LEFT_OUT} for question, value in found
    ]


def offers_of(kept: WordImport) -> list[Offer]:
    return list(_offers(kept, read(kept.version)))


def _offers(kept: WordImport, reading: Reading) -> Iterator[Offer]:
    """Each answer in the file that the draft asks for, and doesn't give yet."""
    questions = {key: question for row in kept.version.sets for key, question in row.words.questions.items()}
    for question_id, value in kept.answers.items():
        if question_id not in questions:
            continue
        question, stored = questions[question_id], reading.rows.get(question_id)
        current = stored.value if stored else None
        if current != value:
            yield Offer(
                question=question,
                value=value,
                base=str(stored.pk) if stored else "",
                before=shown(question, current, reading.lookup),
                after=shown(question, value, reading.lookup),
                is_new=current is None,
            )


def find_import(request: HttpRequest, reference: str) -> WordImport:
    kept = find_version(request, reference).word_imports.filter(by=request.user).first()
    if kept is None:
        raise Http404
    kept.version = Version.objects.visible_to(request.user).with_parties().get(pk=kept.version_id)
    return kept


@require_POST
def word_take(request: HttpRequest, reference: str) -> HttpResponse:
    """Save the answers that were ticked. What somebody else has changed meanwhile is shown again."""
    kept = find_import(request, reference)
    form = TakeForm(request.POST, offers=offers_of(kept))
    if not form.is_valid():
        return show(request, kept.version, WordForm(), form)
    chosen = form.cleaned_data["questions"]
    bases = {name: request.POST.get(f"base_{name}", "") for name in chosen}
    try:
        saved = importing.take_import(kept, questions=chosen, replacing=bases, by=request.user)
    except PermissionDenied:
        messages.error(request, "Some of these questions aren’t open to you any more, so nothing was taken.")
        return redirect("word_import", reference)
    if saved.conflicts:
        ids = ", ".join(conflict.question_id for conflict in saved.conflicts)
        messages.error(request, f"Somebody has changed {ids} meanwhile, so it stays. Look at it again.")
    if saved.written:
        messages.success(request, f"Taken from the file: {', '.join(saved.written)}.")
    return redirect("word_import", reference)


@require_POST
def word_settle(request: HttpRequest, reference: str) -> HttpResponse:
    importing.settle_import(find_import(request, reference), by=request.user)
    messages.success(request, "The file is dealt with. You can read another one.")
    return redirect("agreement_detail", reference)
