"""Signed words as a Word file for reading: made from the frozen HTML itself, so that not a word differs."""

import re
from collections.abc import Iterator

from docx.oxml import OxmlElement
from lxml import html

from agreements.word.blank import as_bytes, new_document

HEADINGS = {"h2": 1, "h3": 2, "h4": 3, "h5": 4}
BLOCKS = {"p", "li", "dt", "dd", "caption", *HEADINGS}
BOLD = {"dt", "caption"}
COPY = "Copy for reading. The signed record is the sealed PDF with the code {code}: only that proves anything."


def made(words: str, *, title: str, code: str) -> bytes:
    document = new_document(f"Partnership Agreement: {title} (copy)")
    document.sections[0].header.paragraphs[0].text = COPY.format(code=code)
    document.add_heading(title, level=0)
    document.add_paragraph(COPY.format(code=code))
    root = html.fragment_fromstring(words, create_parent=True)
    for line_end in root.iter("br"):
        line_end.tail = f" {line_end.tail or ''}"
    _add(root, document)
    return as_bytes(document)


def _add(element: html.HtmlElement, document) -> None:
    """Blocks as paragraphs, tables as tables; what stands in no block of its own is a paragraph too."""
    if text := _said(element.text or ""):
        document.add_paragraph(text)
    for child in element:
        if child.tag == "table":
            _add_table(child, document)
        elif child.tag in BLOCKS and not any(inner.tag in BLOCKS | {"table"} for inner in child.iterdescendants()):
            _add_block(child, document)
        elif isinstance(child.tag, str):
            _add(child, document)
        if text := _said(child.tail or ""):
            document.add_paragraph(text)


def _add_block(block: html.HtmlElement, document) -> None:
    text = _said(block.text_content())
    if not text:
        return
    if block.tag in HEADINGS:
        document.add_heading(text, level=HEADINGS[block.tag])
    else:
        paragraph = document.add_paragraph(style="List Bullet" if block.tag == "li" else None)
        paragraph.add_run(text).bold = block.tag in BOLD or None


def _add_table(table: html.HtmlElement, document) -> None:
    rows = list(table.iter("tr"))
    for caption in table.iter("caption"):
        _add_block(caption, document)
    width = max((len(list(_cells(row))) for row in rows), default=0)
    if not width:
        return
    copied = document.add_table(rows=0, cols=width, style="Table Grid")
    for row in rows:
        cells = copied.add_row().cells
        for cell, told in zip(cells, _cells(row), strict=False):
            cell.paragraphs[0].add_run(_said(told.text_content())).bold = told.tag == "th" or None
        if row.getparent().tag == "thead":
            copied.rows[-1]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _cells(row: html.HtmlElement) -> Iterator[html.HtmlElement]:
    return (cell for cell in row if cell.tag in ("th", "td"))


def _said(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
