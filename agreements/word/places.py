"""Where in a Word form an answer stands: shared by the blank that is made and the filled-in file that is read.

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
SPARE_ROWS, MOST_ROWS = 3, 8
ROW_LABEL = "for"


def grids(control: Control, path: str) -> Iterator[tuple[Control, str]]:
    """The controls in a question that are tables of rows, each with its path."""
    if control.control_type.shape == "rows":
        yield control, path
    for part in control.parts if control.control_type.shape == "group" else ():
        yield from grids(part, f"{path}.{part.id}")


def columns(grid: Control) -> tuple[Control, ...]:
    """What the cells of a row hold, after the first with its id."""
    label = Control(id=ROW_LABEL, text="For", type="short_text")
    return (*((label,) if grid.rows_of else ()), *grid.parts)
