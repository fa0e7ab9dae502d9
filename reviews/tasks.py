"""The sweeps over reviews: plan the next ones, print their records."""

from celery import shared_task

from portal.foundation import pdf, printing
from reviews import schedule
from reviews.models import ReviewRecord


@shared_task(name="reviews.tasks.schedule_reviews")
def schedule_reviews() -> int:
    """Give every agreement in force its next review, and let those that nobody has begun follow it. How many were new.

    A row is the record of its own planning; what people do with it is in the audit.
    """
    schedule.close_reviews_of_ended_agreements()
    schedule.move_misplaced_reviews()
    return schedule.insert_next_reviews()


@shared_task(name="reviews.tasks.print_records")
def print_records() -> int:
    """Print the records of reviews that wait. How many were printed."""
    return printing.sweep(ReviewRecord, make)


def make(record: ReviewRecord) -> bytes:
    return pdf.from_html(record.html)
