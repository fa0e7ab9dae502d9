"""Answers as values: what is blank, what is hidden, what is still missing."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from agreements.questions.conditions import is_blank, part_is_shown
from agreements.questions.definition import Control, Option

Lookup = Mapping[str, tuple[Option, ...]]

YES_NO = (Option("yes", "Yes"), Option("no", "No"))

# What to do about an unanswered control of each type: the verb, and what it asks for when nothing better names it.
ADVICE: Mapping[str, tuple[str, str]] = {
    "yes_no": ("Choose", "yes or no"),
    "choice": ("Choose", "an answer"),
    "choices": ("Choose", "at least one answer"),
    "terms": ("Choose", "at least one answer"),
    "number": ("Enter", "a number"),
    "money": ("Enter", "an amount in pounds"),
    "date": ("Enter", "a date"),
    "time": ("Enter", "a time"),
    "file": ("Add", "a file"),
}
ENTER_ANSWER = ("Enter", "an answer")


def options(control: Control, lookup: Lookup) -> tuple[Option, ...]:
    """What people may choose from: written in the question, or looked up in the directory."""
    if control.type == "yes_no":
        return YES_NO
    if control.vocabulary:
        return lookup.get(f"vocabulary:{control.vocabulary}", ())
    return control.options or lookup.get(control.options_from, ())


def has_its_shape(control: Control, value: Any) -> bool:
    """False for an answer to an older wording of the question, of another type, that came along with the agreement."""
    shape = control.control_type.shape
    if shape in ("list", "rows") and isinstance(value, list):
        return all(isinstance(item, dict if shape == "rows" or control.type == "file" else str) for item in value)
    return isinstance(value, SHAPES.get(shape, object))


def is_empty(control: Control, value: Any) -> bool:
    return prune(control, value) is None


def prune(control: Control, value: Any) -> Any:
    """The value without hidden parts and blank rows; None when nothing is left.

    A value of another shape is left alone: it is someone's answer, and only they may drop it.
    """
    if is_blank(value):
        return None
    if not has_its_shape(control, value):
        return value
    return PRUNERS.get(control.control_type.shape, _as_it_is)(control, value)


def shown_parts(control: Control, value: Mapping[str, Any]) -> tuple[Control, ...]:
    """The parts that a group or row with this value reveals. A part that waits for a hidden one is hidden too."""
    shown: dict[str, Control] = {}
    for part in control.parts:
        siblings = {part_id: value.get(part_id) for part_id in shown}
        if part_is_shown(part.shown_when, siblings):
            shown[part.id] = part
    return tuple(shown.values())


def missing(control: Control, value: Any, lookup: Lookup) -> list[str]:
    """What is still to do, in sentences. A question that nobody must answer is complete, until someone begins it."""
    value = prune(control, value)
    if value is None and not control.required:
        return []
    if value is not None and not has_its_shape(control, value):
        return ["Answer this again, because the question has changed"]
    return list(MISSING.get(control.control_type.shape, _missing_choice)(control, value, lookup))


def without_files(control: Control, value: Any) -> Any:
    """The value without its files: they belong to the agreement in which they were attached."""
    if control.type == "file":
        return None
    if control.type == "group" and isinstance(value, dict):
        return prune(control, {part.id: without_files(part, value.get(part.id)) for part in control.parts})
    return value


def _as_it_is(control: Control, value: Any) -> Any:
    return value


def _prune_list(control: Control, value: list[Any]) -> list[Any] | None:
    return [item for item in value if not is_blank(item)] or None


def _prune_group(control: Control, value: Mapping[str, Any]) -> dict[str, Any] | None:
    pruned = {part.id: prune(part, value.get(part.id)) for part in shown_parts(control, value)}
    return {part_id: kept for part_id, kept in pruned.items() if kept is not None} or None


def _prune_rows(control: Control, rows: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    pruned = [(row, _prune_group(control, row)) for row in rows]
    return [_label(control, row) | kept for row, kept in pruned if kept] or None


def _label(control: Control, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row that belongs to a row of another question keeps the label that says which."""
    return {"for": row.get("for", "")} if control.rows_of else {}


def _missing_choice(control: Control, value: Any, lookup: Lookup) -> Iterator[str]:
    if value is None:
        yield " ".join(ADVICE.get(control.type, ENTER_ANSWER))
        return
    known = [option.value for option in options(control, lookup)]
    for chosen in value if isinstance(value, list) else [value]:
        if known and chosen not in known:
            yield f"Choose again: “{chosen}” is no longer in the list"


def _missing_in_group(control: Control, value: Mapping[str, Any] | None, lookup: Lookup) -> Iterator[str]:
    sentences = list(_missing_parts(control, value or {}, lookup))
    yield from sentences or (["Answer at least one part"] if value is None else [])


def _missing_parts(control: Control, value: Mapping[str, Any], lookup: Lookup) -> Iterator[str]:
    for part in shown_parts(control, value):
        for sentence in missing(part, value.get(part.id), lookup):
            yield _about_part(part, is_empty(part, value.get(part.id)), sentence)


def _about_part(part: Control, is_unanswered: bool, sentence: str) -> str:
    if part.control_type.shape == "rows":
        return sentence
    if part.parts or not is_unanswered:
        return f"{part.text}: {lower_first(sentence)}"
    verb, _ = ADVICE.get(part.type, ENTER_ANSWER)
    return f"Answer “{part.text}”" if part.text.endswith("?") else f"{verb} {lower_first(part.text)}"


def _missing_in_rows(control: Control, rows: list[dict[str, Any]] | None, lookup: Lookup) -> Iterator[str]:
    rows = rows or []
    for number, row in enumerate(rows, start=1):
        label = row.get("for") or f"{control.row_name} {number}"
        for sentence in _missing_parts(control, row, lookup):
            yield f"{upper_first(label)}: {lower_first(sentence)}"
    for number in range(len(rows) + 1, control.min_rows + 1):
        yield f"Add {control.row_name} {number}"


def lower_first(text: str) -> str:
    """Lower-cases the first letter, but not that of an abbreviation: "PVG number" stays."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


SHAPES: Mapping[str, Any] = {"text": str, "number": int | float, "list": list, "group": dict, "rows": list}
PRUNERS: Mapping[str, Callable[[Control, Any], Any]] = {
    "list": _prune_list,
    "group": _prune_group,
    "rows": _prune_rows,
}
MISSING: Mapping[str, Callable[[Control, Any, Lookup], Iterator[str]]] = {
    "group": _missing_in_group,
    "rows": _missing_in_rows,
}
