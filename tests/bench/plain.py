"""The least that a signed-in page of 50 rows can cost: session, person, one indexed query, a plain table.

`plain/` is bare, `framed/` stands in the frame of every page: header, navigation, footer.
"""

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.template import Template, engines
from django.urls import path

import portal.urls
from agreements.models import Agreement

ROWS = """<h1>Agreements</h1><table>{% for agreement in agreements %}<tr><th scope="row">{{ agreement.service.name }}</th>
<td>{{ agreement.organisation.name }}</td><td>{{ agreement.establishment.name }}</td>
<td>{{ agreement.current_version.status }}</td><td>{{ agreement.started_at }}</td></tr>{% endfor %}</table>"""
PARTIES = ("organisation", "establishment", "service", "current_version")


@cache
def parsed(source: str) -> Template:
    return engines["django"].from_string(source)


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse(parsed(f"<!DOCTYPE html><title>Agreements</title>{ROWS}").render({"agreements": fifty()}))


def framed(request: HttpRequest) -> HttpResponse:
    source = f'{{% extends "base.html" %}}{{% block content %}}{ROWS}{{% endblock %}}'
    return HttpResponse(parsed(source).render({"agreements": fifty()}, request))


def fifty():
    return Agreement.objects.select_related(*PARTIES).order_by("-started_at")[:50]


urlpatterns = [path("plain/", plain), path("framed/", framed), *portal.urls.urlpatterns]
