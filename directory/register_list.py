"""A list of organisations as a table that a spreadsheet saves: read, and each fault told by its row."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.text import slugify

from directory.models import Organisation
from portal.foundation.text import normalise

COLUMNS = ("name", "charity_number", "website", "email", "kind")
KINDS = {"": False, "charity": False, "funder": True}
MOST_ROWS = 500


@dataclass
class Row:
    """One organisation of the list, and what is wrong with it. Numbers are those of the spreadsheet."""

    number: int
    name: str
    charity_number: str = ""
    website: str = ""
    email: str = ""
    kind: str = ""
    faults: list[str] = field(default_factory=list)

    @property
    def is_funder(self) -> bool:
        return KINDS.get(self.kind, False)


def read(text: str) -> list[Row]:
    """Raises ValidationError when it is no such table at all."""
    reader = csv.DictReader(io.StringIO(normalise(text)), restkey="more")
    headings = [(name or "").strip().lower().replace(" ", "_") for name in reader.fieldnames or []]
    if headings[:1] != ["name"] or not set(headings) <= set(COLUMNS):
        raise ValidationError(f"The first line must name the columns: {', '.join(COLUMNS)}. Only name is needed")
    reader.fieldnames = headings
    rows = [_row(number, given) for number, given in enumerate(reader, start=2)]
    if not rows:
        raise ValidationError("There is no organisation under the first line")
    if len(rows) > MOST_ROWS:
        raise ValidationError(f"There are more than {MOST_ROWS} organisations. Give them in several lists")
    _compare(rows)
    return rows


def _row(number: int, given: dict[str, str]) -> Row:
    name, charity_number, website, email, kind = ((given.get(column) or "").strip() for column in COLUMNS)
    charity_number = charity_number.replace(" ", "").replace("-", "").upper()
    row = Row(number, name, charity_number, website, email, kind.lower())
    row.faults += _faults(row)
    if "more" in given:
        row.faults.append("There are more cells than columns")
    return row


def _faults(row: Row) -> Iterator[str]:
    if not row.name or not slugify(row.name):
        yield "Enter the name"
    if len(row.name) > 120:
        yield "Use 120 characters or fewer for the name"
    number = row.charity_number
    if number and not (len(number) == 8 and number.startswith("SC") and number[2:].isascii() and number[2:].isdigit()):
        yield f"“{number}” isn’t a Scottish charity number: SC and six digits, like SC012345"
    if row.kind not in KINDS:
        yield f"“{row.kind}” is no kind: write charity or funder"
    checks = (
        (row.website, URLValidator(["https", "http"]), "a web address"),
        (row.email, validate_email, "an email address"),
    )
    for value, check, words in checks:
        try:
            if value:
                check(value)
        except ValidationError:
            yield f"“{value}” isn’t {words}"


def _compare(rows: list[Row]) -> None:
    """Nothing twice: neither in the list, nor in the list and the portal."""
    known = list(Organisation.objects.values_list("name", "slug", "charity_number"))
    names = {name.casefold() for name, _, _ in known} | {slug for _, slug, _ in known}
    numbers = {number for _, _, number in known if number}
    for row in rows:
        keys = {row.name.casefold(), slugify(row.name)[:130]}
        if row.name and keys & names:
            row.faults.append(f"“{row.name}” is in the portal or in this list already")
        if row.charity_number and row.charity_number in numbers:
            row.faults.append(f"{row.charity_number} is in the portal or in this list already")
        names |= keys
        numbers.add(row.charity_number)
