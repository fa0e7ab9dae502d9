"""A mail server that fails as real ones do: away for a while, or refusing one recipient for ever."""

import smtplib
from dataclasses import dataclass, field
from typing import Any

from django.core.mail.backends.base import BaseEmailBackend

from portal.foundation import clock

BACKEND = f"{__name__}.Backend"


@dataclass
class PostOffice:
    is_away: bool = False
    refuses: set[str] = field(default_factory=set)
    delivered: list[tuple[Any, Any]] = field(default_factory=list)
    refused: list[tuple[Any, Any]] = field(default_factory=list)

    def reset(self) -> None:
        self.is_away, self.refuses, self.delivered, self.refused = False, set(), [], []


office = PostOffice()


class Backend(BaseEmailBackend):
    """Stands where SMTP stands."""

    def open(self) -> bool:
        if office.is_away:
            raise ConnectionRefusedError("Nobody answers")
        return True

    def send_messages(self, messages: list) -> int:
        for message in messages:
            self.open()
            if message.to[0] in office.refuses:
                office.refused.append((clock.now(), message))
                raise smtplib.SMTPRecipientsRefused({message.to[0]: (550, b"No such person")})
            office.delivered.append((clock.now(), message))
        return len(messages)
