"""The portal, but its process is killed (SIGKILL) in the moment of a step that the request names in X-Die.

Where VICTIM names the file in which a PostgreSQL has written its number, that PostgreSQL dies instead, at once.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from portal.wsgi import application as portal

# Until the last process of a PostgreSQL is gone.
A_MOMENT = 1.0
here = threading.local()


def die() -> None:
    if victim := os.environ.get("VICTIM"):
        os.kill(int(Path(victim).read_text().split()[0]), signal.SIGQUIT)
        time.sleep(A_MOMENT)
    else:
        os.kill(os.getpid(), signal.SIGKILL)


def watched_step(plain: Callable[..., Any]) -> Callable[..., Any]:
    def perform(*args: Any, **said: Any) -> Any:
        here.in_step = True
        try:
            return plain(*args, **said)
        finally:
            here.in_step = False

    return perform


def watched_commit(plain: Callable[..., None]) -> Callable[..., None]:
    def commit(connection: Any) -> None:
        moment = here.moment if getattr(here, "in_step", False) else ""
        if moment == "before the commit":
            die()
        plain(connection)
        if moment == "after the commit":
            die()

    return commit


def watched_save(plain: Callable[..., None]) -> Callable[..., None]:
    def save(approval: Any, *args: Any, **kwargs: Any) -> None:
        plain(approval, *args, **kwargs)
        if getattr(here, "moment", "") == "between its writes":
            die()

    return save


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    here.moment = environ.get("HTTP_X_DIE", "")
    answer = portal(environ, start_response)
    if here.moment == "before the answer":
        die()
    return answer


def watch() -> None:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from agreements.models import Approval
    from agreements.views import steps

    Approval.save = watched_save(Approval.save)
    steps.perform = watched_step(steps.perform)
    BaseDatabaseWrapper.commit = watched_commit(BaseDatabaseWrapper.commit)


watch()
