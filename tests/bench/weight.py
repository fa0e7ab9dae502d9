"""What a first visit weighs, and the page after it, through Chromium against gunicorn under production settings.

python -m tests.bench.weight

It makes its own data on the embedded database and a line of 400 kbit/s with 400 ms there and back. Static files come
compressed from the portal; pages are compressed by the proxy that the README asks for, so they count as gzip has them.
"""

import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Response, sync_playwright

from script.services import free_port

VISITS = (("/", 60_000, 6), ("/directory/", 15_000, 6))
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
MOST_SECONDS = 2.5
LARGEST = """() => new Promise(done => new PerformanceObserver(list =>
    done(list.getEntries().at(-1).startTime / 1000)).observe({type: "largest-contentful-paint", buffered: true}))"""


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as address, sync_playwright() as playwright:
        path = shutil.which("chromium")
        with playwright.chromium.launch(executable_path=path, args=["--no-sandbox"]) as browser:
            page = browser.new_page()
            line = page.context.new_cdp_session(page)
            line.send("Network.enable")
            line.send("Network.emulateNetworkConditions", SLOW)
            shares = [visit(page, address, *expected) for expected in VISITS]
    return int(max(shares) > 1)


def visit(page: Page, address: str, path: str, bytes_bar: int, requests_bar: int) -> float:
    """Says what one page weighs and how soon it is painted. The worst share of a bar."""
    responses: list[Response] = []

    def keep(response: Response) -> None:
        responses.append(response)

    page.on("response", keep)
    page.goto(address + path, wait_until="networkidle")
    page.remove_listener("response", keep)
    sent = [response for response in responses if not response.url.startswith("data:")]
    weights = {response.url.removeprefix(address): weight(response) for response in sent}
    fetched = {url: size for url, size in weights.items() if size}
    seconds = page.evaluate(LARGEST)
    print(
        f"{path}: {sum(fetched.values()) / 1000:.1f} kB gzipped (bar {bytes_bar / 1000:.0f}), {len(fetched)} requests "
        f"(bar {requests_bar}), largest paint after {seconds:.2f} s (bar {MOST_SECONDS})"
    )
    for url, size in fetched.items():
        print(f"    {size / 1000:.1f} kB {url}")
    assert all(response.url.startswith(address) for response in sent), "something comes from elsewhere"
    return max(sum(fetched.values()) / bytes_bar, len(fetched) / requests_bar, seconds / MOST_SECONDS)


def weight(response: Response) -> int:
    """What came over the line: nothing for what the browser had kept, gzip's size for a page."""
    if response.request.resource_type == "document":
        return len(gzip.compress(response.body(), 6))
    sizes: dict[str, Any] = response.request.sizes()
    return max(sizes["responseBodySize"], 0)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The portal as it is deployed, but for the embedded database, with data of its own."""
    address = f"http://127.0.0.1:{free_port()}"
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DEBUG", "DEMO"}}
    own = {"DATA_DIR": str(folder), "SITE_URL": address, "SECRET_KEY": "".join(chr(33 + n) for n in range(60))}
    environment = kept | own | {"SEAL_KEY_PASSPHRASE": "only for this bench", "LOG_LEVEL": "ERROR"}
    for command in (["-m", "script.prepare"], ["manage.py", "collectstatic", "--noinput", "-v0"]):
        subprocess.run([sys.executable, *command], env=environment, check=True)
    bind = address.removeprefix("http://")
    web = subprocess.Popen([sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", bind], env=environment)
    try:
        wait_for(f"{address}/health/live/")
        yield address
    finally:
        web.terminate()
        web.wait()


def wait_for(address: str, patience: float = 60) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise SystemExit(f"{address} doesn't answer")


if __name__ == "__main__":
    sys.exit(main())
