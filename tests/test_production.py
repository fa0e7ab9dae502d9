"""Production: no default secrets, no start without a key, and a page that says what every setting is."""

import json
import os
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from portal.environment import DEMO_SECRET_KEY
from script import health

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = (ROOT / "docker-compose.yml").read_text()
REQUIRED = ["SECRET_KEY", "POSTGRES_PASSWORD", "SEAL_KEY_PASSPHRASE", "SITE_URL", "OPERATOR_NAME", "OPERATOR_EMAIL"]
KEY = "k" * 50
# Where programs, libraries and fonts are, as script/environment says, and where what is known of fonts is kept.
OF_THE_MACHINE = ("PATH", "HOME", "LD_LIBRARY_PATH", "FONTCONFIG_PATH", "XDG_DATA_HOME")


def in_production(*command: str, **own: str) -> subprocess.CompletedProcess[str]:
    environment = {name: os.environ[name] for name in OF_THE_MACHINE if name in os.environ} | {
        "SITE_URL": "https://agreements.example.scot",
        "DATABASE_URL": "sqlite://:memory:",
        **own,
    }
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("key", ["", "short", DEMO_SECRET_KEY], ids=["none", "short", "demonstration"])
def test_the_portal_refuses_to_start_without_a_key_of_its_own(key: str, tmp_path: Path):
    answer = in_production("manage.py", "check", SECRET_KEY=key, DATA_DIR=str(tmp_path))
    assert answer.returncode != 0
    assert "Set it to 50 random characters" in answer.stderr


def test_production_passes_djangos_own_deployment_check(tmp_path: Path):
    key = "".join(chr(33 + number) for number in range(60))
    answer = in_production(
        "manage.py", "check", "--deploy", "--fail-level", "WARNING", SECRET_KEY=key, DATA_DIR=str(tmp_path)
    )
    assert answer.stderr == ""
    assert answer.returncode == 0


@pytest.mark.parametrize("name", REQUIRED)
def test_the_compose_file_asks_for_each_required_value_and_has_no_default(name: str):
    uses = re.findall(r"\$\{" + name + r"([^}]*)\}", COMPOSE)
    assert uses
    assert [use for use in uses if not re.match(rf":\?Set {name}\b", use)] == []


def test_the_compose_file_holds_no_secret():
    secrets = re.findall(r"^ +(\w*(?:SECRET|PASSWORD|PASSPHRASE)\w*): (.*)$", COMPOSE, re.MULTILINE)
    assert len(secrets) == 4
    assert [value for _, value in secrets if not re.fullmatch(r"\$\{\w+:(\?[^}]+|-)\}", value)] == []


def names_read_by_the_portal() -> set[str]:
    text = "".join((ROOT / "portal" / file).read_text() for file in ("settings.py", "environment.py"))
    return set(re.findall(r'\b(?:text|flag|whole_number|origin|networks)\(\s*"([A-Z_]+)"', text))


def names_in_the_readme() -> set[str]:
    rows = re.findall(r"^\| (`[A-Z_`, ]+`) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}


def test_the_readme_has_a_row_for_every_environment_variable_and_for_no_other():
    assert names_in_the_readme() == names_read_by_the_portal()


def test_the_compose_file_sets_only_what_the_portal_reads():
    block = COMPOSE.split("  environment:\n", 1)[1].split("  volumes:", 1)[0]
    assert set(re.findall(r"^    ([A-Z_]+):", block, re.MULTILINE)) <= names_read_by_the_portal()


def test_each_program_of_the_compose_file_is_one_that_is_here():
    commands = [json.loads(found) for found in re.findall(r"^    command: (\[.*\])$", COMPOSE, re.MULTILINE)]
    programs = {command[0] for command in commands}
    assert programs == {"gunicorn", "celery", "python", "redis-server"}
    assert ["python", "-m", "script.prepare"] in commands


class Proxied(BaseHTTPRequestHandler):
    """Answers only as the portal does: to its public name, over HTTPS."""

    def do_GET(self) -> None:
        is_right = self.headers["Host"] == "agreements.example.scot" and self.headers["X-Forwarded-Proto"] == "https"
        self.send_response(200 if is_right and self.path == "/ready" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(("path", "answer"), [("ready", 0), ("broken", 1)])
def test_the_health_check_asks_as_the_proxy_would(path: str, answer: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SITE_URL", "https://agreements.example.scot")
    with HTTPServer(("127.0.0.1", 0), Proxied) as server:
        Thread(target=server.handle_request, daemon=True).start()
        assert health.main(f"http://127.0.0.1:{server.server_port}/{path}") == answer
