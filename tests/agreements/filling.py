"""Filling in a blank Word form as people do: with a programme that keeps content controls, and with one that drops them."""

import io
import zipfile

from docx import Document
from docx.oxml.ns import qn

CONTENT = "word/document.xml"


def filled(blank: bytes, answers: dict[str, str | list[str]]) -> bytes:
    """By place the text to write, or for a table of rows the text of each cell; or [choices] to tick in a cell."""
    form = Document(io.BytesIO(blank))
    rows = {row.cells[0].text.split(" ")[0]: row.cells[1:] for table in form.tables for row in table.rows}
    for place, said in answers.items():
        cells = rows[place]
        for cell, text in zip(cells, [said] if isinstance(said, str) else said, strict=False):
            write(cell, text)
    return saved(form)


def write(cell, text: str) -> None:
    """Into the content control, as Word does; a text that begins with ☒ ticks the boxes of these choices."""
    if text.startswith("☒"):
        tick(cell, text.removeprefix("☒").split(";"))
        return
    control = cell._tc.find(f".//{qn('w:sdt')}")
    control.find(f".//{qn('w:t')}").text = text
    placeholder = control.find(f".//{qn('w:showingPlcHdr')}")
    if placeholder is not None:
        placeholder.getparent().remove(placeholder)


def tick(cell, choices: list[str]) -> None:
    for paragraph in cell.paragraphs:
        if paragraph.text.strip() in choices:
            paragraph._p.find(f".//{qn('w:sdt')}//{qn('w:t')}").text = "☒"


def without_controls(content: bytes) -> bytes:
    """As a programme leaves it that knows no content controls: their text stays in the paragraph, the tags go."""
    form = Document(io.BytesIO(content))
    for control in list(form.element.body.iter(qn("w:sdt"))):
        for run in list(control.find(qn("w:sdtContent"))):
            control.addprevious(run)
        control.getparent().remove(control)
    return saved(form)


def saved(form) -> bytes:
    written = io.BytesIO()
    form.save(written)
    return written.getvalue()


def with_part(content: bytes, name: str, text: bytes) -> bytes:
    """The file with one part added, or written anew."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry.filename))
        new.writestr(name, text)
    return written.getvalue()


def part(content: bytes, name: str = CONTENT) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)
