"""Production as docker-compose.yml has it: its own commands, under its own settings, behind a proxy that speaks HTTPS."""

import datetime as dt
import http.client
import ipaddress
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from script import health
from script.services import free_port, running
from tests.journeys.surroundings import PASSPHRASE, ROOT, database_url

COMPOSE = (ROOT / "docker-compose.yml").read_text()
NOT_PASSED_ON = {"connection", "transfer-encoding", "content-length", "keep-alive"}


def command_of(service: str) -> list[str]:
    """What the compose file starts, as it stands there."""
    block = COMPOSE.split(f"\n  {service}:\n", 1)[1]
    return json.loads(re.search(r"^    command: (\[.*\])$", block, re.MULTILINE)[1])


@contextmanager
def production(folder: Path, *, secret_key: str, broker: str, mail_port: int) -> Iterator[str]:
    """Where the portal answers, over HTTPS. Only addresses and folders differ from the compose file."""
    inside, outside = free_port(), free_port()
    site = f"https://127.0.0.1:{outside}"
    own = {
        "SECRET_KEY": secret_key,
        "SITE_URL": site,
        "OPERATOR_NAME": "A forum",
        "OPERATOR_EMAIL": "forum@example.org",
        "DATABASE_URL": database_url(),
        "BROKER_URL": broker,
        "DATA_DIR": str(folder),
        "DOCUMENTS_DIR": str(settings.MEDIA_ROOT),
        "SEAL_KEY_FILE": str(settings.SEAL_KEY_FILE),
        "SEAL_KEY_PASSPHRASE": PASSPHRASE,
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(mail_port),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", ""),
    }
    in_place = {"0.0.0.0:8000": f"127.0.0.1:{inside}", "/tmp/beat-schedule": str(folder / "beat-schedule")}
    for command in (command_of("prepare"), ["python", "manage.py", "collectstatic", "--no-input"]):
        subprocess.run(command, cwd=ROOT, env=own, check=True, capture_output=True)
    with ExitStack() as stack:
        stack.enter_context(https_proxy(outside, inside, folder))
        for service in ("web", "worker", "beat"):
            command = [in_place.get(word, word) for word in command_of(service)]
            log = folder / f"{service}.log"
            stack.enter_context(running(command, log, signal.SIGTERM, ready(service, inside, site), cwd=ROOT, env=own))
        yield site


def ready(service: str, port: int, site: str):
    """The health check of the compose file for the web server; the others are seen by what they do."""

    def is_ready() -> bool:
        headers = {"Host": site.removeprefix("https://"), "X-Forwarded-Proto": "https"}
        address = health.READY.replace("8000", str(port))
        try:
            urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=5).close()
        except OSError:
            return False
        return True

    return is_ready if service == "web" else lambda: True


@contextmanager
def https_proxy(port: int, behind: int, folder: Path) -> Iterator[None]:
    """What an operator puts in front: it ends TLS, and says so to the portal."""
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Proxied", (Proxy,), {"behind": behind}))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(folder))
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


class Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    behind: int

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        connection = http.client.HTTPConnection("127.0.0.1", self.behind, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in NOT_PASSED_ON}
        connection.request(self.command, self.path, body or None, headers | {"X-Forwarded-Proto": "https"})
        self.pass_on(connection.getresponse())
        connection.close()

    do_POST = do_HEAD = do_GET

    def pass_on(self, answer: http.client.HTTPResponse) -> None:
        body = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in NOT_PASSED_ON | {"date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def certificate(folder: Path) -> Path:
    """One for an afternoon, which nobody but the browser of this test is told to accept."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now)
        .not_valid_after(now + dt.timedelta(hours=6))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "proxy.pem"
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(key.private_bytes(*plain) + made.public_bytes(serialization.Encoding.PEM))
    return file
