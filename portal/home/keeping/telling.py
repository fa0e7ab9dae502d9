"""What is held about one person as tables for paper: columns and codes in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from agreements.models import Kind
from agreements.steps import BY_NAME
from directory.models import Correction, Frequency
from portal.foundation import clock

WIDEST = 5
HEADINGS = {
    "at": "When",
    "is_active": "Can sign in",
    "ip": "Network address",
    "last_login": "Signed in last",
    "user_agent": "Browser",
    "type": "Kind",
    "why": "Your reason",
    "deed": "What",
    "event": "What",
    "template": "Mail about",
    "path": "Page",
    "ending": "Format",
    "server_answer": "Answer of the mail server",
}
CODES = {
    "type": {"totp": "Authenticator app", "recovery_codes": "Recovery codes", "webauthn": "Passkey or security key"},
    "frequency": dict(Frequency.choices),
    "decision": dict(Correction.Decision.choices),
    "kind": dict(Kind.choices),
    "step": {name: step.label for name, step in BY_NAME.items()},
}
WRITTEN_AS_CODES = ("about", "event", "template", "deed")


@dataclass(frozen=True)
class Table:
    label: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def is_wide(self) -> bool:
        """Whether its rows stand one under the other: side by side, their words would be broken."""
        return len(self.headings) > WIDEST

    @property
    def records(self) -> list[list[tuple[str, str]]]:
        return [list(zip(self.headings, row, strict=True)) for row in self.rows]


def tables(data: dict[str, list[dict[str, Any]]]) -> Iterator[Table]:
    """A column in which nothing stands is left out."""
    for label, rows in data.items():
        columns = [name for name in dict.fromkeys(name for row in rows for name in row) if _is_told(name, rows)]
        told = [[said(name, row) for name in columns] for row in rows]
        yield Table(label, [heading(name) for name in columns], told)


def _is_told(name: str, rows: list[dict[str, Any]]) -> bool:
    return any(row.get(name) not in (None, "") for row in rows)


def heading(name: str) -> str:
    """Of a path, what it leads to: the agreement of `version__agreement__reference`."""
    last = name.split("__")[-2:][0]
    plain = last.removesuffix("_id").removesuffix("_at").removesuffix("_on").replace("_", " ")
    return HEADINGS.get(last, plain.capitalize())


def said(name: str, row: dict[str, Any]) -> str:
    value = row.get(name)
    if hasattr(value, "hour"):
        return clock.say_moment(value)
    if hasattr(value, "year"):
        return clock.say_day(value)
    if name == "reason":
        return dict(BY_NAME[row["step"]].reasons).get(value) or str(value or "")
    if name in WRITTEN_AS_CODES:
        return value.replace("_", " ").replace(":", " ")
    return CODES.get(name, {}).get(value) or {None: "", True: "Yes", False: "No"}.get(value, str(value))
