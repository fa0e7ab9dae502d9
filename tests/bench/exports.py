"""CSV of 10,000 agreements against COPY of the same rows, in turns; 100,000 rows streamed with flat memory, read back equal.

Needs PostgreSQL. Run it with: pytest -s -m slow tests/bench/exports.py
"""

import csv
import io
import os
import statistics
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import RequestFactory

from agreements.models import Agreement
from portal.exports import views
from portal.exports.lists import AGREEMENTS
from tests.exports.reading import plain
from tests.reviews.estate import in_force
from tests.reviews.test_speed import START

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="COPY is PostgreSQL's"),
]
TURNS = 9
MOST_TIMES_COPY = 8
MOST_GROWTH = 50 * 1024 * 1024


def estate(size: int) -> list:
    """So many agreements in force, and a planner that knows of them."""
    versions = in_force([START] * size)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return versions


def reader_of(versions: list):
    return versions[0].agreement.started_by


def streamed(user) -> Iterator[bytes]:
    request = RequestFactory().get("/")
    request.user = user
    yield from views.list_export(request, "agreements", "csv").streaming_content


def copied(user) -> int:
    """The same columns and rows by COPY: statuses and moments as they are stored, nothing made safe."""
    found = AGREEMENTS.found_by(user, QueryDict()).rows.prefetch_related(None)
    sources = [source for column in AGREEMENTS.columns for source in column.sources]
    sql, values = found.values_list(*sources).query.sql_with_params()
    file = io.BytesIO()
    with connection.cursor() as cursor:
        told = cursor.cursor.mogrify(sql, values).decode()
        cursor.cursor.copy_expert(f"COPY ({told}) TO STDOUT WITH CSV HEADER", file)
    return file.getvalue().count(b"\n")


def seconds(work: Callable[[], int], expected: int) -> float:
    began = time.perf_counter()
    assert work() == expected
    return time.perf_counter() - began


def resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.fixture
def at_once(monkeypatch) -> None:
    monkeypatch.setattr(views, "LONG", 1_000_000)


def test_a_csv_of_ten_thousand_rows_takes_at_most_eight_times_copy(at_once):
    user = reader_of(estate(10_000))
    rows = Agreement.objects.count() + 1
    exports, copies = [], []
    for _ in range(TURNS):
        exports.append(seconds(lambda: sum(piece.count(b"\r\n") for piece in streamed(user)), rows))
        copies.append(seconds(lambda: copied(user), rows))
    export, copy = statistics.median(exports), statistics.median(copies)
    print(f"\nCSV {export * 1000:.0f} ms, COPY {copy * 1000:.0f} ms: {export / copy:.1f} times")
    assert export <= MOST_TIMES_COPY * copy


def test_a_hundred_thousand_rows_stream_with_flat_memory_and_read_back_equal(at_once, tmp_path):
    user = reader_of(estate(100_000))
    path = tmp_path / "agreements.csv"
    before, most = resident(), 0
    with path.open("wb") as file:
        for piece in streamed(user):
            file.write(piece)
            most = max(most, resident())
    print(f"\n{path.stat().st_size / 1e6:.0f} MB; memory grew by {(most - before) / 1e6:.0f} MB")
    assert most - before <= MOST_GROWTH
    names = [column.name for column in AGREEMENTS.columns]
    rows = AGREEMENTS.found_by(user, QueryDict())
    with path.open(encoding="utf-8-sig", newline="") as file:
        for told, row in zip(csv.DictReader(file), rows, strict=True):
            assert {name: plain(cell) for name, cell in told.items()} == {
                name: "" if value is None else str(value) for name, value in zip(names, row, strict=True)
            }
