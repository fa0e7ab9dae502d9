"""What a reader may say is wrong with a listing, and which of it is small enough to live at once: data."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from directory.models import Listing


@dataclass(frozen=True)
class Correctable:
    """A part of a listing. `read` makes of what was typed what is stored, or raises ValueError with what to do.

    Small ones go live when the owner or staff of the prison say so. What has no `read` is for the owner to change.
    """

    label: str
    is_small: bool = False
    read: Callable[[str], Any] | None = None


def whole(least: int, most: int) -> Callable[[str], int]:
    def read(typed: str) -> int:
        if not (typed.isascii() and typed.isdigit() and least <= int(typed) <= most):
            raise ValueError(f"Enter a whole number in figures, from {least} to {most}")
        return int(typed)

    return read


def text(longest: int) -> Callable[[str], str]:
    def read(typed: str) -> str:
        if len(typed) > longest:
            raise ValueError(f"Use {longest} characters or fewer. You have used {len(typed)}")
        return typed

    return read


CORRECTABLE: dict[str, Correctable] = {
    "sessions_per_week": Correctable("Sessions a week", is_small=True, read=whole(1, 100)),
    "minutes": Correctable("Minutes of a session", is_small=True, read=whole(5, 1440)),
    "weeks": Correctable("Weeks that one person takes part", is_small=True, read=whole(1, 520)),
    "easy_read": Correctable("The short plain line", is_small=True, read=text(160)),
    "summary": Correctable("What it does", read=text(1500)),
    "other": Correctable("Something else"),
}


def now(listing: Listing, field: str) -> str:
    """What the listing says there, in words."""
    value = getattr(listing, field, None) if CORRECTABLE[field].read else None
    return "" if value is None else str(value)


def fingerprint(listing: Listing, field: str) -> str:
    """Of what the listing says there: whoever accepts a correction says which words they saw."""
    return hashlib.sha256(now(listing, field).encode()).hexdigest()
