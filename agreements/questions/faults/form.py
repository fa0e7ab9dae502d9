"""The form of a definition: which keys may stand where, and what each may hold."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from agreements.questions.types import DUE, HOMES, KINDS, SIDES, STAGES, STATUSES, WHO

Raw = Mapping[str, Any]

CONTROL_KEYS = ("id", "text", "type", "help", "required")
NEEDED_KEYS = {
    "set": ("kind", "version", "title", "sections"),
    "section": ("id", "title", "stage", "who", "questions"),
    "question": ("id", "text", "type", "side", "due", "status"),
    "part": ("id", "text", "type"),
    "option": ("value", "label"),
}
KNOWN_KEYS = {
    "set": ("kind", "version", "title", "about", "sections", "retired"),
    "section": ("id", "title", "stage", "who", "intro", "home", "questions"),
    "question": (
        *CONTROL_KEYS, "side", "due", "status", "source", "public", "shared", "asked_when", "starts_from"
    ),
    "part": (*CONTROL_KEYS, "shown_when"),
    "option": ("value", "label", "hint"),
}  # fmt: skip
# A key that isn't listed here holds text.
HOLDS: Mapping[str, type] = {
    **dict.fromkeys(("sections", "questions", "retired", "options", "parts", "accept"), list),
    **dict.fromkeys(("required", "public", "shared", "multiple"), bool),
    **dict.fromkeys(("stage", "max_length", "min", "max", "min_rows", "max_rows"), int),
    **dict.fromkeys(("asked_when", "shown_when"), dict),
}
IN_WORDS = {str: "text", list: "a list", bool: "true or false", int: "a whole number", dict: "an object"}
LISTS_OF: Mapping[str, type] = {
    "sections": dict,
    "questions": dict,
    "options": dict,
    "parts": dict,
    "retired": str,
    "accept": str,
}
ONE_OF: Mapping[str, tuple[Any, ...]] = {
    "kind": KINDS, "side": SIDES, "due": DUE, "status": STATUSES, "who": WHO, "home": HOMES, "stage": STAGES,
}  # fmt: skip


def form_faults(what: str, raw: Raw, name: str, own_keys: Iterable[str] = ()) -> Iterator[str]:
    """Keys that are missing, unknown or hold the wrong thing. Null is the same as absent."""
    for key in NEEDED_KEYS[what]:
        if raw.get(key) is None:
            yield f"{name}: “{key}” is missing"
    for key, value in raw.items():
        if key not in KNOWN_KEYS[what] and key not in own_keys:
            yield f"{name}: “{key}” has no place here"
        elif value is not None and (fault := _value_fault(key, value, key in NEEDED_KEYS[what])):
            yield f"{name}: {fault}"


def _value_fault(key: str, value: Any, is_needed: bool) -> str | None:
    if not _is_exactly(HOLDS.get(key, str), value):
        return f"“{key}” must be {IN_WORDS[HOLDS.get(key, str)]}"
    if is_needed and isinstance(value, str) and not value.strip():
        return f"“{key}” is empty"
    if key in ONE_OF and value not in ONE_OF[key]:
        return f"the {key} “{value}” is unknown: use one of {', '.join(map(str, ONE_OF[key]))}"
    if key in LISTS_OF and not all(isinstance(item, LISTS_OF[key]) for item in value):
        return f"everything in “{key}” must be {IN_WORDS[LISTS_OF[key]]}"
    return None


def _is_exactly(kind: type, value: Any) -> bool:
    """Not isinstance, because Python takes true for a whole number."""
    return type(value) is kind


def name_of(raw: Raw) -> str:
    return str(raw.get("id") or "(no id)")


def objects(value: object) -> list[Raw]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def whole_number(raw: Raw, key: str) -> int | None:
    return raw[key] if _is_exactly(int, raw.get(key)) else None


def twice(items: Iterable[Raw], key: str) -> list[str]:
    """The words that more than one item has under this key."""
    counted = Counter(item[key] for item in items if isinstance(item.get(key), str))
    return [word for word, times in counted.items() if times > 1]
