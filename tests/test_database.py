"""The embedded default stands many writers at once, as PostgreSQL does."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection, transaction
from django.utils import timezone

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]
WRITERS = 8


def read_then_write(number: int) -> bool:
    try:
        with transaction.atomic():
            Session.objects.count()
            time.sleep(0.02)
            Session.objects.create(session_key=f"writer-{number}", expire_date=timezone.now())
    except OperationalError:
        return False
    finally:
        connection.close()
    return True


def write_at_once() -> list[bool]:
    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(read_then_write, range(WRITERS)))


def test_writers_at_once_wait_for_each_other():
    assert write_at_once() == [True] * WRITERS
    assert Session.objects.count() == WRITERS


def test_writers_at_once_are_turned_away_where_sqlite_locks_late(monkeypatch: pytest.MonkeyPatch):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL locks rows, so it has no such option")
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "transaction_mode", "DEFERRED")
    assert False in write_at_once()
