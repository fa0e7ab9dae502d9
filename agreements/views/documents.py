"""An agreement's words, data, PDFs and forms, to read and to take away."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST, require_safe

from agreements import blanks, documents, flows
from agreements.models import DRAFTED, LIVE, Kind, Printing, Version
from agreements.reading import Reading, read
from agreements.templatetags.consent import title_after
from agreements.views.finding import find_version
from agreements.word import copy
from portal.foundation.paging import paged

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EDITIONS = {"standard": "Standard print", "large-print": "Large print", "icons": "With pictures", "text": "Plain text"}


@require_safe
def agreement_words(request: HttpRequest, reference: str) -> HttpResponse:
    """The words of any version: those that were frozen, or as they stand now; and what was said about them."""
    version = find_version(request, reference)
    document = version.documents.filter(overtaken_at=None).first()
    html = document.html if document else documents.words(read(version))
    context = {
        "agreement": version.agreement,
        "version": version,
        "versions": Version.objects.visible_to(request.user).filter(agreement=version.agreement).order_by("number"),
        "document": document,
        "is_signed": document is not None and version.status not in DRAFTED,
        # Safe, because it is our own template's, escaped when it was rendered.
        "words": mark_safe(html),
        "sha256": documents.sha256(html),
        "comments": version.comments.select_related("by", "resolved_by"),
    }
    return render(request, "agreements/words.html", context)


@require_safe
def agreement_copy_in_word(request: HttpRequest, reference: str) -> HttpResponse:
    """The signed words as a Word file for reading. It says itself that the sealed PDF is the record."""
    version = find_version(request, reference)
    document = version.documents.filter(overtaken_at=None).first()
    if document is None or version.status in DRAFTED:
        raise Http404
    made = copy.made(document.html, title=str(version), code=document.code)
    response = HttpResponse(made, content_type=DOCX)
    response["Content-Disposition"] = f'attachment; filename="{reference}-version-{version.number}-copy.docx"'
    return response


@require_safe
def agreement_data(request: HttpRequest, reference: str) -> HttpResponse:
    """Everything that is recorded of a version, as JSON."""
    version = find_version(request, reference)
    told = documents.data(read(version)) | {
        "comments": [_comment(comment) for comment in version.comments.select_related("by", "resolved_by")],
        "history": [_change(change) for change in version.changes.select_related("by")],
    }
    response = HttpResponse(documents.as_bytes(told), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{reference}-version-{version.number}.json"'
    return response


def _comment(comment) -> dict[str, Any]:
    return {
        "question": comment.question_id,
        "text": comment.text,
        "by": comment.by.name,
        "at": comment.at.isoformat(),
        "resolved_by": comment.resolved_by.name if comment.resolved_by else None,
        "resolved_at": comment.resolved_at.isoformat() if comment.resolved_at else None,
    }


def _change(change) -> dict[str, Any]:
    return {
        "step": change.step,
        "from": change.from_status,
        "to": change.to_status,
        "by": change.by.name if change.by else None,
        "at": change.at.isoformat(),
        "reason": change.reason,
        "note": change.note,
    }


@require_POST
def pdf_ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for an unsealed copy of the words as they stand. The worker prints it; the page says where it is."""
    documents.ask_for_draft_pdf(find_version(request, reference))
    return redirect(reverse("agreement_detail", args=[reference]) + "#pdf")


def find_printing(request: HttpRequest, reference: str, printing_id: int) -> Printing:
    """A PDF of a version that this person may see, or 404."""
    visible = Version.objects.visible_to(request.user).filter(agreement__reference=reference)
    printings = Printing.objects.filter(version__in=visible).select_related("version__agreement").defer("html", "data")
    return get_object_or_404(printings, pk=printing_id)


@require_safe
def pdf_state(request: HttpRequest, reference: str, printing_id: int) -> HttpResponse:
    """Where a PDF is: waiting, printing, ready or given up. A page that can be loaded again, or JSON."""
    printing = find_printing(request, reference, printing_id)
    if request.accepts("text/html"):
        context = {"printing": printing, "agreement": printing.version.agreement}
        return render(request, "agreements/pdf_state.html", context)
    url = reverse("pdf_download", args=[reference, printing.pk]) if printing.printed_at else ""
    return JsonResponse({"state": printing.state, "label": printing.get_kind_display(), "url": url})


@require_safe
def pdf_download(request: HttpRequest, reference: str, printing_id: int) -> FileResponse:
    """The file, always as a download."""
    printing = find_printing(request, reference, printing_id)
    if not printing.printed_at:
        raise Http404
    name = f"partnership-agreement-{reference}-version-{printing.version.number}-{printing.kind}.pdf"
    return FileResponse(printing.file.open(), as_attachment=True, filename=name, content_type="application/pdf")


@require_safe
def data_flow(request: HttpRequest, reference: str) -> HttpResponse:
    """Who sends what to whom under this agreement, and every other one here that this person may see."""
    version = find_version(request, reference)
    visible = Version.objects.visible_to(request.user).with_parties().order_by("agreement_id")
    here = visible.filter(agreement__establishment=version.agreement.establishment_id, status__in=LIVE)
    others = paged(request, here.exclude(agreement=version.agreement_id))
    context = {
        "agreement": version.agreement,
        "version": version,
        "flow": flows.flow(read(version)),
        "others": flows.flows_of(others["page"].object_list),
        **others,
    }
    return render(request, "agreements/data_flow.html", context)


@require_safe
def consent_form(request: HttpRequest, reference: str, edition: str) -> HttpResponse:
    """The form for people who take part, blank, to print or to read aloud. Never a completed one."""
    if edition not in EDITIONS:
        raise Http404
    version = find_version(request, reference)
    context = {"edition": edition, "editions": EDITIONS, "icons": edition == "icons"} | consent_words(read(version))
    if edition != "text":
        return render(request, "agreements/consent_form.html", context)
    name = f"consent-form-{reference}-version-{version.number}.txt"
    return text_download(render_to_string("pdf/consent_form.txt", context), name)


def consent_words(reading: Reading) -> dict[str, Any]:
    """What the templates of the form ask for. `consent` is empty where no information is shared."""
    version = reading.version
    sections = [section for found in reading.definitions if found.kind == Kind.CONSENT for section in found.sections]
    basis = reading.asked.get("S3-29")
    return {
        "agreement": version.agreement,
        "version": version,
        "set": version.consent_set,
        "title": title_after(basis, reading.shown(basis)) if basis else "Consent form",
        "consent": [
            {"section": section, "questions": [(asked, reading.shown(asked)) for asked in reading.asked_in(section)]}
            for section in sections
        ],
    }


@login_not_required
@require_safe
def blank_list(request: HttpRequest) -> HttpResponse:
    """Blank forms for anyone."""
    forms: dict[str, list[blanks.Blank]] = {}
    for blank in blanks.all_blanks():
        forms.setdefault(blank.words.get_kind_display(), []).append(blank)
    return render(request, "agreements/blank_list.html", {"forms": forms})


@login_not_required
@require_safe
def blank_download(request: HttpRequest, kind: str, edition: str) -> HttpResponse | FileResponse:
    """One blank form. The worker prints it: until then the page says so, and browsers try again."""
    blank = blanks.newest(kind, edition)
    if blank is None:
        raise Http404
    if edition == blanks.TEXT:
        return text_download(blanks.text(blank.words), blank.file_name)
    if not blank.is_ready:
        waiting = render(request, "agreements/blank_waiting.html", {"blank": blank}, status=503)
        waiting["Retry-After"] = "10"
        return waiting
    return FileResponse(default_storage.open(blank.path), as_attachment=True, filename=blank.file_name)


def text_download(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
