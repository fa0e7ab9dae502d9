"""One month of the clock through real processes: two beats and two workers, a real broker and a real mail server."""

import datetime as dt
import os
import signal
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from directory.models import Frequency, MailPreference
from portal.foundation import clock
from portal.foundation.models import User
from reviews.models import Reminder
from script.services import running
from tests import factories
from tests.journeys.surroundings import database_url, mail_server, wait_until
from tests.reviews import world as story

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ROOT = Path(__file__).parents[2]
LONDON = ZoneInfo("Europe/London")
FIRST = dt.datetime(2026, 10, 5, tzinfo=LONDON)  # The clocks go back within the month.
DAYS = 31
SECONDS_A_DAY = 4
SPEED = 86_400 / SECONDS_A_DAY
PROCESSES = ("worker1", "worker2", "beat1", "beat2")


def environment(folder: Path, mail_port: int, name: str) -> dict[str, str]:
    """Each process has a folder of its own, as beats on two machines would; they share the broker and the database."""
    (folder / name).mkdir()
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DEBUG": "yes",
        "DEMO": "no",
        "DATA_DIR": str(folder / name),
        "DATABASE_URL": database_url(),
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(mail_port),
        "BEGINS": str(FIRST.timestamp()),
        "SPEED": str(SPEED),
        "GO": str(folder / "go"),
    }


def a_month(folder: Path, mail_port: int) -> None:
    """The clock begins to run when everybody is there."""
    with ExitStack() as stack:
        for name in PROCESSES:
            role, log = name.rstrip("12"), folder / f"{name}.log"
            options = ["--concurrency", "1", "--hostname", f"{name}@%h"] if role == "worker" else []
            command = [sys.executable, "-m", "tests.faults.hurried", role, "--loglevel", "INFO", *options]
            settings = environment(folder, mail_port, name)
            stack.enter_context(running(command, log, signal.SIGTERM, lambda: True, cwd=ROOT, env=settings))
        wait_until(lambda: all(" ready." in (folder / f"worker{n}.log").read_text() for n in (1, 2)), seconds=120)
        wait_until(lambda: all("Sending due" in (folder / f"beat{n}.log").read_text() for n in (1, 2)), seconds=120)
        (folder / "go").write_text(str(time.time()))
        time.sleep(DAYS * SECONDS_A_DAY + 5)


@pytest.mark.skipif(not os.environ.get("BROKER_URL"), reason="It needs a broker: script/test gives it one.")
def test_a_month_of_two_beats_and_two_workers_tells_each_thing_once(tmp_path):
    cast = factories.Cast()
    world = story.World(None, tenures=[story.Tenure(cast.hoo, cast.hoo_post, FIRST.date(), None, False)])
    due = [FIRST.date() + dt.timedelta(days=days) for days in (8, 12, 16, 20)]
    with clock.set_to(FIRST):
        for user in User.objects.all():
            MailPreference.objects.create(user=user, frequency=Frequency.AT_ONCE)
        version = story.put_in_force(world, cast.charity, cast.prison, FIRST.date(), cast.hoo_post)
        for day in due:
            version.actions.create(
                what="x", owner="prison", post=cast.hoo_post, post_title="HOO", due_on=day, by=cast.hoo
            )
    with mail_server() as server:
        a_month(tmp_path, server.controller.port)
    told = Counter(mail["Subject"] for mail in server.to(cast.hoo.email) if "Agreed action due" in mail["Subject"])
    expected = Counter()
    for day in due:
        rungs = [
            rung for rung in (-7, 0, 7, 14) if day + dt.timedelta(days=rung) < FIRST.date() + dt.timedelta(days=DAYS)
        ]
        expected[story.words_of("Agreed action", day, version.agreement)] = len(rungs)
        assert Reminder.objects.filter(due_on=day, rung="on the day", recipient=f"post:{cast.hoo_post.pk}").count() == 1
    print(f"\n{len(server.mails)} mails in {DAYS} days: {dict(told)}")
    assert told == expected
    assert len({mail["Message-ID"] for mail in server.mails}) == len(server.mails)
