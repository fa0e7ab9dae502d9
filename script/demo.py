"""Runs the demonstration: prepares its data once, starts web, worker and beat, and stops them together."""

import argparse
import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("DATA_DIR") or ROOT / "var").absolute()
STAMP = DATA / "prepared"
APPS = ["portal", "directory", "agreements", "reviews"]
SECONDS_TO_STOP = 15


def main() -> int:
    on_signals(signal.default_int_handler)
    try:
        with ExitStack() as stack:
            return serve(stack, fresh=read_options().fresh)
    except KeyboardInterrupt:
        return 0


def on_signals(handler: Any) -> None:
    """Ctrl-C, a polite kill, and a terminal that closes all mean the same, unless `nohup` said otherwise."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/server", description=__doc__)
    parser.add_argument("--fresh", action="store_true", help="delete the demonstration's data and begin anew")
    return parser.parse_args()


def serve(stack: ExitStack, *, fresh: bool) -> int:
    port = first_free_port(int(os.environ.get("PORT") or 8000))
    address = f"http://127.0.0.1:{port}"
    os.environ.update(DEBUG="yes", DEMO="yes", DATA_DIR=str(DATA), SITE_URL=address)
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    # Celery warns at length that it runs as root: here that may be so.
    os.environ.setdefault("PYTHONWARNINGS", "ignore::UserWarning")
    hold_data(stack, fresh=fresh)
    prepare()
    processes: dict[str, subprocess.Popen[bytes]] = {}
    stack.callback(stop, processes)
    processes["web server"] = start("gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}")
    wait_until_it_answers(f"{address}/health/live/", processes["web server"])
    print(f"\nThe portal is at {address}\n", flush=True)
    processes["worker"] = start(*celery("worker"), "--concurrency", "1", "--without-gossip", "--without-mingle")
    processes["beat"] = start(*celery("beat"), "--schedule", str(DATA / f"beat-{port}"))
    run("manage.py", "demo_people")
    print("\nPress Ctrl-C to stop it.", flush=True)
    return wait_for_the_first_to_end(processes)


def first_free_port(port: int) -> int:
    with socket.socket() as probe:
        # What a server that has just stopped leaves behind is no reason to move.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return first_free_port(port + 1)
    return port


def hold_data(stack: ExitStack, *, fresh: bool) -> None:
    """Several servers may share the data, but nobody may delete it under them."""
    DATA.mkdir(parents=True, exist_ok=True)
    folder = os.open(DATA, os.O_RDONLY)
    stack.callback(os.close, folder)
    if fresh:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit("The portal is running with this data. Stop it with Ctrl-C, then begin anew.") from None
        delete_data()
    fcntl.flock(folder, fcntl.LOCK_SH)


def delete_data() -> None:
    if DATA != ROOT / "var" and any(DATA.iterdir()) and not STAMP.exists():
        raise SystemExit(f"{DATA} holds something else than the demonstration's data, so nothing was deleted.")
    for entry in DATA.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def prepare() -> None:
    """Done again only when the code, or what it ships, has changed. People and agreements are made once."""
    now = fingerprint()
    is_first_time = not STAMP.exists()
    if not is_first_time and STAMP.read_text() == now:
        return
    print("Making the data, which takes a minute or two." if is_first_time else "Updating the data.", flush=True)
    run("-m", "script.prepare", *(["--demo"] if is_first_time else []))
    STAMP.write_text(now)


def run(*arguments: str) -> None:
    if subprocess.run([sys.executable, *arguments]).returncode != 0:
        raise SystemExit(f"This could not be done, see above: python {' '.join(arguments)}")


def fingerprint() -> str:
    files = [file for app in APPS for kind in ("*.py", "*.json") for file in (ROOT / app).rglob(kind)]
    state = hashlib.sha256()
    for file in [ROOT / "requirements.txt", *sorted(files)]:
        state.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return state.hexdigest()


def start(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches only this program, which then stops the others in good order.
    return subprocess.Popen([sys.executable, "-m", module, *arguments], start_new_session=True)


def celery(role: str) -> list[str]:
    return ["celery", "--quiet", "-A", "portal", role, "--loglevel", "error"]


def wait_until_it_answers(address: str, web: subprocess.Popen[bytes]) -> None:
    while not answers(address):
        if web.poll() is not None:
            raise SystemExit("The web server could not start: see above.")
        time.sleep(0.05)


def answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=10).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def wait_for_the_first_to_end(processes: dict[str, subprocess.Popen[bytes]]) -> int:
    while all(process.poll() is None for process in processes.values()):
        time.sleep(0.5)
    ended = [name for name, process in processes.items() if process.poll() is not None]
    print(f"The {' and the '.join(ended)} ended without being asked, so everything stops.", file=sys.stderr)
    return 1


def stop(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    on_signals(signal.SIG_IGN)
    for process in processes.values():
        process.terminate()
    deadline = time.monotonic() + SECONDS_TO_STOP
    for process in processes.values():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
