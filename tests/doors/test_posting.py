"""What a post may do: nothing without our token, nothing to a field that its form doesn't have, and it leads home."""

from collections import Counter
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.http.cookie import SimpleCookie
from django.test import Client
from django.urls import reverse

from portal.foundation.models import User
from portal.home.reminding.forms import FrequencyForm
from tests import factories
from tests.doors import matrix
from tests.doors.addresses import Address, every_address
from tests.doors.world import OWN, World

pytestmark = pytest.mark.django_db

# Cross-site requests


def post_all(world: World, persona: str, data: dict[str, str], **headers: str) -> dict[str, int]:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    answers = {}
    for address in every_address():
        client.cookies = SimpleCookie({settings.CSRF_COOKIE_NAME: "a" * 32})
        client.cookies[settings.SESSION_COOKIE_NAME] = world.cookies[persona]
        path = address.path(OWN, world.story(persona, OWN), persona)
        with transaction.atomic():
            answers[address.name] = client.post(path, data, headers=headers).status_code
            transaction.set_rollback(True)
    return answers


# The open addresses say of every post what they say of one with our token.
TAKE_NO_POST = (
    *("api_document", "api_list", "api_item", "api_missing"),
    *("hsds_about", "hsds_list", "hsds_item"),
)
FORGED = {
    "without a token": ({}, {}),
    "with a token of another": ({"csrfmiddlewaretoken": "b" * 32}, {}),
    "from another site": ({"csrfmiddlewaretoken": "a" * 32}, {"origin": "https://evil.example"}),
}


@pytest.mark.parametrize("forgery", FORGED)
def test_no_address_takes_a_post(world, forgery):
    data, headers = FORGED[forgery]
    answers = post_all(world, "HOO", data, **headers)
    assert {name: status for name, status in answers.items() if status != 403} == dict.fromkeys(TAKE_NO_POST, 405)


def test_twin_with_the_right_token_posts_are_taken(world):
    answers = post_all(world, "HOO", {"csrfmiddlewaretoken": "a" * 32})
    assert sum(status != 403 for status in answers.values()) > 30


# Open redirects

HOSTS = ("evil.example", "127.0.0.1@evil.example", "testserver.evil.example")
SHAPES = (
    "https://{}", "http://{}", "//{}", "///{}", "////{}", "/\\{}", "\\\\{}", "\\/{}", "https:{}", "https:/{}",
    "https:\\\\{}", "HTTPS://{}", " https://{}", "\thttps://{}", "\n//{}", "/\t/{}", "/\n/{}", "ht\ntps://{}",
    "\x00//{}", "ftp://{}", "//%2f{}", "https://testserver@{}", "https://testserver\\@{}", "//{}/%2e%2e",
)  # fmt: skip
PAYLOADS = [shape.format(host) for host in HOSTS for shape in SHAPES] + [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "vbscript:x",
]


def leads_home(location: str) -> bool:
    """As a browser reads it: control characters are dropped, and a backslash is a slash."""
    read = "".join(letter for letter in location if ord(letter) > 31).strip().replace("\\", "/")
    parts = urlsplit(read)
    return parts.scheme in ("", "http", "https") and parts.netloc in ("", "testserver") and not read.startswith("//")


def test_there_are_many_payloads():
    assert len(PAYLOADS) >= 60


def test_after_signing_in_one_is_led_to_this_site_only():
    who, astray = factories.user(), []
    for payload in PAYLOADS:
        client = Client()
        data = {"login": who.email, "password": factories.PASSWORD, "next": payload}
        answer = client.post(reverse("account_login"), data)
        assert answer.status_code == 302
        astray += [] if leads_home(answer.headers["Location"]) else [payload]
    assert astray == []


@pytest.mark.parametrize("page", ["account_login", "account_logout", "account_reauthenticate", "mfa_reauthenticate"])
def test_no_page_of_the_account_leads_elsewhere(page):
    client = Client()
    client.force_login(factories.user())
    answers = [client.get(reverse(page), {"next": payload}) for payload in PAYLOADS]
    assert [got.headers["Location"] for got in answers if not leads_home(got.headers.get("Location", "/"))] == []


@pytest.mark.parametrize("payload", ["https://evil.example", "//evil.example", "/\\evil.example", "\t//evil.example"])
def test_twin_leading_astray_is_noticed(payload):
    assert not leads_home(payload)


# Fields that a form doesn't have


class Forms(HTMLParser):
    """What a browser would post with each form of a page: names and values, untouched."""

    def __init__(self, page: str):
        super().__init__()
        self.forms: list[tuple[dict[str, str], Counter]] = []
        self.fields: list[tuple[str, str]] = []
        self.posted: list[list[tuple[str, str]]] = []
        self.select = self.text = ""
        self.is_inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list) -> None:
        found = dict(attributes)
        name = found.get("name") or ""
        if tag == "form":
            self.is_inside, self.fields = found.get("method") == "post" and not found.get("action"), []
        elif tag == "input" and name and (found.get("type") not in ("checkbox", "radio") or "checked" in found):
            self.fields.append((name, found.get("value") or ""))
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in found:
            self.fields.append((self.select, found.get("value") or ""))
        elif tag == "textarea":
            self.fields.append((name, "Some words"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.is_inside:
            self.posted.append([(name, value or "Words") for name, value in self.fields])


def every_field() -> dict[str, str]:
    """Every field name of every model, with a value that would matter."""
    found: dict[str, str] = {}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            found |= {field.name: value_for(field), field.attname: value_for(field)}
    return found


def value_for(field: models.Field) -> str:
    if isinstance(field, models.BooleanField):
        return "on"
    if field.choices:
        return str(field.flatchoices[-1][0])
    return "2020-01-01" if isinstance(field, models.DateField) else "1"


def rows() -> dict[str, dict[Any, dict[str, Any]]]:
    return {
        model._meta.label: {row["pk"]: row for row in model._base_manager.values("pk", *fields_of(model))}
        for model in apps.get_models()
        if model._meta.label not in ("sessions.Session", "usersessions.UserSession")
    }


def fields_of(model: type[models.Model]) -> list[str]:
    """Columns that say the same each time: no moments, no keys of new rows, no random letters, no fingerprints."""
    return [
        field.attname
        for field in model._meta.concrete_fields
        if not isinstance(field, models.DateTimeField | models.UUIDField) and not field.primary_key
    ]


CHANGES_EACH_TIME = {
    "context",
    "dedupe_key",
    "digest",
    "password",
    "previous",
    "reference",
    "secret",
    "sha256",
    "words_sha256",
}


def difference(before: dict, after: dict) -> Counter:
    """What a post wrote: for each table and column the values, whatever the keys of the new rows."""
    found: Counter = Counter()
    for label, table in after.items():
        for pk, row in table.items():
            if (old := before[label].get(pk)) != row:
                told = {k: v for k, v in row.items() if (old or {}).get(k, ...) != v and steady(k)}
                found[label, "new" if old is None else pk, str(sorted(told.items()))] += 1
        for pk in before[label].keys() - table.keys():
            found[label, pk, "gone"] += 1
    return found


def steady(column: str) -> bool:
    return column not in CHANGES_EACH_TIME and column != "pk" and not column.endswith("_id")


def written_by(client: Client, path: str, fields: list[tuple[str, str]], before: dict) -> Counter:
    data: dict[str, list[str]] = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    with transaction.atomic():
        client.post(path, data)
        found = difference(before, rows())
        transaction.set_rollback(True)
    return found


def forms_of(world: World, address: Address) -> tuple[str, str, list[list[tuple[str, str]]]]:
    """Who may open this address, its path, and what each of its forms would post."""
    door, table = matrix.knock(world), matrix.read()
    for persona in ("contributor", "administrator", "HOO", "CJVSF"):
        path = address.path(OWN, world.story(persona, OWN), persona)
        if table[address.name, "POST", OWN, persona] in ("404", "403", "405"):
            continue
        if table[address.name, "GET", OWN, persona] == "405":
            return persona, path, [[]]
        if posted := Forms(door.at_path(path, "GET", persona).body.decode(errors="replace")).posted:
            return persona, path, posted
    return "", "", []


ACCOUNT = ("account_logout", "mfa_", "account_reauthenticate")


def written_with_and_without(world: World, addresses: list[Address]) -> tuple[dict[str, tuple], int]:
    """Addresses at which the names of all columns made a difference, and how many posts wrote anything."""
    client, extra, before, wrote = Client(raise_request_exception=False), every_field(), rows(), 0
    differences = {}
    for address in addresses:
        persona, path, forms = forms_of(world, address)
        for fields in forms:
            more = [(name, value) for name, value in extra.items() if name not in dict(fields)]
            results = []
            for data in (fields, fields + more):
                client.cookies = SimpleCookie({settings.SESSION_COOKIE_NAME: world.cookies[persona]})
                results.append(written_by(client, path, data, before))
            wrote += bool(results[0])
            if results[0] != results[1]:
                differences[address.name] = (results[0] - results[1], results[1] - results[0])
    return differences, wrote


@pytest.mark.thorough
def test_no_form_writes_what_is_not_one_of_its_fields(world):
    """Each form is posted as it stands, and again with the names of all columns of all tables: the same is written."""
    addresses = [address for address in every_address() if not address.name.startswith(ACCOUNT)]
    differences, wrote = written_with_and_without(world, addresses)
    assert differences == {}
    assert wrote >= 10


def test_twin_a_view_that_sets_whatever_is_posted_is_caught(world, monkeypatch):
    def set_everything(frequency: str, *, by: User) -> None:
        by.is_staff = "is_staff" in posted[-1]
        by.save()

    posted: list[dict] = []
    choose = FrequencyForm.is_valid
    monkeypatch.setattr(FrequencyForm, "is_valid", lambda form: posted.append(form.data) or choose(form))
    monkeypatch.setattr("directory.operations.mail.choose_frequency", set_everything)
    addresses = [address for address in every_address() if address.name == "mail_preference"]
    differences, _ = written_with_and_without(world, addresses)
    assert set(differences) == {"mail_preference"}
