"""The open data for everybody: a page, the files, and what is in them for a program."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.exports import writing
from portal.exports.columns import Kind
from portal.exports.models import OpenDataEdition
from portal.exports.open_data.making import ENDINGS, last_editions, newest
from portal.exports.open_data.tables import BY_NAME, TABLES, OpenTable

DAYS_SHOWN = 31
LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0 International",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
TYPES = {Kind.NUMBER: "integer", Kind.DATE: "date"}
# Any page may read it, and it is made once a day.
FOR_EVERYBODY = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=3600"}


@login_not_required
@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    """What there is, what it means, under which licence, and what has changed."""
    edition = newest()
    context = {
        "edition": edition,
        "tables": [(table, rows_of(table, edition)) for table in TABLES],
        "days": [(day.day, changes(day)) for day in last_editions(DAYS_SHOWN)],
        "licence": LICENCE,
    }
    return render(request, "exports/open_data.html", context)


def rows_of(table: OpenTable, edition: OpenDataEdition | None) -> int | None:
    """None where there is no file: a table that a release has added comes with the next edition."""
    return edition.tables[table.name]["rows"] if edition and table.name in edition.tables else None


def changes(edition: OpenDataEdition) -> list[tuple[OpenTable, dict[str, int | None] | None]]:
    return [(table, edition.tables.get(table.name)) for table in TABLES]


@login_not_required
@require_safe
def open_data_file(request: HttpRequest, table: str, ending: str) -> HttpResponseBase:
    edition = newest()
    if edition is None or table not in BY_NAME or table not in edition.tables or ending not in ENDINGS:
        raise Http404
    return FileResponse(
        default_storage.open(edition.path(table, ending)),
        as_attachment=True,
        filename=f"{table}-{edition.day}.{ending}",
        content_type=writing.TYPES[ending],
        headers=FOR_EVERYBODY,
    )


@login_not_required
@require_safe
def open_data_schema(request: HttpRequest) -> HttpResponse:
    """A Data Package: each file with its Table Schema."""
    edition = newest()
    package = {
        "name": "partnership-agreements",
        "title": "Partnership Agreements between third sector organisations and Scottish prisons",
        "created": edition.made_at.isoformat() if edition else None,
        "licenses": [LICENCE],
        "contributors": [{"title": settings.OPERATOR_NAME, "role": "publisher"}],
        "resources": [resource(table) for table in TABLES if edition is None or table.name in edition.tables],
    }
    return JsonResponse(package, headers=FOR_EVERYBODY, json_dumps_params={"ensure_ascii": False})


def resource(table: OpenTable) -> dict[str, Any]:
    fields = [
        {"name": column.name, "type": TYPES.get(column.kind, "string"), "description": column.words}
        for column in table.columns
    ]
    return {
        "name": table.name,
        "title": table.title,
        "description": table.words,
        "path": settings.SITE_URL + reverse("open_data_file", args=[table.name, "csv"]),
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": fields, "missingValues": [""]},
    }
