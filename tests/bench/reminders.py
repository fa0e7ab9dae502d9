"""Reminders of 10,000 actions out of 100,000, each to the holder of a post, against the same mails by bare smtplib.

Everything counts: the sweep over what is watched, the outbox, and delivery to a real SMTP server in another process. The
bare mails are written beforehand and go over one connection.

Needs PostgreSQL. Run it with: pytest -s -m slow tests/bench/reminders.py
"""

import os
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.db import connection
from django.urls import reverse

from directory import delivery
from directory.letters import compose
from directory.models import Frequency, MailPreference, Role
from portal.foundation import clock
from portal.foundation.models import Notification, User
from portal.foundation.outbox import UNSENT
from reviews.reminders import send_reminders
from script.services import answers, free_port, wait_until
from tests import factories
from tests.reviews.estate import in_force

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="measured where a large estate would be"),
]
AGREEMENTS, ACTIONS_EACH, POSTS = 1_000, 100, 200
DUE = AGREEMENTS * ACTIONS_EACH // 10
TURN = 2
BAR = 1.8
# Every tenth is due in a week, on its first rung; the rest in a year.
ACTIONS = """
INSERT INTO agreements_action (version_id, uid, what, owner, post_id, post_title, before_first_session, due_on, state,
    from_question, completion_note, evidence, done_for, by_id, at, revision)
SELECT v.id, gen_random_uuid(), 'Book the room', 'partner', p.ids[1 + (v.id + n) %% array_length(p.ids, 1)],
    'Coordinator', false, CASE WHEN n %% 10 = 0 THEN %(today)s + 7 ELSE %(today)s + 365 END, 'open', '', '', '', '',
    %(by)s, now(), 1
FROM agreements_version v CROSS JOIN generate_series(1, %(each)s) n CROSS JOIN (SELECT %(posts)s AS ids) p
WHERE v.status = 'in force'
"""


@pytest.fixture
def server(settings) -> Iterator[int]:
    """A real SMTP server that throws away what it takes. Its port."""
    port = settings.EMAIL_PORT = free_port()
    settings.EMAIL_HOST, settings.EMAIL_BACKEND = "127.0.0.1", "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink"]
    with subprocess.Popen(command) as process:
        assert wait_until(lambda: answers(port), process)
        yield port
        process.terminate()


def estate() -> None:
    """Holders of posts who want their mail at once, and what each of them has agreed to do."""
    versions = in_force([clock.today()] * AGREEMENTS)
    charity = versions[0].agreement.organisation
    posts = [factories.post(Role.CONTRIBUTOR, charity) for _ in range(POSTS)]
    for post in posts:
        MailPreference.objects.create(user=factories.hold(post), frequency=Frequency.AT_ONCE)
    given = {"posts": [post.pk for post in posts], "by": versions[0].agreement.started_by_id, "each": ACTIONS_EACH}
    with connection.cursor() as cursor:
        cursor.execute(ACTIONS, given | {"today": clock.today()})
        cursor.execute("ANALYZE")


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def written(mails: int) -> list[tuple[str, bytes]]:
    rows = Notification.objects.filter(sent_at__isnull=False)[:mails]
    users = {f"user:{user.pk}": user.email for user in User.objects.all()}
    return [
        (users[row.addressee], compose(row, [row], users[row.addressee], None).message().as_bytes(linesep="\r\n"))
        for row in rows
    ]


def send_bare(smtp: smtplib.SMTP, mails: list[tuple[str, bytes]]) -> None:
    for address, words in mails:
        smtp.sendmail("portal@example.org", [address], words)


def test_ten_thousand_reminders_cost_little_more_than_bare_smtplib(server, monkeypatch):
    """In turns: a second or two of deliveries, then as many bare mails."""
    monkeypatch.setattr(delivery, "LONGEST_SWEEP", TURN)
    estate()
    # Whatever a worker loads when its first mail needs an address.
    reverse("estate_dashboard")
    portal, bare, compared = seconds(send_reminders), 0.0, 0
    swept, before = portal, 0
    mails: list[tuple[str, bytes]] = []
    with smtplib.SMTP("127.0.0.1", server) as smtp:
        while Notification.objects.filter(UNSENT).exists():
            began = time.perf_counter()
            sent = delivery.send_mail()
            portal += time.perf_counter() - began
            before = before or resident()
            mails = mails or written(sent)
            compared += len(mails[:sent])
            bare += seconds(partial(send_bare, smtp, mails[:sent]))
    floor = bare / compared * DUE
    print(
        f"\n{DUE:,} reminders of {AGREEMENTS * ACTIONS_EACH:,} things: sweep {swept:.1f} s, with delivery {portal:.1f} s, "
        f"bare smtplib {floor:.1f} s, ratio {portal / floor:.2f} (bar {BAR}); "
        f"memory grew by {(resident() - before) / 2**20:.0f} MB"
    )
    assert Notification.objects.filter(sent_at__isnull=False).count() == DUE
    assert portal <= BAR * floor
