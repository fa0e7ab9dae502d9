"""The two commands: what they start, they stop; what they need, they find; and nobody's data is deleted."""

import os
import re
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from script import demo

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ["requirements.txt", "requirements-dev.txt", "script/uv.txt"]
ASK_BOTH = """
import os, psycopg2, redis
with psycopg2.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
    cursor.execute("SHOW server_version_num")
    print(cursor.fetchone()[0])
print(redis.from_url(os.environ["BROKER_URL"]).ping())
raise SystemExit(7)
"""


def with_services(*command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "script.services", *command], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def is_open(url: str) -> bool:
    host, port = re.search(r"([\d.]+):(\d+)/", url).groups()
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def test_services_give_the_command_a_real_postgresql_and_redis_and_pass_on_its_answer():
    process = with_services(sys.executable, "-c", ASK_BOTH)
    version, ping = process.communicate()[0].split()
    assert int(version) >= 150_000
    assert ping == "True"
    assert process.returncode == 7


def test_services_that_are_told_to_stop_leave_nothing_behind():
    process = with_services("sh", "-c", "echo $DATABASE_URL $BROKER_URL $DATA_DIR; exec sleep 60")
    database, broker, folder = process.stdout.readline().split()
    assert is_open(database)
    assert is_open(broker)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 128 + signal.SIGTERM
    assert not is_open(database)
    assert not is_open(broker)
    assert not Path(folder).parent.exists()


def test_a_port_that_is_taken_is_passed_over():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert demo.first_free_port(port) > port
    assert demo.first_free_port(port) == port


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(demo, "DATA", tmp_path)
    monkeypatch.setattr(demo, "STAMP", tmp_path / "prepared")
    return tmp_path


def test_beginning_anew_deletes_what_the_demonstration_wrote(data: Path):
    (data / "documents").mkdir()
    (data / "documents" / "agreement.pdf").touch()
    (data / "prepared").touch()
    demo.delete_data()
    assert list(data.iterdir()) == []


def test_beginning_anew_refuses_a_folder_that_holds_anything_else(data: Path):
    (data / "letters").mkdir()
    with pytest.raises(SystemExit, match="nothing was deleted"):
        demo.delete_data()
    assert (data / "letters").exists()


def test_data_are_prepared_again_only_when_what_ships_has_changed(data: Path, monkeypatch: pytest.MonkeyPatch):
    ran: list[tuple[str, ...]] = []
    monkeypatch.setattr(demo, "run", lambda *arguments: ran.append(arguments))
    demo.prepare()
    demo.prepare()
    monkeypatch.setattr(demo, "fingerprint", lambda: "other")
    demo.prepare()
    assert ran == [("-m", "script.prepare", "--demo"), ("-m", "script.prepare")]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_has_a_hash_for_every_package_and_names_no_registry(lock: str):
    text = (ROOT / lock).read_text()
    packages = re.findall(r"^[a-z0-9][^\n]*==.*(?:\n    --hash=sha256:[0-9a-f]{64}[ \\]*)+", text, re.MULTILINE)
    assert len(packages) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE)) > 0
    assert "://" not in text


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_file_holds_for_every_python_that_the_project_allows(lock: str):
    """Debian 12 has 3.11.2, for which Redis' client asks for a package that later versions do without."""
    assert re.search(r"^async-timeout==.*python_full_version < '3.11.3'", (ROOT / lock).read_text(), re.MULTILINE)


def test_the_lock_files_hold_what_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    development = project["dependency-groups"]["dev"]
    assert missing_from("requirements.txt", project["project"]["dependencies"]) == set()
    assert missing_from("requirements-dev.txt", [*project["project"]["dependencies"], *development]) == set()


def missing_from(lock: str, wanted: list[str]) -> set[str]:
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / lock).read_text(), re.MULTILINE))
    return {re.match(r"[A-Za-z0-9_-]+", name).group().lower().replace("_", "-") for name in wanted} - locked


def shell_scripts() -> list[Path]:
    scripts = [*(path for path in (ROOT / "script").iterdir() if path.is_file()), ROOT / ".ci" / "run"]
    return [path for path in scripts if path.read_bytes().startswith((b"#!/bin/sh", b"#!/usr/bin/env bash"))]


@pytest.mark.parametrize("script", shell_scripts(), ids=lambda path: path.name)
def test_a_shell_script_can_be_run_and_its_shell_understands_it(script: Path):
    assert os.access(script, os.X_OK)
    assert subprocess.run(["sh", "-n", script]).returncode == 0
