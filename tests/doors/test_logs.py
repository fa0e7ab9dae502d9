"""Logs: one event, one line of JSON, and nothing in it that is nobody's business."""

import json
import logging
import logging.config
import re
import runpy
from collections.abc import Iterator
from io import StringIO

import pytest
from celery.signals import setup_logging
from django.conf import settings
from django.test import Client
from django.urls import reverse

from portal.celery import app, leave_logging_alone
from portal.foundation import logs
from tests import factories

pytestmark = pytest.mark.django_db
CANARY = "CANARY"


@pytest.fixture
def written() -> Iterator[StringIO]:
    """What the handler of the settings would write, of every logger and every level."""
    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.formatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield out
    root.removeHandler(handler)
    root.setLevel(level)


def events(written: StringIO) -> list[dict]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_the_settings_write_with_this_formatter():
    assert settings.LOGGING["formatters"]["line"] == {"()": "portal.foundation.logs.formatter"}
    assert {handler["formatter"] for handler in settings.LOGGING["handlers"].values()} == {"line"}


@pytest.mark.parametrize("inside", ["\n", "\r\n", "\x1b[2J", "\u2028", "\x85", '"}\n{"event": "forged'])
def test_one_event_is_one_line(written, inside):
    logging.getLogger("somebody").warning("Sign-in of %s", f"a{inside}b")
    [line] = written.getvalue().split("\n")[:-1]
    assert json.loads(line)["event"] == f"Sign-in of a{inside}b"
    assert line.isprintable()


def test_a_line_says_when_who_and_how_grave(written):
    logging.getLogger("somebody").error("It broke")
    [event] = events(written)
    assert event.pop("timestamp")
    assert event == {"event": "It broke", "level": "error", "logger": "somebody"}


def test_a_fault_is_told_by_its_place_and_not_by_its_message(written, monkeypatch):
    def broken(*_):
        raise ValueError(f"{CANARY} is what somebody typed")

    monkeypatch.setattr("portal.home.views.connection.cursor", broken)
    Client(raise_request_exception=False).get(reverse("ready"))
    fault = next(event for event in events(written) if "fault" in event)
    assert fault["fault"] == "ValueError"
    assert any(place.startswith("portal/home/views.py:") for place in fault["where"])
    assert CANARY not in written.getvalue()


def test_passwords_tokens_and_session_ids_are_not_logged(written):
    who, client = factories.user(), Client(raise_request_exception=False)
    client.post(reverse("account_login"), {"login": who.email, "password": f"{CANARY}-a-wrong-password"})
    client.post(reverse("account_login"), {"login": who.email, "password": factories.PASSWORD})
    session = client.session.session_key
    client.get(f"/calendar/{CANARY}{'x' * 40}.ics")
    client.get(f"/invitations/{CANARY}:1abcdefghijklmnopqrstuvwxyz/")
    client.get(f"/no-such-page/{session}/", {"token": CANARY})
    client.post("/no-such-page/", {"S1-06": f"{CANARY} is what somebody typed"})
    assert len(events(written)) > 3
    assert [secret for secret in (CANARY, session, factories.PASSWORD) if secret in written.getvalue()] == []


def test_a_refused_password_is_logged_without_what_was_typed(written):
    who = factories.user()
    for login in (who.email, f"{CANARY}@example.org"):
        Client(REMOTE_ADDR="192.0.2.1").post(reverse("account_login"), {"login": login, "password": CANARY * 3})
    told = [event["event"] for event in events(written) if event["logger"] == "portal.foundation.doors"]
    told_to_whom = [line.partition(" from ")[0] for line in told]
    assert told_to_whom == [f"Password refused: user:{who.pk}", "Password refused: no account"]
    assert CANARY not in written.getvalue()
    assert who.email not in "".join(told)


def test_twin_without_the_rule_the_token_is_logged(written, monkeypatch):
    token = f"/calendar/{CANARY}{'x' * 40}.ics"
    assert CANARY not in logs.without_secrets(None, "", {"event": token})["event"]
    monkeypatch.setattr(logs, "SECRET", re.compile("never"))
    assert CANARY in logs.without_secrets(None, "", {"event": token})["event"]


def test_accesses_are_logged_as_long_as_somebody_wants_to_know_that_much(monkeypatch):
    for wanted, level in (("", "INFO"), ("WARNING", "WARNING")):
        monkeypatch.setenv("LOG_LEVEL", wanted)
        told = runpy.run_path(str(settings.BASE_DIR / "gunicorn.conf.py"))
        assert told["logconfig_dict"]["loggers"]["gunicorn.access"]["level"] == level


def test_the_web_server_writes_like_everybody_else_and_tells_no_token():
    told = runpy.run_path(str(settings.BASE_DIR / "gunicorn.conf.py"))
    out = StringIO()
    logging.config.dictConfig(
        told["logconfig_dict"]
        | {"handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "stream": out}}}
    )
    secret = f"/invitations/{CANARY}:1abcdefghijklmnopqrstuvwxyz/"
    atoms = {"m": "GET", "U": secret, "s": 200, "D": 1200}
    logging.getLogger("gunicorn.access").info(told["access_log_format"], atoms)
    logging.getLogger("gunicorn.error").error("Worker failed")
    told_lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["logger"] for line in told_lines] == ["gunicorn.access", "gunicorn.error"]
    assert told_lines[0]["event"].startswith("GET /invitations/…")
    assert CANARY not in out.getvalue()
    # No atom of the query, the referrer or a header.
    assert set(re.findall(r"%\((.*?)\)s", told["access_log_format"])) == {"m", "U", "s", "D"}


def test_celery_leaves_logging_as_the_settings_have_it():
    before = logging.getLogger().handlers[:]
    app.log.setup_logging_subsystem()
    assert logging.getLogger().handlers == before
    assert leave_logging_alone in [ref() for _, ref in setup_logging.receivers]
