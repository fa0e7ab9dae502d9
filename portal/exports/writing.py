"""Rows as CSV, XLSX or JSON, written piece by piece."""

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import IO, Any

import xlsxwriter

from portal.exports.columns import Column, Kind
from portal.exports.lists import ExportedList
from portal.foundation import clock
from portal.foundation.spreadsheets import harmless

Rows = Iterable[list[Any]]
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
LABELS = {"csv": "CSV", "xlsx": "Excel (XLSX)", "json": "JSON"}
PIECE = 500
BETWEEN = "; "
# So that a spreadsheet program reads the file as UTF-8.
BYTE_ORDER_MARK = "\ufeff"


def as_cell(value: Any) -> Any:
    """A value as a cell of CSV has it."""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return harmless(BETWEEN.join(value)) if isinstance(value, tuple) else value


def csv_text(columns: tuple[Column, ...], rows: Rows, *, mark: str = BYTE_ORDER_MARK) -> Iterator[str]:
    rows = iter(rows)
    yield mark + _lines([[column.name for column in columns]])
    while piece := list(islice(rows, PIECE)):
        yield _lines([[as_cell(value) for value in row] for row in piece])


def _lines(rows: Rows) -> str:
    lines = io.StringIO()
    csv.writer(lines).writerows(rows)
    return lines.getvalue()


DICTIONARY = ("name", "type", "words")


def dictionary(columns: tuple[Column, ...]) -> list[dict[str, str]]:
    return [dict(zip(DICTIONARY, (column.name, str(column.kind), column.words), strict=True)) for column in columns]


def json_text(name: str, columns: tuple[Column, ...], rows: Rows) -> Iterator[str]:
    """An object of the list's name, the moment, the dictionary of its columns, and the rows."""
    as_json = partial(json.dumps, ensure_ascii=False, default=dt.date.isoformat)
    told = {"list": name, "made_at": clock.now().isoformat(), "columns": dictionary(columns)}
    yield as_json(told)[:-1] + ', "rows": ['
    names = [column.name for column in columns]
    rows, before = iter(rows), ""
    while piece := list(islice(rows, PIECE)):
        yield before + ",\n".join(as_json(dict(zip(names, row, strict=True))) for row in piece)
        before = ",\n"
    yield "]}\n"


def text_of(exported: ExportedList, ending: str, rows: Rows) -> Iterator[str]:
    if ending == "json":
        return json_text(exported.name, exported.columns, rows)
    return csv_text(exported.columns, rows)


def write(file: IO[bytes], exported: ExportedList, ending: str, rows: Rows) -> None:
    """Write the whole file. Each piece is gone from memory when the next one is written."""
    if ending == "xlsx":
        write_workbook(file, exported, rows)
    else:
        for piece in text_of(exported, ending, rows):
            file.write(piece.encode())


# Words stay words: nothing is taken for a formula, an address or a number.
WORKBOOK = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "d mmmm yyyy",
}


def write_workbook(file: IO[bytes], exported: ExportedList, rows: Rows) -> None:
    """Two sheets: the rows, and what the columns mean. A row is on the disk when the next one begins."""
    book = xlsxwriter.Workbook(file, WORKBOOK)
    book.set_properties({"title": exported.title, "created": clock.now().replace(tzinfo=None)})
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet(exported.title)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(exported.columns) - 1, 24)
    sheet.write_row(0, 0, [column.name for column in exported.columns], bold)
    writers = [_writer(sheet, column.kind) for column in exported.columns]
    for line, row in enumerate(rows, start=1):
        for place, (write_cell, value) in enumerate(zip(writers, row, strict=True)):
            if value not in (None, "", ()):
                write_cell(line, place, value)
    meanings = book.add_worksheet("What the columns mean")
    meanings.set_column(0, 2, 40)
    meanings.write_row(0, 0, list(DICTIONARY), bold)
    for line, told in enumerate(dictionary(exported.columns), start=1):
        meanings.write_row(line, 0, [told[name] for name in DICTIONARY])
    book.close()


def _writer(sheet: Any, kind: Kind) -> Callable[[int, int, Any], Any]:
    if kind == Kind.NUMBER:
        return sheet.write_number
    if kind == Kind.DATE:
        return sheet.write_datetime
    if kind == Kind.LIST:
        return lambda line, place, value: sheet.write_string(line, place, BETWEEN.join(value))
    return sheet.write_string
