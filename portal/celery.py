"""The worker looks for work: beat starts these sweeps, each with an expiry so that nothing piles up.

Web code never talks to the broker.
"""

import os

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

EVERY_FEW_SECONDS = 5.0
EVERY_HALF_MINUTE = 30.0
EVERY_HOUR = 3600.0
EVERY_DAY = 24 * EVERY_HOUR

app = Celery("portal")


@setup_logging.connect
def leave_logging_alone(**kwargs: object) -> None:
    """Otherwise Celery writes lines of its own form: settings.LOGGING says how every line looks."""


app.conf.update(
    broker_url=settings.BROKER_URL,
    broker_connection_retry_on_startup=True,
    task_ignore_result=True,
    task_acks_late=False,
    task_time_limit=300,
    worker_max_tasks_per_child=500,
    worker_prefetch_multiplier=1,
    timezone="Europe/London",
    beat_schedule_filename=str(settings.DATA_DIR / "beat-schedule"),
    beat_schedule={
        name: {"task": name, "schedule": every, "options": {"expires": every}}
        for name, every in {
            "directory.delivery.send_mail": EVERY_FEW_SECONDS,
            "agreements.tasks.print_documents": EVERY_FEW_SECONDS,
            "agreements.tasks.print_blank_forms": EVERY_FEW_SECONDS,
            "agreements.tasks.end_what_has_ended": EVERY_HOUR,
            "agreements.tasks.carry_out_bulks": EVERY_FEW_SECONDS,
            "directory.anchoring.mail_audit_digest": EVERY_HOUR,
            "directory.freshness.ask_to_confirm": EVERY_HOUR,
            "directory.unused.close_unused_accounts": EVERY_HOUR,
            "directory.handouts.renew_handouts": EVERY_HOUR,
            "directory.handouts.print_next_handout": EVERY_FEW_SECONDS,
            "reviews.tasks.print_records": EVERY_FEW_SECONDS,
            "reviews.tasks.schedule_reviews": EVERY_HOUR,
            "reviews.reminders.send_reminders": EVERY_HOUR,
            "portal.home.keeping.tasks.print_personal_data": EVERY_FEW_SECONDS,
            "portal.home.keeping.tasks.apply_retention": EVERY_DAY,
            "portal.dashboards.tasks.keep_sums": EVERY_HALF_MINUTE,
            "portal.dashboards.tasks.ask_for_monthly_report": EVERY_HOUR,
            "portal.dashboards.tasks.print_reports": EVERY_FEW_SECONDS,
            "portal.exports.making.make_exports": EVERY_FEW_SECONDS,
            "portal.exports.making.remove_old_exports": EVERY_HOUR,
            "portal.exports.open_data.making.make_open_data": EVERY_HOUR,
        }.items()
    },
)
if settings.BROKER_URL.startswith("filesystem:"):
    folders = {name: settings.BROKER_DIR / name for name in ("queue", "processed")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    app.conf.broker_transport_options = {
        "data_folder_in": str(folders["queue"]),
        "data_folder_out": str(folders["queue"]),
        "processed_folder": str(folders["processed"]),
        "control_folder": str(settings.BROKER_DIR),
    }
app.autodiscover_tasks(["directory", "agreements", "reviews", "portal.home.keeping", "portal.dashboards"])
app.autodiscover_tasks(["directory"], related_name="delivery")
app.autodiscover_tasks(["directory"], related_name="anchoring")
app.autodiscover_tasks(["directory"], related_name="freshness")
app.autodiscover_tasks(["directory"], related_name="unused")
app.autodiscover_tasks(["directory"], related_name="handouts")
app.autodiscover_tasks(["reviews"], related_name="reminders")
app.autodiscover_tasks(["portal.exports", "portal.exports.open_data"], related_name="making")
