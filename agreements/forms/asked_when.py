"""The conditions of a question set, in words and as a list to choose from. Works on a draft that has faults."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from agreements.questions.types import ACTIONS, TYPES, Condition
from agreements.questions.values import Lookup

Raw = Mapping[str, Any]

# How a sentence says that a control has one of its options.
VERBS = {"yes_no": "is", "choice": "is", "choices": "includes", "terms": "includes"}
YES_NO = {"yes": "Yes", "no": "No"}


@dataclass(frozen=True)
class Choice:
    """One condition that may be chosen: `key` is what the form posts."""

    key: str
    words: str
    condition: Condition


@dataclass(frozen=True)
class Conditions:
    definition: Raw
    lookup: Lookup

    def in_words(self, condition: Condition | None) -> str:
        """ "S3-27 is “Yes”"; nothing when there is no condition."""
        return self._words(condition, inside=False) if condition else ""

    def choices(self, question_id: str, section_id: str) -> dict[str, list[Choice]]:
        """What this question may wait for, by the wording of what it would look at."""
        found: dict[str, list[Choice]] = {}
        for section, question in self._earlier(question_id):
            if section.get("home") != ACTIONS or section["id"] == section_id:
                for path, control, wording in walk(question):
                    found.setdefault(wording, []).extend(self._offered(path, control))
        return {wording: offered for wording, offered in found.items() if offered}

    @cached_property
    def _controls(self) -> dict[str, Raw]:
        """Every control by its path, such as S3-15.regulated."""
        return {
            path: control
            for section in self.definition["sections"]
            for question in section["questions"]
            for path, control, _ in walk(question)
        }

    def _earlier(self, question_id: str) -> Iterator[tuple[Raw, Raw]]:
        for section in self.definition["sections"]:
            for question in section["questions"]:
                if question["id"] == question_id:
                    return
                yield section, question

    def _offered(self, path: str, control: Raw) -> Iterator[Choice]:
        if verb := VERBS.get(control["type"]):
            for value in self._options(control):
                condition = {"question": path, verb: value}
                yield Choice(f"{path} {verb} {value}", self._leaf(condition), condition)
        if "." not in path and TYPES[control["type"]].is_stored:
            condition = {"question": path, "answered": True}
            yield Choice(f"{path} answered", self._leaf(condition), condition)

    def _words(self, condition: Condition, inside: bool) -> str:
        if "not" in condition:
            return f"not ({self._words(condition['not'], inside=False)})"
        for how, between in (("all", " and "), ("any", " or ")):
            if how in condition:
                words = between.join(self._words(each, inside=True) for each in condition[how])
                return f"({words})" if inside else words
        return self._leaf(condition)

    def _leaf(self, leaf: Condition) -> str:
        path = leaf["question"]
        options = self._options(self._controls.get(path, {}))
        if "answered" in leaf:
            return f"{path} is answered"
        if "in" in leaf:
            return f"{path} is {' or '.join(f'“{options.get(value, value)}”' for value in leaf['in'])}"
        verb = "includes" if "includes" in leaf else "is"
        return f"{path} {verb} “{options.get(leaf[verb], leaf[verb])}”"

    def _options(self, control: Raw) -> dict[str, str]:
        """Labels by value. None for a prison's own list: what is in it differs from prison to prison."""
        if control.get("type") == "yes_no":
            return YES_NO
        listed = self.lookup.get(f"vocabulary:{control.get('vocabulary')}", ())
        written = {option["value"]: option["label"] for option in control.get("options") or ()}
        return written or {option.value: option.label for option in listed}


def walk(control: Raw, path: str = "", around: str = "") -> Iterator[tuple[str, Raw, str]]:
    """A question and its parts, each with its path and its wording."""
    path = f"{path}.{control['id']}" if path else control["id"]
    wording = f"{around}: {control['text']}" if around else f"{control['id']} {control['text']}"
    yield path, control, wording
    for part in control.get("parts") or ():
        yield from walk(part, path, wording)
