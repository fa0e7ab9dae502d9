"""A final agreement as the worker prints it, against bare WeasyPrint of the same words in plain tables.

python -m tests.bench.printing 200
pytest -s -m slow tests/bench/printing.py

The first prints the ratio, and so many PDFs in a row in one process for its memory. The second prints ten at once with the
worker of its own process, while somebody reads pages. Needs PostgreSQL; what the first writes is rolled back.
"""

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path

import django
import pytest

TURNS = 7
BAR, MOST_MEMORY, MOST_SLOWER = 0.85, 200, 2.0
AT_ONCE, READS = 10, 40
PLAIN = (
    "@page { size: A4 } table { width: 100%; border-collapse: collapse } td, th { border: 1px solid; text-align: left }"
)


def main(many: int) -> int:
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import transaction

    settings.DEBUG = False
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        keep_in(Path(folder), settings)
        call_command("load_estate", verbosity=0)
        call_command("load_question_sets", verbosity=0)
        job = final_agreement()
        worst = max(memory(job, many) / MOST_MEMORY, ratio(job) / BAR)
        transaction.set_rollback(True)
    return int(worst > 1)


def keep_in(folder: Path, settings) -> None:
    from tests.journeys.surroundings import share_a_folder

    share_a_folder(folder, settings)


def final_agreement():
    """The print job of an agreement that both sides have signed, with every question answered."""
    from agreements.models import Printing
    from agreements.tasks import make
    from tests import factories

    version = factories.bring_to("in force", factories.Cast())
    job = Printing.objects.get(version=version, kind=Printing.Kind.FINAL)
    make(job)
    return job


def bare(page: str) -> bytes:
    from weasyprint import CSS, HTML

    return HTML(string=page).write_pdf(stylesheets=[CSS(string=PLAIN)])


def in_plain_tables(page: str) -> str:
    """The same words: each section a table, each question a row of two cells, and no class, so none of the portal's looks."""
    from lxml import etree, html

    document = html.document_fromstring(page)
    for question in document.xpath("//div[@class='question']"):
        before = question.getprevious()
        table = before if before is not None and before.get("of") else etree.Element("table", of="questions")
        row = etree.SubElement(table, "tr")
        heading, *answer = list(question)
        etree.SubElement(row, "th").append(heading)
        etree.SubElement(row, "td").extend(answer)
        question.getparent().replace(question, table)
    for element in document.xpath("//*[@class]"):
        del element.attrib["class"]
    return html.tostring(document, encoding="unicode", doctype="<!doctype html>")


def pages(made: bytes) -> int:
    from pyhanko.pdf_utils.reader import PdfFileReader

    return int(PdfFileReader(BytesIO(made)).root["/Pages"]["/Count"])


def seconds(act: Callable[[], object]) -> float:
    """Of the processor: neither waits for anything."""
    began = time.process_time()
    act()
    return time.process_time() - began


def ratio(job) -> float:
    """In turns, both warm: the worker's PDF with tags, attachment, both standards and seal; bare WeasyPrint. Medians."""
    from agreements.tasks import make

    plain = in_plain_tables(job.html)
    sizes = pages(make(job)), pages(bare(plain))
    turns = [(seconds(partial(make, job)), seconds(partial(bare, plain))) for _ in range(TURNS)]
    portal, floor = (statistics.median(times) for times in zip(*turns, strict=True))
    print(
        f"{sizes[0]} pages as the worker prints them {portal * 1000:.0f} ms; bare WeasyPrint, plain tables, {sizes[1]} "
        f"pages {floor * 1000:.0f} ms: ratio {portal / floor:.2f} (bar {BAR})"
    )
    return portal / floor


def memory(job, many: int) -> float:
    """The most that the process held in MB, after so many in a row."""
    from agreements.tasks import make

    held = []
    for _ in range(many):
        make(job)
        held.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(f"{many:,} PDFs in a row: {held[0]:.0f} MB after the first, {held[-1]:.0f} MB in the end (bar {MOST_MEMORY})")
    return held[-1]


def ninety_fifth(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_ten_pdfs_at_once_leave_the_web_nearly_as_quick_as_idle(tmp_path, settings):
    from agreements.models import Printing
    from tests.faults.web import Visitor, web
    from tests.journeys.surroundings import wait_until, worker_and_beat

    keep_in(tmp_path, settings)
    job = final_agreement()
    jobs = [
        Printing(
            version=job.version, kind=Printing.Kind.DRAFT, html=job.html, data=job.data, words_sha256=f"{number:064}"
        )
        for number in range(AT_ONCE)
    ]
    with web(tmp_path, broker="filesystem://") as site:
        reader = Visitor(job.version.agreement.started_by, site)
        path = f"/agreements/{job.version.agreement.reference}/"

        def read() -> float:
            assert reader.ask("GET", path)[0] == 200
            return reader.seconds

        read()
        with worker_and_beat(tmp_path, broker="filesystem://", mail_port=1, site_url=site):
            wait_until(lambda: not Printing.objects.filter(printed_at=None).exists(), seconds=120)
            idle = [read() for _ in range(READS)]
            Printing.objects.bulk_create(jobs)
            busy = []
            while Printing.objects.filter(printed_at=None).exists():
                busy.append(read())
    slower = ninety_fifth(busy) / ninety_fifth(idle)
    print(
        f"\n{AT_ONCE} PDFs at once: 95th percentile of a page idle {ninety_fifth(idle) * 1000:.0f} ms, meanwhile "
        f"{ninety_fifth(busy) * 1000:.0f} ms over {len(busy)} pages: ratio {slower:.2f} (bar {MOST_SLOWER})"
    )
    assert not Printing.objects.filter(given_up_at__isnull=False).exists()
    assert slower <= MOST_SLOWER


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 200))
