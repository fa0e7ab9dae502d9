"""Celery with a clock that hurries: it stands still until the file GO is there, which says at which moment it began to run.

python -m tests.faults.hurried beat
"""

import datetime as dt
import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import django
from django.conf import settings
from django.utils import timezone

EVERY_HOUR = 3600.0
# Printing is left out: it would keep the workers from what is looked at here.
SWEEPS = (
    "directory.delivery.send_mail",
    "agreements.tasks.end_what_has_ended",
    "reviews.tasks.schedule_reviews",
    "reviews.reminders.send_reminders",
)
BEGINS, SPEED = float(os.environ["BEGINS"]), float(os.environ["SPEED"])
GO = Path(os.environ["GO"])


def now() -> dt.datetime:
    passed = time.time() - float(GO.read_text()) if GO.exists() else 0
    return dt.datetime.fromtimestamp(BEGINS + passed * SPEED, dt.UTC)


def main() -> None:
    # The portal keeps Celery quiet; here its log says when it is ready, and that beat has begun.
    settings.LOGGING["loggers"]["celery"]["level"] = "INFO"
    django.setup()
    from portal.celery import app
    from portal.foundation import clock

    clock.timezone = SimpleNamespace(now=now, localdate=timezone.localdate, localtime=timezone.localtime)
    app.conf.beat_schedule = {name: app.conf.beat_schedule[name] for name in SWEEPS}
    for entry in app.conf.beat_schedule.values():
        # Four times a day of the hurried clock, and mail as often as it comes.
        every = 1.0 if entry["schedule"] < EVERY_HOUR else 6 * EVERY_HOUR / SPEED
        entry["schedule"], entry["options"] = every, {"expires": 5.0}
    app.start(sys.argv[1:])


if __name__ == "__main__":
    main()
