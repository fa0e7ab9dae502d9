"""Whether a condition holds for a set of answers."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from agreements.questions.types import Condition

Answers = Mapping[str, Any]


def holds(condition: Condition | None, answers: Answers) -> bool:
    """No condition always holds. A path into rows holds when any row matches; what is unanswered matches nothing."""
    if not condition:
        return True
    if "all" in condition:
        return all(holds(inner, answers) for inner in condition["all"])
    if "any" in condition:
        return any(holds(inner, answers) for inner in condition["any"])
    if "not" in condition:
        return not holds(condition["not"], answers)
    return _leaf_holds(condition, list(values_at(condition["question"], answers)))


def part_is_shown(shown_when: Condition | None, siblings: Mapping[str, Any]) -> bool:
    """The same tests, asked of a part by the answers of its siblings."""
    return shown_when is None or holds({**shown_when, "question": shown_when["part"]}, siblings)


def values_at(path: str, answers: Answers) -> Iterator[Any]:
    """Every value that a path such as "S3-14.post" reaches: one for each row that it passes through."""
    question_id, *steps = path.split(".")
    yield from _reach(answers.get(question_id), steps)


def _reach(value: Any, steps: list[str]) -> Iterator[Any]:
    if not steps:
        yield value
    elif isinstance(value, list):
        for row in value:
            yield from _reach(row, steps)
    elif isinstance(value, Mapping):
        yield from _reach(value.get(steps[0]), steps[1:])


def is_blank(value: Any) -> bool:
    return value is None or value == [] or value == {} or (isinstance(value, str) and not value.strip())


def _leaf_holds(leaf: Condition, values: list[Any]) -> bool:
    [(test, expected)] = [(key, leaf[key]) for key in TESTS if key in leaf]
    return any(TESTS[test](value, expected) for value in values)


TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": lambda value, expected: value == expected,
    "in": lambda value, expected: value in expected,
    "includes": lambda value, expected: isinstance(value, list) and expected in value,
    "answered": lambda value, _: not is_blank(value),
}
