"""The mail that a demonstration would send: the file backend keeps it in a folder, these pages show it. Demo only."""

import datetime as dt
import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

# What Django's file backend writes after each message; several messages share a file.
SEPARATOR = b"\n" + b"-" * 79 + b"\n"
MOST_SHOWN = 100


@dataclass(frozen=True)
class Mail:
    """One message. Only its plain text is shown, so nothing that somebody put into the HTML is rendered."""

    name: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        return self.message["Subject"] or "No subject"

    @property
    def to(self) -> str:
        return self.message["To"] or ""

    @property
    def sender(self) -> str:
        return self.message["From"] or ""

    @property
    def sent_at(self) -> dt.datetime:
        """Django writes UTC as -0000, which reads as a moment without a zone."""
        moment = parsedate_to_datetime(self.message["Date"])
        return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        return body.get_content() if body else ""


@login_not_required
@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    refuse_outside_the_demo()
    return render(request, "home/mail_list.html", {"mails": list(islice(newest_first(), MOST_SHOWN))})


@login_not_required
@require_safe
def mail_detail(request: HttpRequest, name: str) -> HttpResponse:
    refuse_outside_the_demo()
    return render(request, "home/mail_detail.html", {"mail": find(name)})


def refuse_outside_the_demo() -> None:
    if not settings.DEMO:
        raise Http404


def newest_first() -> Iterator[Mail]:
    for path in sorted(Path(settings.EMAIL_FILE_PATH).glob("*.log"), reverse=True):
        yield from reversed(read_file(path))


def find(name: str) -> Mail:
    """`name` is a file's name without its ending, and the number of the message in it. It names nothing else."""
    stem = name.rpartition("-")[0]
    files = {path.stem: path for path in Path(settings.EMAIL_FILE_PATH).glob("*.log")}
    mails = read_file(files[stem]) if stem in files else []
    found = next((mail for mail in mails if mail.name == name), None)
    if found is None:
        raise Http404
    return found


def read_file(path: Path) -> list[Mail]:
    parts = path.read_bytes().split(SEPARATOR)[:-1]
    return [
        Mail(f"{path.stem}-{number}", email.message_from_bytes(part, policy=email.policy.default))
        for number, part in enumerate(parts, start=1)
    ]
