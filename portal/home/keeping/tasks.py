"""The sweeps: let go of what has been kept long enough, and print what is held about one person."""

from celery import shared_task

from portal.foundation import pdf, printing
from portal.home.keeping.records import RECORDS, Records, warn_of_silent_drafts
from portal.home.models import PersonalDataCopy


@shared_task(name="portal.home.keeping.tasks.apply_retention")
def apply_retention() -> int:
    """Delete what is due, class by class, after telling those whose draft will go. How many rows went."""
    warn_of_silent_drafts()
    return sum(records.go(records.due_now()) for records in RECORDS)


def what_would_go() -> list[tuple[Records, int]]:
    """The dry run: every class with how much of it is due. Writes nothing."""
    return [(records, records.due_now().count()) for records in RECORDS]


@shared_task(name="portal.home.keeping.tasks.print_personal_data", time_limit=printing.TIME_LIMIT)
def print_personal_data() -> int:
    return printing.sweep(PersonalDataCopy, lambda copy: pdf.from_html(copy.html))
