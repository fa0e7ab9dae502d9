"""The sweeps: count ahead, ask for the report of each month, print it."""

from celery import shared_task

from portal.dashboards import keeping, reports
from portal.dashboards.models import EstateReport
from portal.foundation import printing


@shared_task(name="portal.dashboards.tasks.keep_sums")
def keep_sums() -> int:
    """Count the estate anew. How many parts."""
    return keeping.keep_all()


@shared_task(name="portal.dashboards.tasks.ask_for_monthly_report")
def ask_for_monthly_report() -> int:
    """On the first of a month, or as soon after as the worker runs. How many were new."""
    return int(reports.ask_for_report()[1])


@shared_task(name="portal.dashboards.tasks.print_reports", time_limit=printing.TIME_LIMIT)
def print_reports() -> int:
    """Print the reports that wait. How many were printed."""
    return printing.sweep(EstateReport, reports.make)
