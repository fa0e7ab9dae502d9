"""Redis forgets everything while the worker works, and gives nothing to two workers. Nothing that matters is kept there."""

import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings as configured
from kombu import Connection
from kombu.transport.redis import Channel
from redis import Redis

from portal.celery import app
from script.services import free_port
from tests.faults.test_kill_mail import queue
from tests.faults.test_web import REDIS, redis_at
from tests.journeys.surroundings import mail_server, share_a_folder, worker_and_beat

pytestmark = pytest.mark.django_db(transaction=True)
needs_redis = pytest.mark.skipif(not REDIS, reason="It needs Redis: script/setup --dev brings it.")

LONGEST = 300


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    share_a_folder(tmp_path, settings)
    return tmp_path


# F04: it forgets everything


def send_while_redis_forgets(folder: Path, mails: int) -> None:
    """Three times a second, until every mail has come."""
    expected = queue(mails)
    with ExitStack() as stack:
        server, port = stack.enter_context(mail_server()), free_port()
        broker = stack.enter_context(redis_at(port, folder))
        where = {"broker": broker, "mail_port": server.controller.port, "site_url": "http://127.0.0.1"}
        stack.enter_context(worker_and_beat(folder, **where))
        deadline = time.monotonic() + LONGEST
        while len(server.mails) < mails and time.monotonic() < deadline:
            Redis.from_url(broker).flushall()
            time.sleep(0.3)
    assert Counter(mail["Message-ID"] for mail in server.mails) == Counter(expected)


@needs_redis
def test_a_redis_that_forgets_everything_again_and_again_loses_no_mail_and_sends_none_twice(folder):
    send_while_redis_forgets(folder, 60)


@pytest.mark.slow
@needs_redis
def test_five_hundred_mails_come_while_redis_forgets_everything(folder):
    send_while_redis_forgets(folder, 500)


@needs_redis
def test_twin_what_is_kept_in_redis_is_gone_when_it_forgets(folder):
    with redis_at(free_port(), folder) as broker, Connection(broker) as connection:
        store = Redis.from_url(broker)
        connection.SimpleQueue("work").put("Send mail 7")
        assert store.llen("work") == 1
        store.flushall()
        assert store.llen("work") == 0


def test_sessions_and_the_counts_of_wrong_passwords_are_kept_in_the_database():
    assert configured.SESSION_ENGINE == "django.contrib.sessions.backends.db"
    assert configured.CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"


# F06: it gives what takes too long to somebody else


def patience(options: dict) -> int:
    """After how many seconds Redis thinks that whoever took a sweep is gone."""
    return options.get("visibility_timeout", Channel.visibility_timeout)


def test_a_sweep_is_ended_long_before_redis_would_give_it_to_a_second_worker():
    assert app.conf.task_time_limit < patience(app.conf.broker_transport_options)


def test_twin_a_patience_shorter_than_the_longest_sweep_is_noticed():
    assert not app.conf.task_time_limit < patience({"visibility_timeout": 4})
