"""Edits of a draft definition. Each returns a new one; whether it may be published is for `faults` to say.

An unknown section, question or part is a KeyError. A part is named by its path, such as S3-14.contacts.post.
"""

import copy
import re
from collections.abc import Iterable
from typing import Any, Literal

JSON = dict[str, Any]


def reword(
    definition: JSON, question_id: str, *, text: str, help: str, required: bool, asked_when: JSON | None
) -> JSON:
    edited, questions, index = _opened_at(definition, question_id)
    questions[index] |= {"text": text, "help": help, "required": required, "asked_when": asked_when}
    return edited


def reword_section(definition: JSON, section_id: str, *, title: str, intro: str) -> JSON:
    edited = copy.deepcopy(definition)
    _section(edited, section_id).update(title=title, intro=intro)
    return edited


def reword_part(definition: JSON, path: str, *, text: str, help: str, required: bool) -> JSON:
    edited = copy.deepcopy(definition)
    control_at(edited, path).update(text=text, help=help, required=required)
    return edited


def change_choices(definition: JSON, path: str, choices: Iterable[JSON]) -> JSON:
    """Gives a question or a part these choices, in this order. The value of one that is gone is kept from use."""
    edited = copy.deepcopy(definition)
    control, kept = control_at(edited, path), [dict(choice) for choice in choices]
    values = {choice["value"] for choice in kept}
    gone = [f"{path}.{choice['value']}" for choice in control["options"] if choice["value"] not in values]
    control["options"] = kept
    return edited | {"retired": [*(edited.get("retired") or ()), *gone]} if gone else edited


def control_at(definition: JSON, path: str) -> JSON:
    """The question that a path names, or the part of one."""
    question_id, *steps = path.split(".")
    questions = (question for section in definition["sections"] for question in section["questions"])
    control = next((question for question in questions if question["id"] == question_id), None)
    for step in steps:
        control = next((part for part in (control or {}).get("parts") or () if part["id"] == step), None)
    if control is None:
        raise KeyError(path)
    return control


def add(definition: JSON, section_id: str, question: JSON, after: str | None) -> JSON:
    """Puts the question after another one of the section, or at its end."""
    edited = copy.deepcopy(definition)
    questions = _section(edited, section_id)["questions"]
    index = len(questions) if after is None else _ids(questions)[after] + 1
    questions.insert(index, copy.deepcopy(question))
    return edited


def retire(definition: JSON, question_id: str) -> JSON:
    """Takes the question out and keeps its id, so that no later question can be mistaken for it."""
    edited, questions, index = _opened_at(definition, question_id)
    del questions[index]
    edited["retired"] = [*(edited.get("retired") or ()), question_id]
    return edited


def move(definition: JSON, question_id: str, direction: Literal["up", "down"]) -> JSON:
    """Within its section: at the edge the question stays where it is."""
    edited, questions, index = _opened_at(definition, question_id)
    target = index + {"up": -1, "down": 1}[direction]
    if 0 <= target < len(questions):
        questions[index], questions[target] = questions[target], questions[index]
    return edited


def next_id(definition: JSON, section_id: str) -> str:
    """An id that no question of this set has or ever had, in the style of the section's own."""
    own = [question["id"] for question in _section(definition, section_id)["questions"]]
    prefix = own[-1].rpartition("-")[0] if own else section_id
    used = [question["id"] for section in definition["sections"] for question in section["questions"]]
    taken = [re.fullmatch(rf"{re.escape(prefix)}-([0-9]+)", one) for one in (*used, *(definition.get("retired") or ()))]
    last = max((int(match[1]) for match in taken if match), default=0)
    return f"{prefix}-{last + 1:02}"


def _section(definition: JSON, section_id: str) -> JSON:
    sections: dict[str, JSON] = {section["id"]: section for section in definition["sections"]}
    return sections[section_id]


def _ids(questions: list[JSON]) -> dict[str, int]:
    return {question["id"]: index for index, question in enumerate(questions)}


def _opened_at(definition: JSON, question_id: str) -> tuple[JSON, list[JSON], int]:
    """A copy to edit, with the list that holds the question and its place in it."""
    edited = copy.deepcopy(definition)
    for section in edited["sections"]:
        index = _ids(section["questions"]).get(question_id)
        if index is not None:
            return edited, section["questions"], index
    raise KeyError(question_id)
