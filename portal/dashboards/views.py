"""Dashboards of the estate, a prison and an organisation; the lists behind their figures; the monthly report."""

from dataclasses import replace
from functools import wraps

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from directory.standing import standing
from portal.dashboards import reports
from portal.dashboards.behind import LISTS
from portal.dashboards.keeping import sums_of
from portal.dashboards.panels import lines_of
from portal.dashboards.parts import LABELS, MAKERS, PARTS_OF
from portal.dashboards.scope import (
    ESTATE,
    MONTHS,
    Scope,
    choices,
    every_prison,
    find_own,
    months_in,
    own_dashboards,
)
from portal.foundation.paging import paged
from portal.foundation.spreadsheets import csv_file


@require_safe
def estate_dashboard(request: HttpRequest) -> HttpResponse:
    """The whole estate, for CJVSF. Whoever has another dashboard is led to it."""
    if standing(request.user).is_cjvsf:
        return dashboard(request, Scope(request.user, ESTATE))
    own = own_dashboards(request.user)
    if not own:
        raise Http404
    return redirect(own[0][1])


@require_safe
def party_dashboard(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """A prison, for its Head of Offender Outcomes and its coordinator, or an organisation, for its people. And for CJVSF."""
    party = find_own(kind, request.user, slug)
    if party is None:
        raise Http404
    return dashboard(request, Scope(request.user, kind, **{kind: party}))


def dashboard(request: HttpRequest, scope: Scope) -> HttpResponse:
    parts = PARTS_OF[scope.kind]
    part = request.GET.get("part") if request.GET.get("part") in parts else parts[0]
    scope = replace(scope, months=months_in(request.GET), prisons=every_prison())
    offered = choices(scope, part, request.GET)
    picked = {choice.name: choice.options[choice.picked] for choice in offered if choice.picked}
    scope = replace(scope, **picked)
    sums, counted_at = sums_of(part, scope)
    panels = MAKERS[part](scope, sums)
    if request.GET.get("format") == "csv":
        return csv_file(f"dashboard-{part}", ("Table", "Row", "Column", "Value"), lines_of(panels))
    context = {
        "scope": scope,
        "part": part,
        "parts": [(name, LABELS[name]) for name in parts],
        "months": MONTHS,
        "choices": offered,
        "panels": panels,
        "counted_at": counted_at,
        "others": own_dashboards(request.user),
    }
    return render(request, "dashboards/dashboard.html", context)


@require_safe
def list_behind(request: HttpRequest, what: str) -> HttpResponse:
    """The rows that a figure counts, or whose numbers it adds up."""
    if not own_dashboards(request.user):
        raise Http404
    behind = LISTS[what]
    narrowed = behind.narrowed(request.user, request.GET)
    page = paged(request, narrowed.qs)
    context = {"behind": behind, "filter": narrowed, "total": behind.total(narrowed.qs)}
    return render(request, "dashboards/list_behind.html", context | page | {"lines": map(behind.line, page["page"])})


def for_cjvsf(view):
    """For everybody else these pages don't exist."""

    @wraps(view)
    def wrapped(request: HttpRequest, **names) -> HttpResponse:
        if not standing(request.user).is_cjvsf:
            raise Http404
        return view(request, **names)

    return wrapped


@require_safe
@for_cjvsf
def report_list(request: HttpRequest) -> HttpResponse:
    """The monthly reports, newest first."""
    return render(request, "dashboards/report_list.html", paged(request, reports.every_report()))


@require_safe
@for_cjvsf
def report_download(request: HttpRequest, report_id: int) -> FileResponse:
    """The file, always as a download."""
    report = get_object_or_404(reports.every_report(), pk=report_id, printed_at__isnull=False)
    name = f"estate-{report.month:%Y-%m}.pdf"
    return FileResponse(report.file.open(), as_attachment=True, filename=name, content_type="application/pdf")
