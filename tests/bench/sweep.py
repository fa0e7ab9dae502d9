"""How much the sweep that plans reviews costs beside the bare statement that does the same work.

python -m tests.bench.sweep 5000 100000

Besides the statement the sweep asks four small questions, which cost the same however large the estate is: a few
milliseconds, so that the ratio of a small estate says more about them than about the sweep.

It makes estates of these sizes in the database that DATABASE_URL names, inside a transaction that is rolled back.
"""

import statistics
import sys

import django

TURNS = 15
BAR = 1.5


def main(sizes: list[int]) -> int:
    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    worst = 0.0
    for size in sizes:
        with transaction.atomic():
            call_command("load_estate", verbosity=0)
            call_command("load_question_sets", verbosity=0)
            worst = max(worst, ratio(size))
            transaction.set_rollback(True)
    return int(worst > BAR)


def ratio(size: int) -> float:
    """Measured in turns, sweep, statement, sweep, statement; of the medians."""
    from reviews.tasks import schedule_reviews
    from tests.reviews.test_speed import bare, estate, seconds

    due = estate(size)
    turns = [(seconds(schedule_reviews, due), seconds(bare, due)) for _ in range(TURNS)]
    sweep, statement = (statistics.median(times) for times in zip(*turns, strict=True))
    print(
        f"{size:,} agreements, {due:,} due: sweep {sweep * 1000:.0f} ms, bare statement {statement * 1000:.0f} ms, "
        f"ratio {sweep / statement:.2f} (bar {BAR})"
    )
    return sweep / statement


if __name__ == "__main__":
    sys.exit(main([int(size.replace("_", "")) for size in sys.argv[1:]] or [5_000, 100_000]))
