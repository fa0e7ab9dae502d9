"""How long script/server takes on a prepared folder until the front page answers, beside bare `runserver`, in turns.

python -m tests.bench.start

Both serve the same folder, which is prepared first (a minute or two).
"""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from script.services import free_port
from tests.bench.weight import wait_for

ROOT = Path(__file__).resolve().parent.parent.parent
TURNS, BAR = 5, 3


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        started("script/server", folder=folder)
        turns = [(started("script/server", folder=folder), bare(folder)) for _ in range(TURNS)]
    ours, floor = (statistics.median(times) for times in zip(*turns, strict=True))
    print(f"script/server {ours:.1f} s, runserver --noreload {floor:.1f} s: ratio {ours / floor:.2f} (bar {BAR})")
    return int(ours / floor > BAR)


def bare(folder: str) -> float:
    return started(sys.executable, "manage.py", "runserver", "--noreload", "{port}", folder=folder)


def started(*command: str, folder: str) -> float:
    """Seconds until the front page answers. Then everything is stopped."""
    port = str(free_port())
    address = f"http://127.0.0.1:{port}"
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "BROKER_URL"}}
    environment = kept | {"DATA_DIR": folder, "PORT": port, "SITE_URL": address, "DEBUG": "yes", "DEMO": "yes"}
    told = [part.format(port=port) for part in command]
    began = time.perf_counter()
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(told, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)
    try:
        wait_for(f"{address}/", patience=900)
        return time.perf_counter() - began
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()


if __name__ == "__main__":
    sys.exit(main())
