"""A blank question set as an accessible .docx: real headings, tables with header rows, labelled content controls."""

import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.shared import Pt, RGBColor

from agreements.questions.definition import Control, Definition, Question, Section
from agreements.questions.values import Lookup, options
from agreements.word import places
from agreements.word.places import CHOOSE, DAY, KEPT_BY_PORTAL, UNTICKED, WRITE

W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
LONGEST_NAME = 64
Row = tuple[str, list[tuple[Control, str]]]
HELP, PLACE = "Help", "Place"
INK = RGBColor(0x0B, 0x0C, 0x0C)
SAID_FIRST = (
    "Fill in what you can, save the file, and upload it in the portal: open the draft, then “Fill in from a Word file”.",
    "Write only in the answer cells. The id in the first cell of each row tells the portal where an answer belongs.",
    "Never write anything about a person in custody.",
)


def made(definition: Definition, lookup: Lookup) -> bytes:
    """The whole form."""
    form = new_document(f"{definition.title}: blank form, version {definition.version}")
    form.add_heading(definition.title, level=0)
    form.add_paragraph(f"Blank form, version {definition.version}")
    for paragraph in (definition.about, *SAID_FIRST):
        form.add_paragraph(paragraph)
    for section in definition.sections:
        _add_section(form, section, lookup)
    return as_bytes(form)


def printed(definition: Definition) -> set[str]:
    """Every line that the form prints outside its answer cells: what else stands there, somebody wrote."""
    said = ["Question", "Your answer", "Row", KEPT_BY_PORTAL, definition.title, definition.about, *SAID_FIRST]
    said.append(f"Blank form, version {definition.version}")
    for section in definition.sections:
        said += [f"{section.id}. {section.title}", section.intro]
        for question in section.questions:
            said += [f"{question.id}. {question.text}", question.help, question.words]
            said += [text for grid, _ in places.grids(question, question.id) for text in (grid.text, *_headings(grid))]
    return {line.strip() for text in said for line in text.splitlines() if line.strip()}


def new_document(title: str):
    """An empty document in the portal's hand: language, title and styles, and no paragraph for space alone."""
    document = Document()
    document.core_properties.title = title
    document.core_properties.language = "en-GB"
    document.core_properties.author = "Partnership Agreements portal"
    document.core_properties.created = document.core_properties.modified = dt.datetime(2026, 1, 1)
    styles = document.styles
    styles["Normal"].font.name, styles["Normal"].font.size = "Arial", Pt(12)
    styles["Normal"].paragraph_format.space_after = Pt(8)
    for name in ("Title", "Heading 1", "Heading 2", "Heading 3"):
        styles[name].font.color.rgb, styles[name].font.name = INK, "Arial"
    for name in (HELP, PLACE):
        styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
    styles[HELP].font.italic = True
    styles[PLACE].font.size = Pt(10)
    _set_language(styles)
    return document


def _set_language(styles) -> None:
    fonts = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    language = fonts.find(qn("w:lang"))
    language.set(qn("w:val"), "en-GB")


def as_bytes(document) -> bytes:
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _add_section(form, section: Section, lookup: Lookup) -> None:
    form.add_heading(f"{section.id}. {section.title}", level=1)
    if section.intro:
        form.add_paragraph(section.intro)
    for question in section.questions:
        form.add_heading(f"{question.id}. {question.text}", level=2)
        if question.help:
            form.add_paragraph(question.help, style=HELP)
        _add_question(form, question, lookup)


def _add_question(form, question: Question, lookup: Lookup) -> None:
    if question.words:
        for paragraph in question.words.split("\n\n"):
            form.add_paragraph(paragraph)
    if not question.is_stored:
        form.add_paragraph(KEPT_BY_PORTAL, style=HELP)
        return
    rows = [(f"{path} {label}".strip(), [(control, path)]) for control, path, label in _leaves(question, question.id)]
    if rows:
        _add_table(form, question.id, ("Question", "Your answer"), rows, lookup)
    for grid, path in places.grids(question, question.id):
        if grid is not question:
            form.add_heading(grid.text, level=3)
        _add_grid(form, grid, path, lookup)


def _leaves(control: Control, path: str, label: str = "") -> Iterator[tuple[Control, str, str]]:
    """What stands alone, each with its place and its words. Tables of rows come after them."""
    shape = control.control_type.shape
    if shape == "group":
        for part in control.parts:
            yield from _leaves(part, f"{path}.{part.id}", f"{label}{': ' if label else ''}{part.text}")
    elif shape != "rows":
        yield control, path, label


def _headings(grid: Control) -> tuple[str, ...]:
    return ("Row", *(column.text for column in places.columns(grid)))


def _add_grid(form, grid: Control, path: str, lookup: Lookup) -> None:
    headings = _headings(grid)
    rows = [
        (f"{path}.{number}", [(part, f"{path}.{number}.{part.id}") for part in places.columns(grid)])
        for number in places.rows_on_paper(grid)
    ]
    _add_table(form, path, headings, rows, lookup)


def _add_table(form, name: str, headings: Sequence[str], rows: Iterable[Row], lookup: Lookup) -> None:
    table = form.add_table(rows=1, cols=len(headings), style="Table Grid")
    for cell, heading in zip(table.rows[0].cells, headings, strict=True):
        cell.paragraphs[0].add_run(heading).bold = True
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), f"Answer to {name}")
    table._tbl.tblPr.append(caption)
    for place, controls in rows:
        cells = table.add_row().cells
        cells[0].paragraphs[0].style = PLACE
        cells[0].paragraphs[0].add_run(place)
        for cell, (control, path) in zip(cells[1:], controls, strict=True):
            _add_answer(cell, control, path, lookup)


def _add_answer(cell, control: Control, path: str, lookup: Lookup) -> None:
    """One content control; or a box to tick for each choice, where there may be several."""
    offered = options(control, lookup)
    first = cell.paragraphs[0]
    if control.type == "file":
        first.add_run(places.IN_THE_PORTAL)
    elif control.control_type.shape == "list" and offered:
        for option in offered:
            paragraph = first if option is offered[0] else cell.add_paragraph()
            paragraph._p.append(_control(f"{path}={option.value}", option.label, _box(), UNTICKED, is_empty=False))
            paragraph.add_run(f" {option.label}")
    else:
        first._p.append(_control(path, f"{path} {control.text}", *_kind(control, offered)))


def _kind(control: Control, offered) -> tuple[str, str]:
    """What kind of content control, and what stands in it while nothing is filled in."""
    if control.type == "date":
        return '<w:date><w:dateFormat w:val="d MMMM yyyy"/><w:lid w:val="en-GB"/></w:date>', DAY
    if offered:
        items = "".join(
            f"<w:listItem w:displayText={_quoted(option.label)} w:value={_quoted(option.value)}/>" for option in offered
        )
        return f"<w:dropDownList>{items}</w:dropDownList>", CHOOSE
    return '<w:text w:multiLine="1"/>', WRITE


def _box() -> str:
    looks = (("checkedState", "2612"), ("uncheckedState", "2610"))
    states = "".join(f'<w14:{state} w14:val="{letter}" w14:font="MS Gothic"/>' for state, letter in looks)
    return f'<w14:checkbox><w14:checked w14:val="0"/>{states}</w14:checkbox>'


def _control(tag: str, label: str, kind: str, shown: str, is_empty: bool = True):
    """A content control: its tag says where the answer belongs, its alias is read aloud."""
    names = f"<w:alias w:val={_quoted(label[:LONGEST_NAME])}/><w:tag w:val={_quoted(tag[:LONGEST_NAME])}/>"
    placeholder = "<w:showingPlcHdr/>" if is_empty else ""
    content = f"<w:sdtContent><w:r><w:t>{shown}</w:t></w:r></w:sdtContent>"
    spaces = f'xmlns:w="{qn("w:p")[1:].partition("}")[0]}" xmlns:w14="{W14}"'
    return parse_xml(f"<w:sdt {spaces}><w:sdtPr>{names}{placeholder}{kind}</w:sdtPr>{content}</w:sdt>")


def _quoted(text: str) -> str:
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return f'"{plain}"'
