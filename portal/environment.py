"""The environment, read once: a wrong value is refused with advice on how to mend it."""

import ipaddress
import os
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

DEMO_SECRET_KEY = "demonstration-only-" + "x" * 40


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool) -> bool:
    value = text(name, "yes" if default else "no").lower()
    if value in {"yes", "true", "1", "on"}:
        return True
    if value in {"no", "false", "0", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}. Set it to yes or no.")


def whole_number(name: str, *, default: int) -> int:
    value = text(name, str(default))
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to a whole number such as {default}.")
    return int(value)


def origin(name: str, *, default: str) -> str:
    """An address without a path, such as https://agreements.example.scot."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        raise ImproperlyConfigured(
            f"{name} is {value!r}. Set it to an address such as https://agreements.example.scot."
        )
    return value


def networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Addresses or networks, with spaces between them. One that means everybody would let anybody say where they are."""
    try:
        found = [ipaddress.ip_network(word) for word in text(name).split()]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}. Set it to addresses such as 10.0.0.2 or 10.0.0.0/24.") from None
    if any(network.prefixlen == 0 for network in found):
        raise ImproperlyConfigured(f"{name} would trust every address. Name the proxies alone, such as 10.0.0.2.")
    return found


def secret_key(*, debug: bool) -> str:
    """Without DEBUG the portal refuses to start on no key, or on the one that everybody knows."""
    value = text("SECRET_KEY", DEMO_SECRET_KEY if debug else "")
    if not debug and (value == DEMO_SECRET_KEY or len(value) < 40):
        raise ImproperlyConfigured(
            "SECRET_KEY is missing, too short, or the demonstration one. Set it to 50 random characters, for example with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    return value
