"""What somebody wrote in a Word form: read by the ids printed in it, and all that stands nowhere is told too.

The file is an archive of XML from a stranger. Two parts of it are read, by name; nothing is unpacked to a disk, no
document type, entity or address in it is followed.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from lxml import etree

from agreements.word.places import PLACE, PLACEHOLDERS, TICKED, UNTICKED

WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WORDS_2010 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
BODY = "word/document.xml"
BESIDE = ("word/comments.xml", "word/footnotes.xml", "word/endnotes.xml")
LARGEST_PART = 20 * 1024 * 1024
LEGACY = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

LOCKED = "The file is protected with a password, or is in the old .doc format. Save it as .docx without a password"
DAMAGED = (
    "The file is damaged and can’t be read. Open it in Word or LibreOffice, save it again as .docx, and choose that"
)
HOSTILE = "The file has parts that a Word document doesn’t need, so it isn’t read. Copy your answers into a new form"
TOO_LONG = "There is more text in the file than a form can hold. Choose a smaller file"


@dataclass(frozen=True)
class Line:
    """One line as it was written; and what it says where there are choices, ticked or not (None when it has no box)."""

    text: str
    choice: str
    is_ticked: bool | None = None


@dataclass
class Filled:
    """By place, the lines in each cell of its row; and the paragraphs that stand in no place."""

    places: dict[str, list[list[Line]]] = field(default_factory=dict)
    loose: list[str] = field(default_factory=list)


def read(content: bytes) -> Filled:
    """Raises ValidationError with a sentence for a file that can't be read, or shouldn't be."""
    filled = Filled()
    parts = list(_parts(content))
    _read_block(parts[0], filled)
    for part in parts[1:]:
        filled.loose += [line.text for line in _lines(part) if line.text]
    return filled


def refuse_at_sight(content: bytes) -> None:
    """What its first bytes say already: an encrypted document is no archive."""
    if content.startswith(LEGACY):
        raise ValidationError(LOCKED, code="locked")


def _parts(content: bytes) -> Iterator[etree._Element]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_strange_names(archive)
            there = set(archive.namelist())
            for name in (BODY, *(name for name in BESIDE if name in there)):
                yield _parsed(_unpacked(archive, name))
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise ValidationError(DAMAGED, code="damaged") from error


def _refuse_strange_names(archive: zipfile.ZipFile) -> None:
    """Nothing is written to a disk, so a path can do no harm here: a file that tries is still not one from Word."""
    for entry in archive.infolist():
        if entry.flag_bits & 1:
            raise ValidationError(LOCKED, code="locked")
        if entry.filename.startswith(("/", "\\")) or ".." in entry.filename.replace("\\", "/").split("/"):
            raise ValidationError(HOSTILE, code="hostile")


def _unpacked(archive: zipfile.ZipFile, name: str) -> bytes:
    """However much the list of contents says there is, no more than this is unpacked."""
    with archive.open(name) as part:
        text = part.read(LARGEST_PART + 1)
    if len(text) > LARGEST_PART:
        raise ValidationError(TOO_LONG, code="bomb")
    return text


def _parsed(text: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        raise ValidationError(DAMAGED, code="damaged") from error
    _refuse_a_document_type(root)
    return root


def _refuse_a_document_type(root: etree._Element) -> None:
    """Word writes none: it could only name entities. None would be followed, and the file isn't what it says."""
    if root.getroottree().docinfo.doctype:
        raise ValidationError(HOSTILE, code="hostile")


def _read_block(block: etree._Element, filled: Filled) -> None:
    """Tables by the ids in their first cells; every other paragraph is loose, headings and help among them."""
    for child in block:
        if child.tag == f"{WORDS}tbl":
            _read_table(child, filled)
        elif child.tag == f"{WORDS}p":
            filled.loose += [line.text for line in _lines_of(child) if line.text]
        elif isinstance(child.tag, str):
            _read_block(child, filled)


def _read_table(table: etree._Element, filled: Filled) -> None:
    for row in table.iter(f"{WORDS}tr"):
        cells = [cell for cell in row.iter(f"{WORDS}tc") if next(cell.iterancestors(f"{WORDS}tr")) is row]
        texts = [list(_lines(cell)) for cell in cells]
        first = " ".join(line.text for line in texts[0]) if texts else ""
        match = PLACE.match(first)
        if match is None or match[1] in filled.places:
            filled.loose += [line.text for lines in texts for line in lines if line.text]
        else:
            filled.places[match[1]] = [[line for line in lines if line.text] for lines in texts[1:]]


def _lines(container: etree._Element) -> Iterator[Line]:
    for paragraph in container.iter(f"{WORDS}p"):
        yield from _lines_of(paragraph)


def _lines_of(paragraph: etree._Element) -> Iterator[Line]:
    """A line break begins a new line. Deleted text (w:delText) isn't there any more."""
    own = _text(paragraph)
    boxes = [box.get(f"{WORDS_2010}val") for box in paragraph.iter(f"{WORDS_2010}checked")]
    for text in own.split("\n"):
        yield _line(text.strip(), any(value in ("1", "true", "on") for value in boxes))


def _text(paragraph: etree._Element) -> str:
    """What the paragraph says; that of a text box in it is told with the box's own paragraphs."""
    said = {f"{WORDS}br": "\n", f"{WORDS}cr": "\n", f"{WORDS}tab": " ", f"{WORDS}noBreakHyphen": "-"}
    found = []
    for node in paragraph.iter():
        if next(node.iterancestors(f"{WORDS}p"), paragraph) is not paragraph:
            continue
        if node.tag == f"{WORDS}t":
            found.append(node.text or "")
        elif node.tag in said and node.getparent().tag == f"{WORDS}r":
            found.append(said[node.tag])
    return "".join(found)


def _line(text: str, is_ticked: bool) -> Line:
    """A line that is nothing but the words that stood there before anyone wrote is empty."""
    text = "" if text in PLACEHOLDERS else text
    if text[:1] in (UNTICKED, TICKED, "☑", "✓", "✔") or text[:3].lower() in ("[x]", "[ ]"):
        length = 3 if text.startswith("[") else 1
        return Line(text, text[length:].strip(), is_ticked or text[:length].lower() not in (UNTICKED, "[ ]"))
    return Line(text, text, True if is_ticked else None)
