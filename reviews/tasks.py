"""The sweeps over reviews: plan the next ones, print their records."""

from celery import shared_task

from directory.freshness import mark_missed_reviews
from portal.foundation import pdf, printing
from reviews import schedule
from reviews.models import Review, ReviewRecord


@shared_task(name="reviews.tasks.schedule_reviews")
def schedule_reviews() -> int:
    """Give every agreement in force its next review, and let those that nobody has begun follow it. How many were new.

    A row is the record of its own planning; what people do with it is in the audit.
    """
    schedule.close_reviews_of_ended_agreements()
    schedule.move_misplaced_reviews()
    planned = schedule.insert_next_reviews()
    tell_the_directory()
    return planned


def tell_the_directory() -> None:
    """A listing says on the same day that the review of its agreement is late, and stops when it has been held."""
    late = Review.objects.overdue().order_by("-due_on").values_list("agreement__reference", "due_on")
    mark_missed_reviews(dict(late))


@shared_task(name="reviews.tasks.print_records", time_limit=printing.TIME_LIMIT)
def print_records() -> int:
    """Print the records of reviews that wait. How many were printed."""
    return printing.sweep(ReviewRecord, make)


def make(record: ReviewRecord) -> bytes:
    return pdf.from_html(record.html)
