"""The table of every address, person, method and object: played against the portal, and read from or written to a file.

A cell is a status, or where a redirect leads, such as >account_login.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.http.cookie import SimpleCookie
from django.test import Client
from django.urls import Resolver404, resolve

from tests.doors.addresses import Address
from tests.doors.world import MISSING, OTHERS, OWN, PERSONAS, World

FILE = Path(__file__).parent / "matrix.csv"
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
OBJECTS = (OWN, OTHERS, MISSING)

TOKENS = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')

Cell = tuple[str, str, str, str]  # name of the address, method, object, persona
Table = dict[Cell, str]


@dataclass
class Knock:
    """One request of one person, undone afterwards."""

    world: World
    client: Client

    def at(self, address: Address, method: str, whose: str, persona: str) -> HttpResponse:
        path = address.path(whose, self.world.story(persona, whose), persona)
        return self.at_path(path, method, persona)

    def at_path(self, path: str, method: str, persona: str) -> HttpResponse:
        self.client.cookies = SimpleCookie()
        if persona in self.world.cookies:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.world.cookies[persona]
        with transaction.atomic():
            response = self.client.generic(method, path)
            response.body = b"".join(response.streaming_content) if response.streaming else response.content
            transaction.set_rollback(True)
        return response


def knock(world: World) -> Knock:
    return Knock(world, Client(raise_request_exception=False))


def said(response: HttpResponse) -> str:
    """The status, or where a redirect leads."""
    if response.status_code not in (301, 302, 303, 307, 308):
        return str(response.status_code)
    try:
        return ">" + (resolve(urlsplit(response["Location"]).path).url_name or "")
    except Resolver404:
        return ">" + response["Location"]


@dataclass(frozen=True)
class Answer:
    """What a knock got: the cell of the table, the body without what differs each time, and whose words stand in it."""

    said: str
    body: str
    canaries: frozenset[str]


def played(
    world: World, addresses: Iterable[Address], *, personas: Iterable[str] = PERSONAS, methods: Iterable[str] = METHODS
) -> dict[Cell, Answer]:
    door, secrets = knock(world), world.canaries
    return {
        (address.name, method, whose, persona): answer(door.at(address, method, whose, persona), secrets)
        for address in addresses
        for method in methods
        for whose in address.objects
        for persona in personas
    }


def answer(response: HttpResponse, secrets: Iterable[str]) -> Answer:
    body = response.body.decode(errors="replace")
    told = body + str(response.headers)
    return Answer(said(response), TOKENS.sub("", body), frozenset(word for word in secrets if word in told))


def table_of(answers: dict[Cell, Answer]) -> Table:
    return {cell: given.said for cell, given in answers.items()}


def read() -> Table:
    """The committed table, with every group of equal rows opened again."""
    table: Table = {}
    with FILE.open(newline="") as file:
        for row in csv.DictReader(file):
            for method in row["methods"].split():
                for whose in row["objects"].split():
                    for persona in PERSONAS:
                        table[row["address"], method, whose, persona] = row[persona]
    return table


def write(table: Table) -> None:
    FILE.write_text(as_csv(table))


def as_csv(table: Table) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["address", "methods", "objects", *PERSONAS])
    for name in dict.fromkeys(cell[0] for cell in table):
        for methods, objects, row in grouped(table, name):
            rows.writerow([name, " ".join(methods), " ".join(objects), *row])
    return text.getvalue()


def grouped(table: Table, name: str) -> Iterator[tuple[list[str], list[str], tuple[str, ...]]]:
    """Methods that answer alike in one row, and in it the objects that are answered alike."""
    objects = [whose for whose in OBJECTS if (name, "GET", whose, PERSONAS[0]) in table]
    alike: dict[tuple, list[str]] = {}
    for method in METHODS:
        grid = tuple(tuple(table[name, method, whose, one] for one in PERSONAS) for whose in objects)
        alike.setdefault(grid, []).append(method)
    for grid, methods in alike.items():
        rows: dict[tuple[str, ...], list[str]] = {}
        for whose, row in zip(objects, grid, strict=True):
            rows.setdefault(row, []).append(whose)
        for row, same in rows.items():
            yield methods, same, row
