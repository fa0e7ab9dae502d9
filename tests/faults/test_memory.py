"""A worker that has printed for a long time is no larger than one that has just begun."""

import subprocess
import sys

import pytest

from portal.celery import app
from tests.journeys.surroundings import ROOT

# The first ones fill what is kept on purpose: styles, fonts, patterns.
WARM_UP = 20
MOST_GROWTH = 1.1
PRINT = """
import sys
from pathlib import Path
from portal.foundation import pdf

page, kept = Path("tests/foundation/representative.html").read_text(), []
for number in range(int(sys.argv[1])):
    made = pdf.from_html(page)
    if sys.argv[2] == "leaking":
        kept.append(b"x" * 2_000_000)
    if number + 1 in (int(sys.argv[3]), int(sys.argv[1])):
        print(Path("/proc/self/statm").read_text().split()[1])
"""


def growth(renders: int, how: str = "plain") -> float:
    """How many times as much memory the process has at the end as after the first ones."""
    command = [sys.executable, "-c", PRINT, str(renders), how, str(WARM_UP)]
    warm, last = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return int(last) / int(warm)


@pytest.mark.thorough
def test_forty_more_pdfs_take_no_more_memory():
    assert growth(WARM_UP + 40) < MOST_GROWTH


@pytest.mark.slow
def test_a_thousand_pdfs_take_no_more_memory():
    grown = growth(1000)
    print(f"\n{grown:.3f} times as much after a thousand")
    assert grown < MOST_GROWTH


@pytest.mark.thorough
def test_twin_a_printer_that_keeps_something_of_each_pdf_is_noticed():
    assert growth(WARM_UP + 20, "leaking") > MOST_GROWTH


def test_a_worker_is_replaced_after_a_while_and_what_runs_away_is_ended():
    assert (app.conf.worker_max_tasks_per_child, app.conf.task_time_limit) == (500, 300)
