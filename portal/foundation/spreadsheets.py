"""Tables to take away: CSV that a spreadsheet opens, in which no cell can become a formula."""

import csv
import re
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

# What a spreadsheet program may take for a formula, wide letters and white space that it skips included.
FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
SUSPECT = frozenset("'=+-@\t\r\n＝＋－＠")


def csv_file(name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A download. It begins with a byte order mark, without which spreadsheets misread letters such as £ and à."""
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    writer = csv.writer(answer)
    writer.writerow(headings)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return answer


def harmless(cell: object) -> object:
    """Words that would begin a formula get an apostrophe in front. With one apostrophe less they read back as they were."""
    is_formula = isinstance(cell, str) and cell[:1] in SUSPECT and FORMULA.match(cell)
    return f"'{cell}" if is_formula else cell
