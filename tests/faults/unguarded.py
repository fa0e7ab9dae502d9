"""The portal without its guards: no lock, no transaction, no conditional UPDATE. X-Die works as in `deadly`.

Nobody writes before two have checked that they may; then they write one after the other.
"""

import fcntl
import os
import time
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.faults.deadly import application as deadly
from tests.faults.deadly import here

FOLDER = Path(os.environ["DATA_DIR"])
SECONDS = 30


def wait_for_the_other() -> None:
    (FOLDER / f"checked-{uuid.uuid4()}").touch()
    deadline = time.monotonic() + SECONDS
    while len(list(FOLDER.glob("checked-*"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)


def in_turn(plain: Callable[..., None]) -> Callable[..., None]:
    def save(approval: Any, *args: Any, **kwargs: Any) -> None:
        if not here.moment:
            wait_for_the_other()
            here.turn = (FOLDER / "turn").open("w")
            fcntl.flock(here.turn, fcntl.LOCK_EX)
        plain(approval, *args, **kwargs)

    return save


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    here.turn = None
    try:
        return deadly(environ, start_response)
    finally:
        if here.turn:
            here.turn.close()


def take_the_guards_away() -> None:
    from agreements import workflow
    from agreements.models import Approval
    from agreements.models.agreement import VersionQuerySet
    from agreements.views import steps
    from tests.agreements.test_races import not_locked, saved

    VersionQuerySet.locked = not_locked
    workflow.move = saved
    steps.perform = workflow.perform.__wrapped__
    Approval.save = in_turn(Approval.save)


take_the_guards_away()
