"""Fills in any form of the portal control by control, the way a person would."""

from collections.abc import Iterator, Mapping
from typing import Any

from playwright.sync_api import Page

# What a person sees to fill in. Checkboxes and radios that share a name are one thing.
CONTROLS = """() => {
    const seen = new Map();
    for (const box of document.querySelectorAll("main form input, main form textarea, main form select")) {
        if (["hidden", "file", "submit"].includes(box.type) || !box.checkVisibility()) continue;
        const tick = ["radio", "checkbox"].includes(box.type);
        const known = seen.get(box.name);
        if (known) { known.options.push(box.value); known.filled ||= box.checked; continue; }
        const options = box.options ? [...box.options].map(option => option.value).filter(Boolean) : [box.value];
        seen.set(box.name, {name: box.name, type: box.type, mode: box.inputMode, options,
            brief: box.classList.contains("govuk-input--width-5"), filled: tick ? box.checked : Boolean(box.value)});
    }
    return [...seen.values()];
}"""
DAY = "2027-03-01"
DATE_PARTS = {"-year": 0, "-month": 1, "-day": 2}


def fill_section(page: Page, particular: Mapping[str, Any]) -> None:
    """Fill what is empty, and what `particular` names by question and part. Answers may open further controls."""
    make_rows(page, particular)
    given = dict(flat(particular))
    done: set[str] = set()
    while new := [control for control in page.evaluate(CONTROLS) if control["name"] not in done]:
        for control in new:
            done.add(control["name"])
            if control["name"] in given or not control["filled"]:
                fill(page, control, value_for(control, given))


def fill_only(page: Page, particular: Mapping[str, Any]) -> None:
    """Fill what `particular` names and nothing else."""
    given = dict(flat(particular))
    for control in page.evaluate(CONTROLS):
        if control["name"] in given:
            fill(page, control, given[control["name"]])


def make_rows(page: Page, particular: Mapping[str, Any]) -> None:
    """As many rows as are to be filled in."""
    for name, rows in particular.items():
        if isinstance(rows, list) and isinstance(rows[0], Mapping) and page.locator(f"#question-{name}").count():
            for index in range(page.locator(f'[id^="row-{name}-"]').count(), len(rows)):
                page.locator(f'button[value="add {name}"]').click()
                page.locator(f"#row-{name}-{index}").wait_for()


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The values by the names of their controls: S1-14.0.funder, S1-13.start-day."""
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        items = enumerate(value)
    else:
        yield path, value
        if isinstance(value, str) and len(value.split("-")) == 3:
            yield from ((path + end, value.split("-")[place]) for end, place in DATE_PARTS.items())
        return
    for key, part in items:
        yield from flat(part, f"{path}.{key}" if path else str(key))


def value_for(control: dict[str, Any], given: Mapping[str, Any]) -> Any:
    return given[control["name"]] if control["name"] in given else usual(control)


def usual(control: dict[str, Any]) -> Any:
    """A sensible answer to a control that nobody said anything about."""
    for end, place in DATE_PARTS.items():
        if control["name"].endswith(end):
            return DAY.split("-")[place]
    if control["type"] in ("radio", "checkbox", "select-one"):
        return control["options"][0]
    by_kind = {"numeric": "10", "decimal": "12000", "email": "service@example.org", "tel": "0131 496 0000"}
    kind = control["mode"] or control["type"]
    return by_kind.get(kind) or ("09:30" if control["brief"] else "As we both agreed")


def fill(page: Page, control: dict[str, Any], value: Any) -> None:
    box = f'main form [name="{control["name"]}"]'
    if control["type"] in ("radio", "checkbox"):
        for each in value if isinstance(value, list) else [value]:
            page.locator(box if len(control["options"]) == 1 else f'{box}[value="{each}"]').check()
    elif control["type"] == "select-one":
        page.locator(box).select_option(value)
    else:
        page.locator(box).fill(value)
