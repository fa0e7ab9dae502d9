"""What was promised beside what came of it and what changes: one table for the page and for the printed record."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agreements.models import Action
from agreements.questions.shown import as_text, shown
from portal.foundation import clock
from reviews import form
from reviews.reading import ReviewReading


@dataclass(frozen=True)
class Promise:
    """`actual` and `change` are empty until somebody has written them. Who says how it went and no more changes nothing."""

    promised: str
    actual: str = ""
    change: str = ""


@dataclass(frozen=True)
class Promises:
    heading: str
    rows: tuple[Promise, ...]


def promises(reading: ReviewReading) -> tuple[Promises, ...]:
    """Intended outcomes, agreed actions and figures. A kind of which nothing was promised is left out."""
    kinds = (
        Promises("Intended outcomes", tuple(_outcomes(reading))),
        Promises("Agreed actions", tuple(_actions(reading))),
        Promises("Figures", tuple(_figures(reading))),
    )
    return tuple(kind for kind in kinds if kind.rows)


def _outcomes(reading: ReviewReading) -> Iterator[Promise]:
    said = _said(reading, form.OUTCOMES)
    for row in reading.promises.get("S1-04") or ():
        told = said.get(row.get("outcome", ""), {})
        promised = _joined(row.get("outcome"), row.get("measure") and f"To be known by: {row['measure']}")
        yield Promise(promised, _joined(told.get("progress"), told.get("evidence")), _change(told))


def _actions(reading: ReviewReading) -> Iterator[Promise]:
    said = _said(reading, form.ACTIONS)
    for action in reading.actions:
        told = said.get(action.what, {})
        promised = _joined(action.what, f"{action.get_owner_display()}: {action.post_title}, by {_day(action)}")
        yield Promise(promised, told.get("done") or action.standing, _change(told))


def _figures(reading: ReviewReading) -> Iterator[Promise]:
    said = _said(reading, form.FIGURES)
    for row in reading.promises.get("S5-01") or ():
        told = said.get(row.get("indicator", ""), {})
        promised = _joined(row.get("indicator"), row.get("target") and f"Target: {row['target']}")
        yield Promise(promised, told.get("actual", ""), _change(told))


def _change(told: Mapping[str, str]) -> str:
    said = _joined(told.get("change"), told.get("next"), told.get("note"))
    return said or ("Nothing" if told else "")


def _day(action: Action) -> str:
    return clock.say_day(action.due_on)


def _said(reading: ReviewReading, question_id: str) -> Mapping[str, dict[str, str]]:
    """By the label of its row, what was said of each part, in words."""
    question = reading.asked.get(question_id)
    if question is None:
        return {}
    rows: list[dict[str, Any]] = reading.answers.get(question_id) or []
    return {
        row.get("for", ""): {
            part.id: as_text(shown(part, row[part.id], reading.lookup)) for part in question.parts if row.get(part.id)
        }
        for row in rows
    }


def _joined(*lines: str | None) -> str:
    return "\n".join(line for line in lines if line)
