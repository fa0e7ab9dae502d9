"""The monthly report of the estate: the same pictures and tables as on the pages, and a page for each prison."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from django.conf import settings
from django.db.models import QuerySet
from django.template.loader import render_to_string

from portal.dashboards import on_agreements, on_delivery, on_needs, on_time, on_upkeep
from portal.dashboards.counting import count
from portal.dashboards.models import EstateReport
from portal.dashboards.panels import Panel, Row
from portal.dashboards.parts import LABELS, MAKERS
from portal.dashboards.scope import ESTATE, PRISON, Scope, every_prison
from portal.foundation import clock, pdf

OF_THE_ESTATE = ("agreements", "delivery", "needs", "upkeep")


def ask_for_report() -> tuple[EstateReport, bool]:
    """Last month's, and whether it is new. Of two who ask at once, the database lets one."""
    return EstateReport.objects.get_or_create(month=clock.add_months(clock.today().replace(day=1), -1))


def make(report: EstateReport) -> bytes:
    """The words are kept when they are first written: printed again, the same report says the same."""
    if not report.html:
        report.html = page(report)
        report.words_sha256 = hashlib.sha256(report.html.encode()).hexdigest()
        EstateReport.objects.filter(pk=report.pk).update(html=report.html, words_sha256=report.words_sha256)
    return pdf.from_html(report.html)


def page(report: EstateReport) -> str:
    scope = Scope(kind=ESTATE, prisons=every_prison(), last_day=clock.last_of(report.month))
    context = {
        "report": report,
        "scope": scope,
        "counted_on": clock.today(),
        "parts": [(LABELS[part], MAKERS[part](scope, count(part, scope))) for part in OF_THE_ESTATE],
        "prisons": [(prison, of_prison(scope, prison)) for prison in scope.prisons if prison.takes_new_agreements],
        "operator": settings.OPERATOR_NAME,
    }
    return render_to_string("pdf/estate_report.html", context)


def of_prison(scope: Scope, prison) -> list[Panel]:
    here = replace(scope, kind=PRISON, prison=prison)
    return list(_panels_of_prison(here))


def _panels_of_prison(here: Scope) -> Iterator[Panel]:
    sums = count("agreements", here) | count("delivery", here) | count("upkeep", here)
    yield on_agreements.by_status(here, sums)
    yield from on_time.panels(here, sums)
    yield on_delivery.reviews(here, sums)
    yield on_upkeep.actions(here, sums)
    reached, gaps = on_needs.panels(here, {})[1:]
    yield by_need(reached)
    yield gaps


def by_need(panel: Panel) -> Panel:
    """The one row of a prison, too wide for paper, with each of its columns as a row."""
    cells = zip(panel.headings[1:], panel.rows[0].cells, strict=True)
    rows = [Row(need, [cell]) for need, cell in cells if cell.number]
    words = f"{panel.said} Needs for which nobody was reached are left out."
    return Panel("People reached by need", words, ("Need", "People"), rows)


def every_report() -> QuerySet[EstateReport]:
    return EstateReport.objects.defer("html", "data")
