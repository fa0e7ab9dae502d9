"""Faults inside one question: its id, its type, its limits, its options and its parts."""

import re
from collections.abc import Iterator

from agreements.questions.faults.form import Raw, form_faults, name_of, objects, twice, whole_number
from agreements.questions.types import TYPES, ControlType

QUESTION_ID = re.compile(r"[A-Z][A-Z0-9]*-[0-9]{2,}")
PART_ID = re.compile(r"[a-z][a-z0-9_]*")
OPTION_VALUE = re.compile(r"[a-z0-9][a-z0-9_-]*")
# Says in a per-row answer which row it is about, so no part may have this id.
ROW_LABEL = "for"
DEEPEST = 2
ALL_OWN_KEYS = tuple(key for kind in TYPES.values() for key in kind.keys)


def question_faults(question: Raw) -> Iterator[str]:
    name = name_of(question)
    if isinstance(question.get("id"), str) and not QUESTION_ID.fullmatch(question["id"]):
        yield f"{name}: a question's id is like S1-04"
    yield from _control_faults("question", question, name, depth=0)


def type_of(control: Raw) -> ControlType | None:
    return TYPES.get(control["type"]) if isinstance(control.get("type"), str) else None


def parts_of(control: Raw) -> list[Raw]:
    """Its own parts, or those that its type gives it, as a contact has."""
    kind = type_of(control)
    return objects(control.get("parts")) or (list(kind.defaults.get("parts", ())) if kind else [])


def choices_of(control: Raw, path: str) -> Iterator[tuple[str, object]]:
    """The values of all choices that are written in a question and its parts, each with the path of its control."""
    yield from ((path, option.get("value")) for option in objects(control.get("options")))
    for part in objects(control.get("parts")):
        yield from choices_of(part, f"{path}.{name_of(part)}")


def _control_faults(what: str, control: Raw, name: str, depth: int) -> Iterator[str]:
    kind = type_of(control)
    yield from form_faults(what, control, name, kind.keys if kind else ALL_OWN_KEYS)
    if kind is None and isinstance(control.get("type"), str):
        yield f"{name}: the type “{control['type']}” is unknown"
    if kind is not None:
        yield from _need_faults(control, name, kind)
    yield from _limit_faults(control, name)
    yield from _option_faults(control, name)
    yield from _parts_faults(control, name, depth)


def _need_faults(control: Raw, name: str, kind: ControlType) -> Iterator[str]:
    for alternatives in kind.needs:
        given = [key for key in alternatives if control.get(key)]
        if len(given) != 1:
            either = " or ".join(f"“{key}”" for key in alternatives)
            yield f"{name}: a {control['type']} needs {either}{', not both' if given else ''}"


def _limit_faults(control: Raw, name: str) -> Iterator[str]:
    for key, least in (("max_length", 1), ("min_rows", 0), ("max_rows", 1)):
        number = whole_number(control, key)
        if number is not None and number < least:
            yield f"{name}: “{key}” must be {least} or more"
    for low, high in (("min", "max"), ("min_rows", "max_rows")):
        bottom, top = whole_number(control, low), whole_number(control, high)
        if bottom is not None and top is not None and bottom > top:
            yield f"{name}: “{low}” is more than “{high}”"


def _option_faults(control: Raw, name: str) -> Iterator[str]:
    options = objects(control.get("options"))
    for number, option in enumerate(options, start=1):
        yield from form_faults("option", option, f"{name}, option {number}")
        value = option.get("value")
        if isinstance(value, str) and value and not OPTION_VALUE.fullmatch(value):
            yield f"{name}: the option value “{value}” may have small letters, digits, hyphens and underscores only"
    yield from (f"{name}: the option “{again}” is there twice" for again in twice(options, "value"))
    exclusive = control.get("none_of_these")
    if exclusive and options and exclusive not in [option.get("value") for option in options]:
        yield f"{name}: “none_of_these” names “{exclusive}”, which isn't one of the options"


def _parts_faults(control: Raw, name: str, depth: int) -> Iterator[str]:
    parts = objects(control.get("parts"))
    if parts and depth == DEEPEST:
        yield f"{name}: parts may stand inside parts, but no deeper"
        return
    yield from (f"{name}: two parts have the id “{again}”" for again in twice(parts, "id"))
    for part in parts:
        yield from _part_faults(control, part, f"{name}, part {name_of(part)}", depth + 1)


def _part_faults(holder: Raw, part: Raw, name: str, depth: int) -> Iterator[str]:
    part_id = part.get("id")
    if isinstance(part_id, str) and (not PART_ID.fullmatch(part_id) or part_id == ROW_LABEL):
        yield f"{name}: a part's id has small letters, digits and underscores, and isn't “{ROW_LABEL}”"
    kind, holder_kind = type_of(part), type_of(holder)
    if kind and holder_kind and holder_kind.shape not in kind.inside:
        yield f"{name}: a {part['type']} can't stand inside a {holder['type']}"
    yield from _control_faults("part", part, name, depth)
