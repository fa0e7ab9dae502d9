"""What every test stands on: Debian's browser, and a database that a second process can open."""

import os
import shutil

import pytest

# Playwright keeps a loop running in the thread of the test, where Django would refuse its database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = shutil.which("chromium")
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if CHROMIUM or not needs_a_browser(item):
        return
    if os.environ.get("CI") == "true":
        pytest.fail("There is no Chromium here, and CI never skips a browser test.")
    pytest.skip("there is no Chromium here: apt-get install chromium")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not CHROMIUM and os.environ.get("CI") != "true":
        terminalreporter.write_line("Browser tests were skipped: there is no Chromium here (apt-get install chromium).")


def needs_a_browser(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("journey")) or "browser" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    without_sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": QUIET + without_sandbox}


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> None:
    """On SQLite a file, not the memory of one process: the worker of a journey opens it too."""
    from django.conf import settings
    from django.db import connection

    if connection.vendor == "sqlite":
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        connection.settings_dict["TEST"]["NAME"] = str(settings.DATA_DIR / f"test-{os.getpid()}.sqlite3")
        connection.ops.execute_sql_flush = flush_past_the_guards
    request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")


def flush_past_the_guards(statements: list[str]) -> None:
    """SQLite empties a table with DELETE, which the guards of the facts refuse. PostgreSQL truncates."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        guards = cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        removals = [f'DROP TRIGGER "{name}"' for name, _ in guards]
        for statement in [*removals, *statements, *(create for _, create in guards)]:
            cursor.execute(statement)


pytest_plugins = ["tests.facts"]
