"""Reads exports as other programs do, and says what the portal put in them."""

import csv
import io
import json
import re

import openpyxl
from django.http.response import HttpResponseBase

ESCAPED = re.compile("'+[=+\\-@\t\r\n＝＋－＠]")


def body(response: HttpResponseBase) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def plain(cell: str) -> str:
    """What the dictionary says: one apostrophe less where apostrophes stand before such a character."""
    return cell[1:] if ESCAPED.match(cell) else cell


def csv_rows(data: bytes) -> list[dict[str, str]]:
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    return [{name: plain(cell) for name, cell in row.items()} for row in csv.DictReader(text)]


def json_rows(data: bytes) -> list[dict]:
    return json.loads(data)["rows"]


def sheet(data: bytes, number: int = 0) -> list[tuple]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [tuple(unescaped(cell.value) for cell in row) for row in book.worksheets[number].iter_rows()]


def unescaped(value: object) -> object:
    """What XML can't hold is escaped in a workbook. Spreadsheet programs read it back, openpyxl doesn't."""
    if not isinstance(value, str):
        return value
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), value)


def xlsx_rows(data: bytes) -> list[dict]:
    names, *rows = sheet(data)
    return [dict(zip(names, row, strict=True)) for row in rows]


READERS = {"csv": csv_rows, "json": json_rows, "xlsx": xlsx_rows}
