"""Small definitions to try the question engine on."""

from typing import Any

from agreements.questions.definition import Definition, Question, parse
from agreements.questions.types import TYPES

JSON = dict[str, Any]

NEEDS: JSON = {
    "options": [{"value": "weekly", "label": "Weekly"}, {"value": "monthly", "label": "Monthly"}],
    "vocabulary": "needs",
    "parts": [{"id": "name", "text": "Name", "type": "short_text"}],
    "rows_of": "actions",
    "to": "service",
    "from": "status",
    "words": "The prison may end a session at any time.",
}


def part(part_id: str, type: str = "short_text", **keys: Any) -> JSON:
    """A part with what its type can't do without."""
    needed = {alternatives[0]: NEEDS[alternatives[0]] for alternatives in TYPES[type].needs}
    if "options_from" in keys:
        del needed["options"]
    return {"id": part_id, "text": f"Text of {part_id}", "type": type, **needed, **keys}


def question(question_id: str, type: str = "short_text", **keys: Any) -> JSON:
    """A question with what its type can't do without."""
    return {**part(question_id, type, **keys), "side": "partner", "due": "outline", "status": "inferred", **keys}


def section(section_id: str, *questions: JSON, **keys: Any) -> JSON:
    return {"id": section_id, "title": "A section", "stage": 1, "who": "both", "questions": list(questions), **keys}


def definition(*questions: JSON, **keys: Any) -> JSON:
    """A definition of one section, S1, unless `sections` is given."""
    sections = keys.pop("sections", [section("S1", *questions)])
    return {"kind": "agreement", "version": "2026.1", "title": "Partnership Agreement", "sections": sections, **keys}


def parsed(*questions: JSON, **keys: Any) -> Definition:
    return parse(definition(*questions, **keys))


def control(type: str, **keys: Any) -> Question:
    """One parsed question of this type."""
    return parsed(question("S1-01", type, **keys)).questions["S1-01"]
