"""The process that delivers mail is killed (SIGKILL) in the middle of it, again and again, against a real SMTP server."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from directory.letters import message_id
from portal.foundation.models import Notification
from portal.foundation.outbox import UNSENT
from script.services import free_port
from tests.journeys.surroundings import database_url

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).parents[2]
# Before the mail is taken, after it is taken but before the answer, and a moment after the answer.
MOMENTS = ("recipient", "data", "after")
SHORTLY = 0.01


@dataclass
class Executioner:
    """An SMTP server that kills its client at the planned mails, in the planned moment."""

    plan: list[tuple[int, str]]
    taken: list[str] = field(default_factory=list)
    began: int = 0
    kills: int = 0
    client: int = 0

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        self.began += 1
        envelope.rcpt_tos.append(address)
        self.consider("recipient")
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        self.taken.append(message_from_bytes(envelope.content)["Message-ID"])
        self.consider("data")
        if self.is_time("after"):
            asyncio.get_running_loop().call_later(random.uniform(0, SHORTLY), self.kill)
        return "250 Accepted"

    def is_time(self, moment: str) -> bool:
        return bool(self.plan and self.client and self.began >= self.plan[0][0] and self.plan[0][1] == moment)

    def consider(self, moment: str) -> None:
        if self.is_time(moment):
            self.kill()

    def kill(self) -> None:
        if self.client and self.plan:
            client, self.client = self.client, 0
            self.plan.pop(0)
            self.kills += 1
            os.kill(client, signal.SIGKILL)


def queue(mails: int) -> set[str]:
    """Their Message-IDs."""
    context = {"title": "A service", "organisation": "A charity", "reference": "PA-1", "status": "For signature"}
    rows = Notification.objects.bulk_create(
        Notification(
            addressee=f"mailto:person{number}@example.org",
            template="your_turn",
            context=context | {"link": "https://example.org/", "by": "Somebody"},
            dedupe_key=f"kill:{number}",
        )
        for number in range(mails)
    )
    return {message_id(row) for row in rows}


def deliver(server: Executioner, how: str, data: Path) -> None:
    """One process after another, each until it is killed; the last one finishes."""
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DEBUG": "yes",
        "DEMO": "no",
        "DATA_DIR": str(data),
        "DATABASE_URL": database_url(),
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(controller.port),
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "tests.faults.nursery", how]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    try:
        with subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) as nursery:
            while Notification.objects.filter(UNSENT).exists():
                nursery.stdin.write("another\n")
                server.client = int(nursery.stdout.readline())
                assert nursery.stdout.readline() == "gone\n"
                server.client = 0
            nursery.stdin.close()
    finally:
        controller.stop()


def killed(mails: int, kills: int, how: str, data: Path) -> tuple[set[str], Executioner]:
    seed = random.SystemRandom().randrange(10**6)
    dice = random.Random(seed)
    # The last tenth is left in peace, so that every planned kill finds its mail.
    plan = [(number, dice.choice(MOMENTS)) for number in sorted(dice.sample(range(1, mails * 9 // 10), kills))]
    expected = queue(mails)
    server = Executioner(plan)
    deliver(server, how, data)
    copies = Counter(server.taken)
    print(
        f"\nseed {seed}, {how}: {server.kills} kills over {mails} mails, lost {len(expected - set(copies))}, "
        f"distinct {len(copies)}, raw duplicates {len(server.taken) - len(copies)}"
    )
    return expected, server


def assert_nothing_is_lost(mails: int, kills: int, data: Path) -> None:
    expected, server = killed(mails, kills, "outbox", data)
    assert server.kills == kills
    assert expected - set(server.taken) == set()
    assert len(set(server.taken)) == mails
    assert Notification.objects.exclude(sent_at=None).count() == mails


def test_ten_kills_over_two_hundred_mails_lose_nothing(tmp_path):
    assert_nothing_is_lost(200, 10, tmp_path)


@pytest.mark.slow
def test_a_hundred_kills_over_two_thousand_mails_lose_nothing(tmp_path):
    assert_nothing_is_lost(2000, 100, tmp_path)


def test_marking_before_sending_loses_mail_under_the_same_kills(tmp_path):
    expected, server = killed(100, 8, "marked-first", tmp_path)
    assert server.kills == 8
    assert len(expected - set(server.taken)) > 0
