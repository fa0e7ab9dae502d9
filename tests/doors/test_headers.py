"""What every answer says to the browser: pages, files, errors and redirects."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.doors import matrix
from tests.doors.addresses import every_address
from tests.doors.world import OWN
from tests.tiers import few_of

pytestmark = pytest.mark.django_db

EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def faults(response) -> list[str]:
    """What is wrong with the headers of an answer."""
    found = [name for name, value in EXPECTED.items() if response.headers.get(name) != value]
    policy = response.headers.get("Content-Security-Policy", "")
    found += [part for part in ("default-src 'none'", "frame-ancestors 'none'") if part not in policy]
    found += [word for word in ("unsafe-inline", "unsafe-eval", "*") if word in policy]
    found += [] if "geolocation=()" in response.headers.get("Permissions-Policy", "") else ["Permissions-Policy"]
    return found


@pytest.fixture(scope="module")
def door(world) -> matrix.Knock:
    return matrix.knock(world)


@pytest.mark.parametrize("persona", few_of(["nobody signed in", "HOO", "CJVSF"], ["nobody signed in"]))
def test_every_address_answers_with_every_header(door, persona):
    answers = {address.name: door.at(address, "GET", OWN, persona) for address in every_address()}
    assert {name: faults(answer) for name, answer in answers.items() if faults(answer)} == {}


def test_no_page_of_a_signed_in_person_is_kept(door):
    """What is for the programs of everybody says so, and holds nobody's page."""
    answers = {address.name: door.at(address, "GET", OWN, "HOO") for address in every_address()}
    answers = {name: got for name, got in answers.items() if got.headers.get("Access-Control-Allow-Origin") != "*"}
    assert {name for name, got in answers.items() if "no-store" not in got.headers.get("Cache-Control", "")} == set()


def refused(client: Client) -> dict[int, object]:
    """One answer of each kind of error."""
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    return {
        400: client.get("/", headers={"host": "evil.example"}),
        403: strict.post(reverse("verify")),
        404: client.get("/no-such-page/"),
        405: client.post("/"),
    }


@pytest.mark.parametrize("status", [400, 403, 404, 405])
def test_every_error_answers_with_every_header(status, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    answer = refused(Client())[status]
    assert answer.status_code == status
    assert faults(answer) == []


def test_a_fault_of_the_portal_answers_with_every_header(monkeypatch):
    def broken(*_):
        raise ValueError("secret of the code")

    monkeypatch.setattr("portal.home.views.connection.cursor", broken)
    answer = Client(raise_request_exception=False).get(reverse("ready"))
    assert answer.status_code == 500
    assert faults(answer) == []
    assert "secret of the code" not in answer.content.decode()


def test_static_files_answer_with_every_header(tmp_path, monkeypatch):
    (tmp_path / "file.css").write_text("a { color: red }")
    monkeypatch.setattr(settings, "STATIC_ROOT", str(tmp_path))
    answer = Client().get("/static/file.css")
    assert answer.status_code == 200
    assert faults(answer) == []


def test_over_https_browsers_are_told_to_stay_there(settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    answer = Client().get("/", secure=True)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize("name", ["Permissions-Policy", "X-Frame-Options", "Content-Security-Policy"])
def test_twin_a_missing_header_is_found(client, name):
    answer = client.get("/")
    del answer.headers[name]
    assert faults(answer) != []
