"""A PostgreSQL of one's own, which may be stopped, killed and started again. What it calls committed is on its disk."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from django.db import connection

from script.services import free_port, make_cluster, postgres_programs, serving
from tests.journeys.surroundings import database_url

SECONDS = 30
PLACE = ("HOST", "PORT", "USER", "PASSWORD", "NAME")


class Cluster:
    def __init__(self, folder: Path, *settings: str):
        self.folder, self.port, self.settings = folder, free_port(), list(settings)
        self.serves = ExitStack()
        make_cluster(folder)

    @property
    def number_file(self) -> Path:
        return self.folder / "data" / "postmaster.pid"

    def start(self) -> str:
        """Where it answers. After a kill its last processes are waited for: they hold its memory."""
        connection.close()
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                return self.serves.enter_context(serving(self.folder, self.port, self.settings))
            except SystemExit:
                assert time.monotonic() < deadline, (self.folder / "log").read_text()

    def stop(self, with_signal: signal.Signals = signal.SIGINT) -> None:
        """SIGINT stops it in good order, SIGQUIT at once and without tidying up, SIGKILL its first process."""
        os.kill(int(self.number_file.read_text().split()[0]), with_signal)
        self.serves.close()

    def was_stopped(self) -> None:
        """Somebody else has stopped it."""
        self.serves.close()


@contextmanager
def database_of_its_own(*settings: str) -> Iterator[Cluster]:
    """The test goes on in a copy of its database, in a PostgreSQL that it may do anything to."""
    with cluster_of_its_own(*settings) as cluster:
        url = cluster.start()
        copy(database_url(), url)
        with instead(url):
            yield cluster


@contextmanager
def cluster_of_its_own(*settings: str) -> Iterator[Cluster]:
    # Not in pytest's folder, which nobody else may enter: PostgreSQL runs as somebody else.
    with tempfile.TemporaryDirectory(prefix="portal-postgres-") as folder:
        cluster = Cluster(Path(folder) / "postgres", *settings)
        try:
            yield cluster
        finally:
            cluster.serves.close()


@contextmanager
def instead(url: str) -> Iterator[None]:
    """Inside the block, another database is the test's own."""
    where = connection.settings_dict
    before = dict(where)
    connection.close()
    where.update({part: value for part, value in dj_database_url.parse(url).items() if part in PLACE})
    try:
        yield
    finally:
        connection.close()
        where.update(before)


def copy(source: str, target: str) -> None:
    programs = postgres_programs()
    dump = [f"{programs}/pg_dump", "--no-owner", "--no-privileges", "--dbname", plain(source)]
    restore = [f"{programs}/psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", plain(target)]
    with subprocess.Popen(dump, stdout=subprocess.PIPE) as written:
        subprocess.run(restore, stdin=written.stdout, stdout=subprocess.DEVNULL, check=True)
    assert written.returncode == 0


def plain(url: str) -> str:
    return urlsplit(url)._replace(scheme="postgresql").geturl()
