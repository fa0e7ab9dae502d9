"""Adding, removing and moving rows by buttons that post the whole form, so that it works without JavaScript."""

import re
from dataclasses import dataclass

from django.utils.datastructures import MultiValueDict

COMMAND = re.compile(r"(?P<action>add|remove|up|down) (?P<path>\S+?)(?: (?P<index>[0-9]{1,4}))?")


@dataclass(frozen=True)
class RowCommand:
    """Rows count from 0. To add needs no index."""

    action: str
    path: str
    index: int

    def reorder(self, count: int) -> list[int | None]:
        """Which of the old rows stands at each place; None is a new one. There is always one row."""
        order: list[int | None] = list(range(count))
        if self.action == "add":
            order.append(None)
        elif self.action == "remove":
            del order[self.index]
        elif 0 <= (other := self.other) < count:
            order[self.index], order[other] = order[other], order[self.index]
        return order or [None]

    @property
    def other(self) -> int:
        """The row that one changes places with."""
        return self.index + {"up": -1, "down": 1}[self.action]

    def focus(self, count: int) -> str:
        """The path of the row at which to go on, once the rows have changed to this many."""
        index = self.other if self.action in ("up", "down") else count - 1 if self.action == "add" else self.index
        return f"{self.path}.{max(0, min(index, count - 1))}"


def parse(text: str) -> RowCommand | None:
    match = COMMAND.fullmatch(text)
    return RowCommand(match["action"], match["path"], int(match["index"] or 0)) if match else None


def rearrange(data: MultiValueDict, path: str, order: list[int | None]) -> MultiValueDict:
    """A copy of the posted data with the rows at this path in another order, and everything else as it was."""
    in_row = re.compile(rf"{re.escape(path)}\.([0-9]+)\.(.+)")
    posted = [(match, data.getlist(match[0])) for match in map(in_row.fullmatch, data) if match]
    copy = data.copy()
    for match, _ in posted:
        del copy[match[0]]
    for place, old in enumerate(order):
        for match, values in posted:
            if int(match[1]) == old:
                copy.setlist(f"{path}.{place}.{match[2]}", values)
    copy.setlist(f"{path}.count", [str(len(order))])
    return copy
