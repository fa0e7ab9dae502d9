"""A mail server on this machine, for tests: it keeps what it gets."""

import email
import email.policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller


class Sink:
    """An SMTP server that keeps what it gets, and says what it is told to say."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: dict[str, str] = {}

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 Accepted"

    @property
    def reached(self) -> list[str]:
        return sorted(mail["To"] for mail in self.mails)


class LoopbackController(Controller):
    """On a port that the machine chooses; the caller learns it once the server listens."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
