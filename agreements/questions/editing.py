"""Edits of a draft definition. Each returns a new one; whether it may be published is for `faults` to say.

An unknown section or question is a KeyError.
"""

import copy
import re
from typing import Any, Literal

JSON = dict[str, Any]


def reword(
    definition: JSON, question_id: str, *, text: str, help: str, required: bool, asked_when: JSON | None
) -> JSON:
    edited, questions, index = _opened_at(definition, question_id)
    questions[index] |= {"text": text, "help": help, "required": required, "asked_when": asked_when}
    return edited


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
