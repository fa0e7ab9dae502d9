"""The stage of the journeys: a live server, and what stands around it on a real machine."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.db import connection

from portal.foundation.models import User
from script.services import redis
from tests import factories
from tests.journeys import surroundings
from tests.journeys.looking import WIDE
from tests.journeys.people import Person, signed_in

Visit = Callable[..., Person]


@pytest.fixture(scope="session")
def broker(tmp_path_factory) -> Iterator[str]:
    """The Redis that is there, or one of our own; on SQLite a folder, as the embedded default has it."""
    if configured.BROKER_URL.startswith("redis:") or connection.vendor == "sqlite":
        yield configured.BROKER_URL
        return
    with redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    surroundings.share_a_folder(tmp_path, settings)
    return tmp_path


@pytest.fixture
def site(live_server, folder, settings) -> str:
    settings.SITE_URL = live_server.url
    return live_server.url


@pytest.fixture
def mail_server() -> Iterator[surroundings.MailServer]:
    with surroundings.mail_server() as server:
        yield server


@pytest.fixture
def worker(site, folder, broker, mail_server) -> Iterator[None]:
    """Stopped before the database is emptied."""
    with surroundings.worker_and_beat(folder, broker=broker, mail_port=mail_server.controller.port, site_url=site):
        yield


@pytest.fixture
def cast(site) -> factories.Cast:
    return factories.Cast()


@pytest.fixture
def visit(site, new_context) -> Visit:
    """Somebody comes with a browser of their own, with or without JavaScript."""

    def visit(
        user: User | None = None, *, javascript: bool = True, has_session: bool = True, looks: bool = True
    ) -> Person:
        page = new_context(base_url=site, viewport=WIDE, java_script_enabled=javascript).new_page()
        mirror = None if javascript else new_context(base_url=site, viewport=WIDE).new_page()
        if user and has_session:
            signed_in(page, user, site)
        return Person(page, user, mirror, looks=looks)

    return visit
