"""Runs a command with a PostgreSQL, a Redis and a data folder of its own, and clears them away afterwards.

    python -m script.services pytest -n 2

The command finds them in DATABASE_URL, BROKER_URL and DATA_DIR.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

UNPACKED = Path(__file__).resolve().parent.parent / ".venv" / "debian"
OLDEST_POSTGRES = 15
SECONDS_TO_START = 30
# The data lives for minutes: nothing is flushed to disk. No table is measured while it is empty between two tests, or the
# planner would take it for empty when one transaction has filled it.
FOR_TESTS = [
    "autovacuum=off",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "jit=off",
    "max_connections=200",
]


def main() -> int:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop_everything)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-services-")))
        own = {
            "DATABASE_URL": stack.enter_context(postgres(folder / "postgres")),
            "BROKER_URL": stack.enter_context(redis(folder)),
            "DATA_DIR": str(folder / "data"),
        }
        return run(sys.argv[1:], os.environ | own)


def stop_everything(number: int, _: object) -> None:
    """Once: a second signal would interrupt the clearing away."""
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + number)


def run(command: list[str], environment: dict[str, str]) -> int:
    process = subprocess.Popen(command, env=environment)
    try:
        return process.wait()
    except KeyboardInterrupt:
        # Ctrl-C reached the command as well: it is allowed to finish what it prints.
        return process.wait()
    finally:
        process.terminate()
        process.wait()


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    make_cluster(folder)
    with serving(folder, free_port(), FOR_TESTS) as url:
        yield url


def make_cluster(folder: Path) -> None:
    """The files of a PostgreSQL that serves nobody yet."""
    person = someone_else()
    make_folder(folder, person)
    initdb = [f"{postgres_programs()}/initdb", "-D", "data", "-U", "portal", "-A", "trust", "-E", "UTF8"]
    quick = ["--locale=C.UTF-8", "--no-sync"]
    subprocess.run([*initdb, *quick], check=True, stdout=subprocess.DEVNULL, cwd=folder, **person)


@contextmanager
def serving(folder: Path, port: int, settings: list[str]) -> Iterator[str]:
    programs, where = postgres_programs(), ["-h", "127.0.0.1", "-p", str(port)]
    options = [f"--{setting}" for setting in [*settings, "unix_socket_directories="]]
    server = [f"{programs}/postgres", "-D", "data", *where, *options]
    is_ready = [f"{programs}/pg_isready", "-q", *where]
    with running(
        server, folder / "log", signal.SIGINT, lambda: subprocess.call(is_ready) == 0, cwd=folder, **someone_else()
    ):
        yield f"postgres://portal@127.0.0.1:{port}/postgres"


def make_folder(folder: Path, person: dict[str, Any]) -> None:
    """Whoever runs PostgreSQL owns its folder and must be able to reach it."""
    folder.mkdir()
    if person:
        folder.parent.chmod(0o755)
        shutil.chown(folder, person["user"], person["group"])


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    port = free_port()
    program = shutil.which("redis-server", path=f"{UNPACKED}/usr/bin:{os.environ['PATH']}:/usr/bin")
    if not program:
        raise SystemExit("Redis is needed. Run script/setup --dev.")
    server = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    with running(server, folder / "redis.log", signal.SIGTERM, lambda: answers(port), cwd=folder):
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def running(
    command: list[str], log: Path, stop_with: int, is_ready: Callable[[], bool], **options: Any
) -> Iterator[None]:
    # A session of its own: Ctrl-C in the terminal reaches the tests first, and the servers when they are done.
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True, **options)
    try:
        if not wait_until(is_ready, process):
            raise SystemExit(f"{command[0]} did not start:\n{log.read_text()}")
        yield
    finally:
        process.send_signal(stop_with)
        process.wait()


def wait_until(is_ready: Callable[[], bool], process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        if is_ready():
            return True
        time.sleep(0.05)
    return False


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def someone_else() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


def postgres_programs() -> Path:
    """The newest that is here, unpacked by script/setup or installed."""
    folders = [*UNPACKED.glob("usr/lib/postgresql/*/bin"), *Path("/usr/lib/postgresql").glob("*/bin")]
    newest = max(folders, key=version, default=None)
    if newest is None or version(newest) < OLDEST_POSTGRES:
        raise SystemExit(f"PostgreSQL {OLDEST_POSTGRES} or newer is needed. Run script/setup --dev.")
    return newest


def version(folder: Path) -> int:
    return int(folder.parent.name)


if __name__ == "__main__":
    sys.exit(main())
