"""What stands around the web server on a real machine: a worker, beat, a mail server, and a folder they share."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

from aiosmtpd.controller import Controller
from django.conf import settings
from django.db import connection

from portal.foundation import seal
from script.services import free_port, running

ROOT = Path(__file__).parents[2]
PASSPHRASE = "of the journeys"


class MailServer:
    """Takes every mail on loopback, and keeps it in `mails`."""

    def __init__(self):
        self.mails: list[EmailMessage] = []
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())

    async def handle_DATA(self, server, session, envelope) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 Accepted"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]


@contextmanager
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.controller.start()
    try:
        yield server
    finally:
        server.controller.stop()


def share_a_folder(folder: Path, settings) -> None:
    """Documents and the seal's key lie where both web and worker find them."""
    settings.MEDIA_ROOT = folder / "documents"
    settings.SEAL_KEY_FILE = folder / "seal.p12"
    settings.SEAL_KEY_PASSPHRASE = PASSPHRASE
    settings.SEAL_KNOWN_CERTIFICATES = folder
    seal.make_demo_key(settings.SEAL_KEY_FILE, passphrase=PASSPHRASE)


@contextmanager
def worker_and_beat(folder: Path, *, broker: str, mail_port: int, site_url: str) -> Iterator[None]:
    """Two processes of their own, as on a real machine; they find the database that the test is in."""
    environment = os.environ | {
        "DEBUG": "yes",
        "DEMO": "no",
        "DATA_DIR": str(folder),
        "DOCUMENTS_DIR": str(settings.MEDIA_ROOT),
        "SEAL_KEY_FILE": str(settings.SEAL_KEY_FILE),
        "SEAL_KEY_PASSPHRASE": PASSPHRASE,
        "DATABASE_URL": database_url(),
        "BROKER_URL": broker,
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(mail_port),
        "SITE_URL": site_url,
    }
    celery = [sys.executable, "-m", "celery", "-A", "portal"]
    with ExitStack() as stack:
        for role in (["worker", "--concurrency", "1"], ["beat"]):
            log = folder / f"{role[0]}.log"
            stack.enter_context(running([*celery, *role], log, signal.SIGTERM, lambda: True, cwd=ROOT, env=environment))
        yield


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """For what the worker does in its own time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "Waited in vain"
        time.sleep(0.1)


def database_url() -> str:
    """The database of the tests, not the one that they were started with."""
    where = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{where['NAME']}"
    return f"postgres://{where['USER']}:{quote(where['PASSWORD'])}@{where['HOST']}:{where['PORT']}/{where['NAME']}"
