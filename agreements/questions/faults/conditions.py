"""Faults between questions: conditions, circles of conditions, and questions that take something from another."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from agreements.questions.conditions import TESTS
from agreements.questions.faults.controls import parts_of, type_of
from agreements.questions.faults.form import Raw, name_of, objects, texts
from agreements.questions.types import ACTIONS

TESTS_FOR = {
    "text": ("is", "in", "answered"),
    "number": ("is", "in", "answered"),
    "list": ("includes", "answered"),
    "group": ("answered",),
    "rows": ("answered",),
}


@dataclass(frozen=True)
class _Known:
    """What conditions may refer to: the questions in order, with the section of each, and the ids once used."""

    definition: Raw

    @cached_property
    def sections(self) -> Mapping[str, Raw]:
        found = objects(self.definition.get("sections"))
        return {name_of(question): section for section in found for question in objects(section.get("questions"))}

    @cached_property
    def questions(self) -> Mapping[str, Raw]:
        found = objects(self.definition.get("sections"))
        return {name_of(question): question for section in found for question in objects(section.get("questions"))}

    @cached_property
    def places(self) -> Mapping[str, int]:
        return {question_id: place for place, question_id in enumerate(self.questions)}

    def unknown(self, question_id: str) -> str:
        is_retired = question_id in texts(self.definition.get("retired"))
        return f"“{question_id}”, which {'was retired' if is_retired else 'is unknown'}"

    def way_to(self, path: str) -> list[Raw]:
        """The controls on the way to what a path names; empty when there is no such part."""
        question_id, *steps = path.split(".")
        way = [self.questions[question_id]]
        for step in steps:
            part = next((part for part in parts_of(way[-1]) if part.get("id") == step), None)
            if part is None:
                return []
            way.append(part)
        return way

    def is_action_elsewhere(self, question_id: str, asker: str) -> bool:
        section = self.sections[question_id]
        return section.get("home") == ACTIONS and section is not self.sections[asker]


def reference_faults(definition: Raw) -> Iterator[str]:
    known = _Known(definition)
    for question_id, question in known.questions.items():
        if question.get("asked_when") is not None:
            yield from _condition_faults(question["asked_when"], question_id, known)
        yield from _source_faults(question_id, question, known)
        yield from _reveal_faults(question, question_id)
    yield from _circle_faults(known)


def _condition_faults(condition: Any, asker: str, known: _Known) -> Iterator[str]:
    if not isinstance(condition, dict) or not condition.keys() & {"question", "all", "any", "not"}:
        yield f"{asker}: a condition is an object with “question”, “all”, “any” or “not”"
    elif "question" in condition:
        yield from _leaf_faults(condition, asker, known)
    elif len(condition) > 1:
        yield f"{asker}: a condition has one of “question”, “all”, “any” and “not”"
    elif "not" in condition:
        yield from _condition_faults(condition["not"], asker, known)
    else:
        yield from _composed_faults(condition, asker, known)


def _composed_faults(condition: Raw, asker: str, known: _Known) -> Iterator[str]:
    [(how, inner)] = condition.items()
    if not isinstance(inner, list) or not inner:
        yield f"{asker}: “{how}” needs a list of conditions"
        return
    for each in inner:
        yield from _condition_faults(each, asker, known)


def _leaf_faults(leaf: Raw, asker: str, known: _Known) -> Iterator[str]:
    path = str(leaf["question"])
    question_id = path.split(".")[0]
    if question_id not in known.places:
        yield f"{asker}: its condition looks at {known.unknown(question_id)}"
    elif not (way := known.way_to(path)):
        yield f"{asker}: its condition looks at “{path}”, but {question_id} has no such part"
    else:
        yield from _place_faults(question_id, asker, known)
        yield from _test_faults(leaf, way[-1], f"{asker}: its condition on {path}")


def _place_faults(question_id: str, asker: str, known: _Known) -> Iterator[str]:
    if question_id == asker:
        yield f"{asker}: its condition looks at the question itself"
    elif known.places[question_id] > known.places[asker]:
        yield f"{asker}: its condition looks at {question_id}, which comes later"
    if known.is_action_elsewhere(question_id, asker):
        yield f"{asker}: its condition looks at {question_id}, which is asked of each action"


def _test_faults(leaf: Raw, target: Raw, subject: str) -> Iterator[str]:
    tests = leaf.keys() - {"question", "part"}
    if len(tests) != 1 or not tests <= TESTS.keys():
        yield f"{subject} needs one of {', '.join(f'“{test}”' for test in TESTS)}"
        return
    [test] = tests
    kind, expected = type_of(target), leaf[test]
    if kind and not kind.is_stored:
        yield f"{subject} can't hold: a {target['type']} has no answer"
    elif kind and test not in TESTS_FOR[kind.shape]:
        yield f"{subject} can't hold: “{test}” isn't for a {target['type']}"
    elif test == "answered" and expected is not True:
        yield f"{subject}: “answered” may only be true; put it inside “not” for the opposite"
    elif test == "in" and not isinstance(expected, list):
        yield f"{subject}: “in” needs a list"
    else:
        yield from _option_faults(test, expected, target, subject)


def _option_faults(test: str, expected: Any, target: Raw, subject: str) -> Iterator[str]:
    offered = [option.get("value") for option in objects(target.get("options"))]
    if target.get("type") == "yes_no":
        offered = ["yes", "no"]
    if not offered or test == "answered":
        return
    for value in expected if test == "in" else [expected]:
        if value not in offered:
            yield f"{subject} names “{value}”, which isn't one of its options"


def _source_faults(asker: str, question: Raw, known: _Known) -> Iterator[str]:
    if isinstance(question.get("rows_of"), str):
        yield from _rows_of_faults(asker, question["rows_of"], known)
    if isinstance(question.get("starts_from"), str):
        yield from _starts_from_faults(asker, question["starts_from"], known)


def _rows_of_faults(asker: str, path: str, known: _Known) -> Iterator[str]:
    way = known.way_to(path) if path.split(".")[0] in known.questions else []
    if path and path != ACTIONS and not any(control.get("type") == "rows" for control in way[:-1]):
        yield f"{asker}: “rows_of” names “{path}”, which isn't a part of rows in this set"


def _starts_from_faults(asker: str, origin: str, known: _Known) -> Iterator[str]:
    if origin not in known.questions:
        yield f"{asker}: “starts_from” names {known.unknown(origin)}"
    elif origin == asker:
        yield f"{asker}: “starts_from” names the question itself"
    elif known.questions[origin].get("type") != known.questions[asker].get("type"):
        yield f"{asker}: “starts_from” names {origin}, which is of another type"


def _reveal_faults(control: Raw, name: str) -> Iterator[str]:
    """A part may only wait for a sibling that stands before it, so nothing can go round in circles."""
    earlier: dict[Any, Raw] = {}
    for part in objects(control.get("parts")):
        part_name = f"{name}, part {name_of(part)}"
        shown_when = part.get("shown_when")
        if isinstance(shown_when, dict):
            sibling = earlier.get(str(shown_when.get("part")))
            if sibling is None:
                yield f"{part_name}: “shown_when” must name a part that stands before it"
            else:
                yield from _test_faults(shown_when, sibling, f"{part_name}: its “shown_when” on {name_of(sibling)}")
        yield from _reveal_faults(part, part_name)
        earlier[name_of(part)] = part


def _circle_faults(known: _Known) -> Iterator[str]:
    looks_at = {question_id: list(_looked_at(q.get("asked_when"))) for question_id, q in known.questions.items()}
    told: set[frozenset[str]] = set()
    for start in looks_at:
        circle = _way_round(start, looks_at)
        if len(circle) > 1 and frozenset(circle) not in told:
            told.add(frozenset(circle))
            yield f"{start}: the conditions go round in a circle: {' → '.join([*circle, start])}"


def _way_round(start: str, looks_at: Mapping[str, list[str]]) -> list[str]:
    """The shortest way from a question through conditions back to itself; empty when there is none."""
    ways, seen = [[start]], {start}
    for way in ways:
        for following in looks_at.get(way[-1], ()):
            if following == start:
                return way
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []


def _looked_at(condition: Any) -> Iterator[str]:
    if isinstance(condition, dict):
        if isinstance(condition.get("question"), str):
            yield condition["question"].split(".")[0]
        for inner in condition.values():
            yield from _looked_at(inner)
    if isinstance(condition, list):
        for inner in condition:
            yield from _looked_at(inner)
