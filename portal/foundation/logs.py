"""Logs: one event is one line of JSON. No answer's text, no token and no session id stands in one."""

import re
import traceback
from typing import Any

import structlog
from django.conf import settings

Event = dict[str, Any]

# Secrets that stand in addresses (reset links, invitations, calendars, sessions) are longer than any word.
SECRET = re.compile(r"[\w:.~=%+-]{20,}")


def without_secrets(logger: Any, method: str, event: Event) -> Event:
    event["event"] = SECRET.sub("…", str(event["event"]))
    return event


def fault_by_place(logger: Any, method: str, event: Event) -> Event:
    """A fault by its kind and where it happened. Its message isn't told: it may quote what somebody typed."""
    error = (event.pop("exc_info", None) or (None, None, None))[1]
    if error is not None:
        event["fault"] = type(error).__name__
        event["where"] = [
            f"{frame.filename.removeprefix(f'{settings.BASE_DIR}/')}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
    return event


def formatter() -> structlog.stdlib.ProcessorFormatter:
    """What settings.LOGGING writes with, whoever logs."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            fault_by_place,
            without_secrets,
            structlog.processors.JSONRenderer(),
        ],
    )
