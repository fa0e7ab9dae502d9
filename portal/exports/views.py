"""A list as a file: at once where it is short, by the worker where it is long."""

from tempfile import TemporaryFile

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.exports import operations, writing
from portal.exports.lists import LISTS, ExportedList
from portal.exports.models import Export, rights_of
from portal.foundation import clock
from portal.foundation.exceptions import NotReady

LONG = 5000
MOST_SHOWN = 50


def find_list(name: str) -> ExportedList:
    if name not in LISTS:
        raise Http404
    return LISTS[name]


@require_http_methods(["GET", "HEAD", "POST"])
def list_export(request: HttpRequest, name: str, ending: str) -> HttpResponseBase:
    """The rows that the page of this list shows under the same filter. POST leaves a long list to the worker."""
    exported = find_list(name)
    if ending not in writing.TYPES:
        raise Http404
    # Who may see this list is asked here: before the worker is left with what it would refuse.
    found = exported.found_by(request.user, request.GET)
    if request.method == "POST":
        return ask(request, exported, ending)
    if found.number(LONG + 1) > LONG:
        return ask_page(request, exported, ending)
    return as_file(exported, ending, found)


def ask(request: HttpRequest, exported: ExportedList, ending: str) -> HttpResponse:
    try:
        export = operations.ask_for_export(exported, ending=ending, query=request.GET.urlencode(), by=request.user)
    except NotReady as not_ready:
        return ask_page(request, exported, ending, not_ready.reasons)
    return redirect(export)


def ask_page(request: HttpRequest, exported: ExportedList, ending: str, reasons: tuple[str, ...] = ()) -> HttpResponse:
    context = {
        "exported": exported,
        "label": writing.LABELS[ending],
        "most": LONG,
        "reasons": reasons,
        "back_url": f"{reverse(exported.page)}?{request.GET.urlencode()}",
    }
    return render(request, "exports/export_ask.html", context, status=409 if reasons else 200)


def as_file(exported: ExportedList, ending: str, rows: writing.Rows) -> HttpResponseBase:
    """Text goes out as it is read from the database. A workbook can't be begun before it is finished."""
    name = f"{exported.name}-{clock.today().isoformat()}.{ending}"
    if ending == "xlsx":
        file = TemporaryFile()  # noqa: SIM115, the response closes it
        writing.write(file, exported, ending, rows)
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=name, content_type=writing.TYPES[ending])
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    text = writing.text_of(exported, ending, rows)
    return StreamingHttpResponse(text, content_type=writing.TYPES[ending], headers=disposition)


@require_safe
def list_dictionary(request: HttpRequest, name: str) -> HttpResponse:
    """What the columns of a list mean."""
    return render(request, "exports/list_dictionary.html", {"exported": find_list(name)})


@require_safe
def export_list(request: HttpRequest) -> HttpResponse:
    """The files that this person has asked for, newest first."""
    exports = [described(export) for export in Export.objects.visible_to(request.user)[:MOST_SHOWN]]
    return render(request, "exports/export_list.html", {"exports": exports})


def find_export(request: HttpRequest, reference: str) -> Export:
    return get_object_or_404(Export.objects.visible_to(request.user), reference=reference)


def described(export: Export) -> dict:
    exported = LISTS[export.name]
    address = f"{reverse(exported.page)}?{export.query}"
    return {"export": export, "title": exported.title, "label": writing.LABELS[export.ending], "list_url": address}


@require_safe
def export_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """How far a file is."""
    return render(request, "exports/export_detail.html", described(find_export(request, reference)))


@require_POST
def export_cancel(request: HttpRequest, reference: str) -> HttpResponse:
    try:
        operations.cancel_export(find_export(request, reference), by=request.user)
        messages.success(request, "The file is cancelled.")
    except NotReady as not_ready:
        messages.error(request, " ".join(not_ready.reasons))
    return redirect("export_detail", reference)


@require_safe
def export_download(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The file, for the person who asked for it, while they may still see every row in it."""
    export = find_export(request, reference)
    if export.state != "ready":
        raise Http404
    if not export.is_covered_by(rights_of(request.user)):
        messages.error(request, "You may see fewer rows than when this file was made. Ask for it again.")
        return redirect(export)
    return FileResponse(
        export.file.open(),
        as_attachment=True,
        filename=export.file_name,
        content_type=writing.TYPES[export.ending],
    )
