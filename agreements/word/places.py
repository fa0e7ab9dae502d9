"""Where in a Word form an answer stands: shared by the blank that is made and the filled-in file that is read.

How many rows a table has and what heads its columns is the same in print, so `paper` asks here.

Every place has an id such as S1-04.2.outcome: the question, the row from 1, the part. It is printed in the first cell of
its row of a table, because not every programme keeps the tags of content controls.
"""

import re
from collections.abc import Iterator

from agreements.questions.definition import Control

WRITE, CHOOSE, DAY = "Write here", "Choose one", "Day, month and year"
UNTICKED, TICKED = "☐", "☒"
PLACE = re.compile(r"([A-Z][A-Z0-9]{1,4}-[0-9]{2}(?:\.[a-z0-9_]+)*)(?=\s|$)")
IN_THE_PORTAL = "Add files in the portal: they can’t come with this form."
PLACEHOLDERS = (WRITE, CHOOSE, DAY, IN_THE_PORTAL)
KEPT_BY_PORTAL = "The portal fills this in. Leave it empty."
SPARE_ROWS = 3
ROW_LABEL = "for"


def grids(control: Control, path: str) -> Iterator[tuple[Control, str]]:
    """The controls in a question that are tables of rows, each with its path."""
    if control.control_type.shape == "rows":
        yield control, path
    for part in control.parts if control.control_type.shape == "group" else ():
        yield from grids(part, f"{path}.{part.id}")


def columns(grid: Control) -> tuple[Control, ...]:
    """What the cells of a row hold, after the first with its id. Each is headed by its text, in Word and in print."""
    followed = grid.rows_of.partition(".")[0]
    named = "Agreed action" if followed == "actions" else f"For each answer to {followed}"
    label = Control(id=ROW_LABEL, text=named, type="short_text")
    return (*((label,) if grid.rows_of else ()), *grid.parts)


def rows_on_paper(grid: Control) -> range:
    """The numbers of the empty rows: as many as must be filled in, and a few where fewer will do."""
    return range(1, min(grid.max_rows, max(grid.min_rows, SPARE_ROWS)) + 1)
