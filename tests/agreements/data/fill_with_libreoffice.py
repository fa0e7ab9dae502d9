"""Fills in a blank Word form with LibreOffice, as somebody at its window does, and saves it as .docx again.

How `filled_with_libreoffice.docx` was made, with LibreOffice 7.4 and Debian's python3-uno, which are no dependencies:

    python3 fill_with_libreoffice.py blank.docx offline_answers.json filled_with_libreoffice.docx

`blank.docx` is what /forms/agreement/word/ gave. The answers are by place, as tests.agreements.filling.filled reads them.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

LINE_BREAK = 1
PIPE = "uno:pipe,name=fill-in;urp;StarOffice.ComponentContext"


def property_of(name, value):
    found = PropertyValue()
    found.Name, found.Value = name, value
    return found


def desktop_of(office):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    while office.poll() is None:
        try:
            context = resolver.resolve(PIPE)
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except NoConnectException:
            time.sleep(0.5)
    raise SystemExit("LibreOffice has ended.")


def each_of(thing):
    parts = thing.createEnumeration()
    while parts.hasMoreElements():
        yield parts.nextElement()


def controls_in(paragraph):
    return [part.ContentControl for part in each_of(paragraph) if part.TextPortionType == "ContentControl"]


def write(cell, text):
    """Into its content control where LibreOffice has kept one, otherwise into the cell. A line break is Shift and Enter."""
    if text.startswith("☒"):
        tick(cell, text.removeprefix("☒").split(";"))
        return
    first, *others = text.split("\n")
    controls = [control for paragraph in each_of(cell) for control in controls_in(paragraph)]
    (words_in(controls[0]) if controls else cell).setString(first)
    for line in others:
        cell.insertControlCharacter(cell.End, LINE_BREAK, False)
        cell.insertString(cell.End, line, False)
    for control in controls:
        control.ShowingPlaceHolder = False


def words_in(control):
    """What stands in it before anyone writes, which a first click selects."""
    return next(part for part in each_of(control) if part.String)


def tick(cell, choices):
    """A click on a box: it is checked, and shows so."""
    for paragraph in each_of(cell):
        if paragraph.String.lstrip("☐ ") in choices:
            [box] = controls_in(paragraph)
            box.Checked = True
            words_in(box).setString(box.CheckedState)


def fill(document, answers):
    for number in range(document.TextTables.Count):
        table = document.TextTables.getByIndex(number)
        for row in range(1, table.Rows.Count):
            place = table.getCellByPosition(0, row).String.split(" ")[0]
            said = answers.pop(place, [])
            for column, text in enumerate([said] if isinstance(said, str) else said, start=1):
                write(table.getCellByPosition(column, row), text)
    if answers:
        raise SystemExit(f"No place for {', '.join(answers)}.")


def main(blank, answers, to):
    with tempfile.TemporaryDirectory() as profile:
        home = f"-env:UserInstallation={Path(profile).as_uri()}"
        listen = "--accept=pipe,name=fill-in;urp;"
        office = subprocess.Popen(["soffice", "--headless", "--norestore", home, listen])
        try:
            hidden = (property_of("Hidden", True),)
            document = desktop_of(office).loadComponentFromURL(Path(blank).resolve().as_uri(), "_blank", 0, hidden)
            fill(document, json.loads(Path(answers).read_text()))
            document.storeToURL(Path(to).resolve().as_uri(), (property_of("FilterName", "MS Word 2007 XML"),))
            document.close(True)
        finally:
            office.terminate()
            office.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
