"""The types of control, as a table, and the words that a definition may choose from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Condition = Mapping[str, Any]
Shape = Literal["text", "number", "list", "group", "rows", "nothing"]

KINDS = ("eligibility", "agreement", "sharing", "consent", "review")
WHO = ("partner", "prison", "both", "nobody")
SIDES = ("partner", "prison", "both", "system")
DUE = ("start", "outline", "specification", "details", "sign_off", "delivery", "review", "print", "never")
STATUSES = ("documented", "documented (topic)", "inferred")
HOMES = ("answers", "actions")
STAGES = (0, 1, 2, 3, 4, 5)
ACTIONS = "actions"


@dataclass(frozen=True)
class ControlType:
    """What a control of one type stores, which keys of its own it has, and inside what it may stand.

    `needs` lists alternatives: of each tuple, exactly one key must be there.
    """

    shape: Shape
    keys: tuple[str, ...] = ()
    needs: tuple[tuple[str, ...], ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    inside: tuple[Shape, ...] = ("group", "rows")

    @property
    def is_stored(self) -> bool:
        """Whether people answer it, so that there is an answer to keep."""
        return self.shape != "nothing"


OPTIONS = ("options", "options_from")
ALONE: tuple[Shape, ...] = ()
GROUPS_ONLY: tuple[Shape, ...] = ("group",)
CONTACT_PARTS: tuple[Mapping[str, Any], ...] = (
    {"id": "post", "text": "Post", "type": "short_text", "required": True},
    {"id": "name", "text": "Name", "type": "short_text"},
    {"id": "email", "text": "Role mailbox", "type": "short_text", "required": True, "max_length": 254},
    {"id": "phone", "text": "Phone", "type": "short_text", "max_length": 40},
)
ROWS = {"min_rows": 0, "max_rows": 20, "row_name": "row"}

TYPES: Mapping[str, ControlType] = {
    "short_text": ControlType("text", ("max_length",), defaults={"max_length": 200}),
    "long_text": ControlType("text", ("max_length",), defaults={"max_length": 4000}),
    "yes_no": ControlType("text"),
    "choice": ControlType("text", OPTIONS, needs=(OPTIONS,)),
    "choices": ControlType("list", (*OPTIONS, "none_of_these"), needs=(OPTIONS,)),
    "terms": ControlType("list", ("vocabulary",), needs=(("vocabulary",),)),
    "number": ControlType("number", ("min", "max", "unit")),
    "money": ControlType("text"),
    "date": ControlType("text"),
    "time": ControlType("text"),
    "contact": ControlType("group", defaults={"parts": CONTACT_PARTS}),
    "group": ControlType("group", ("parts",), needs=(("parts",),), inside=GROUPS_ONLY),
    "rows": ControlType(
        "rows", ("parts", "min_rows", "max_rows", "row_name"), needs=(("parts",),), defaults=ROWS, inside=GROUPS_ONLY
    ),
    "per_row": ControlType("rows", ("rows_of", "parts"), needs=(("rows_of",), ("parts",)), inside=ALONE),
    "file": ControlType("list", ("multiple", "accept"), inside=GROUPS_ONLY),
    "reference": ControlType("nothing", ("to",), needs=(("to",),), inside=ALONE),
    "derived": ControlType("nothing", ("from",), needs=(("from",),), inside=ALONE),
    "signature": ControlType("nothing", inside=ALONE),
    "statement": ControlType("nothing", ("words",), needs=(("words",),), inside=ALONE),
    "outside": ControlType("nothing", inside=ALONE),
}
