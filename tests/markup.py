"""Reads rendered forms as a browser and a screen reader do."""

from django.utils.datastructures import MultiValueDict
from lxml import html

CONTROLS = "//input[not(@type='hidden')] | //textarea | //select"
REFERENCES = ("for", "aria-describedby", "aria-labelledby", "data-aria-controls")


def page(markup: str) -> html.HtmlElement:
    return html.document_fromstring(f"<!doctype html><body><form>{markup}</form></body>")


def posted(markup: str) -> MultiValueDict:
    """What a browser sends when nothing is changed: the successful controls, in the order of the page."""
    data = MultiValueDict()
    for control in page(markup).xpath("//input[@name] | //textarea[@name] | //select[@name]"):
        is_tick = control.get("type") in ("checkbox", "radio")
        if control.get("type") != "file" and (not is_tick or control.get("checked") is not None):
            value = control.get("value", "on") if is_tick else control.value
            data.appendlist(control.get("name"), (value or "").removeprefix("\n"))
    return data


def faults(markup: str) -> list[str]:
    """What would trip a reader: doubled ids, links to nothing, controls without a name, inline style or script."""
    root = page(markup)
    ids = root.xpath("//@id")
    found = [f"id {name} twice" for name in set(ids) if ids.count(name) > 1]
    found += [f"{name} is no safe id" for name in ids if not name.replace("-", "").replace("_", "").isalnum()]
    for attribute in REFERENCES:
        for target in " ".join(root.xpath(f"//@{attribute}")).split():
            found += [] if target in ids else [f"{attribute} leads to {target}, which isn't there"]
    found += [f"{control.get('name')} has no label" for control in root.xpath(CONTROLS) if not labels(control)]
    found += [f"fieldset {fieldset.get('id')} has no legend" for fieldset in root.xpath("//fieldset[not(./legend)]")]
    found += ["inline style or script" for _ in root.xpath("//@style | //script | //style | //@onclick")]
    return found


def labels(control: html.HtmlElement) -> list[str]:
    found = control.getroottree().xpath("//label[@for=$id]", id=control.get("id"))
    return [label.text_content().strip() for label in found if label.text_content().strip()]


def takes_the_focus(markup: str, target: str) -> bool:
    """Whether following a link to this id puts the focus on a control that is seen."""
    control = page(markup).get_element_by_id(target, None)
    return control is not None and control.tag in ("input", "textarea", "select") and control.get("type") != "hidden"
