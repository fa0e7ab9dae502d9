"""Guessing is slowed, and nobody is refused because of what somebody else did.

Each wrong guess makes the next one wait longer: for what is guessed (an account, a signature) and for the network that
guesses. The right guess waits as long as a wrong one would. The wait has an upper end, so that whoever is under attack
waits a few seconds and gets in.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from django.core.cache import cache

REMEMBERED_SECONDS = 15 * 60
LONGEST_SECONDS = 8.0
# How many wrong guesses are free, and how many more double the wait. A network may be a whole prison's.
FREE, DOUBLES_AFTER = 3, 1
FREE_OF_A_NETWORK, NETWORK_DOUBLES_AFTER = 10, 10
# So many guesses of one network may wait at the same time in one process: the others' threads stay free.
WAITING_AT_ONCE = 2

_waiting: Counter[str] = Counter()
_lock = Lock()
sleep = time.sleep


class TooManyAtOnce(Exception):
    """This network has guesses waiting already. Nothing was tried; it may ask again at once."""


@dataclass
class Guess:
    is_right: bool = False


@contextmanager
def guess(*, at: str, network: str = "") -> Iterator[Guess]:
    """Waits first. Inside the block the guess is tried, and the caller says whether it was right."""
    keys = _keys(at, network)
    _wait(_seconds(keys), network or at)
    # Counted before it is tried, or guesses that are sent together would all be free.
    for key in keys:
        _count(key)
    tried = Guess()
    yield tried
    if tried.is_right:
        _forget(at, network)


def _keys(at: str, network: str) -> dict[str, tuple[int, int]]:
    keys = {_key(at): (FREE, DOUBLES_AFTER)} if at else {}
    return keys | ({_key(f"network:{network}"): (FREE_OF_A_NETWORK, NETWORK_DOUBLES_AFTER)} if network else {})


def _key(name: str) -> str:
    return "guess:" + hashlib.sha256(name.encode()).hexdigest()


def _seconds(keys: dict[str, tuple[int, int]]) -> float:
    return max((_delay(cache.get(key, 0), *pace) for key, pace in keys.items()), default=0)


def _delay(wrong: int, free: int, doubles_after: int) -> float:
    """Half a second for the first that isn't free, doubling up to the longest."""
    over = wrong - free
    return 0 if over < 0 else min(LONGEST_SECONDS, 0.5 * 2 ** min(over / doubles_after, 10))


def _wait(seconds: float, who: str) -> None:
    if not seconds:
        return
    with _lock:
        if _waiting[who] >= WAITING_AT_ONCE:
            raise TooManyAtOnce
        _waiting[who] += 1
    try:
        sleep(seconds)
    finally:
        with _lock:
            _waiting[who] -= 1
            if not _waiting[who]:
                del _waiting[who]


def _count(key: str) -> None:
    if not cache.add(key, 1, REMEMBERED_SECONDS):
        cache.set(key, cache.get(key, 0) + 1, REMEMBERED_SECONDS)


def _forget(at: str, network: str) -> None:
    """The right guess clears its own account. A network gets back this guess only: others may still be guessing in it."""
    cache.delete(_key(at))
    if network:
        key = _key(f"network:{network}")
        cache.set(key, max(cache.get(key, 0) - 1, 0), REMEMBERED_SECONDS)
