"""A web server of its own process, as in production, and people who speak HTTP to it without a browser."""

import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.test import Client
from lxml import html

from portal.foundation.models import User
from script.services import answers, free_port, running
from tests.journeys.surroundings import ROOT, database_url


@contextmanager
def web(folder: Path, *, broker: str, application: str = "portal.wsgi", **own: str) -> Iterator[str]:
    """gunicorn, with the configuration that production has, and what it finds in its environment. Where it answers."""
    port = free_port()
    environment = os.environ | {
        "DEBUG": "yes",
        "DEMO": "no",
        "DATA_DIR": str(folder),
        "DOCUMENTS_DIR": str(settings.MEDIA_ROOT),
        "DATABASE_URL": database_url(),
        "BROKER_URL": broker,
        "SITE_URL": f"http://127.0.0.1:{port}",
        "LOG_LEVEL": "ERROR",
        **own,
    }
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"]
    options = {"cwd": ROOT, "env": environment}
    with running(command, folder / "web.log", signal.SIGTERM, lambda: answers(port), **options):
        yield f"http://127.0.0.1:{port}"


class Visitor:
    """Somebody who has signed in, and remembers the pages that they have opened."""

    def __init__(self, user: User, site: str):
        client = Client()
        client.force_login(user)
        self.place = urlsplit(site).netloc
        self.cookies = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
        self.seconds = 0.0
        self.told: Mapping[str, str] = {}

    def form(self, path: str) -> dict[str, str]:
        """What a browser would post from this page's own form."""
        status, page = self.ask("GET", path)
        assert status == 200, page
        return form_of(page)

    def post(self, path: str, data: Mapping[str, str], **headers: str) -> tuple[int, str]:
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{self.place}"}
        return self.ask(
            "POST", path, urlencode(data), kind | {name.replace("_", "-"): v for name, v in headers.items()}
        )

    def ask(self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None):
        """The status and the page; raises an OSError or HTTPException when the server dies meanwhile."""
        connection = http.client.HTTPConnection(self.place, timeout=60)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        began = time.monotonic()
        connection.request(method, path, body, {"Cookie": cookies, **(headers or {})})
        answer = connection.getresponse()
        page = answer.read().decode()
        self.seconds, self.told = time.monotonic() - began, answer.headers
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        return answer.status, page


def form_of(page: str) -> dict[str, str]:
    """What a browser would post from the last form of a page."""
    form = html.document_fromstring(page).xpath("//main//form")[-1]
    return {name: value for name, value in form.form_values() if value is not None}


@contextmanager
def silence() -> Iterator[int]:
    """A port that takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        yield listener.getsockname()[1]
