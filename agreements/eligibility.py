"""Whether a service needs a Partnership Agreement: the decision table that CJVSF's words come to, as data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Answers = Mapping[str, Any]

STATUTORY = frozenset({"scottish-government-grant", "local-authority", "health", "other-statutory", "sps"})
IN_OR_LEAVING_CARE = frozenset({"in-custody", "leaving-custody"})
OUTSIDE_THE_TABLE = 0
GRANTS_ONLY, MIXED_FUNDING = 8, 9


class Result(StrEnum):
    FULL = "full"
    OUTLINE = "outline"
    NOT_NEEDED = "not needed"
    ASK_CJVSF = "ask CJVSF"


HEADLINES = {
    Result.FULL: "You need a Partnership Agreement",
    Result.OUTLINE: "You need an outline for now",
    Result.NOT_NEEDED: "You do not need a Partnership Agreement",
    Result.ASK_CJVSF: "CJVSF decides whether you need a Partnership Agreement",
}


@dataclass(frozen=True)
class Decision:
    """`row` is the row of the table that decided; 0 when none of them fits."""

    result: Result
    row: int
    reason: str

    @property
    def headline(self) -> str:
        return HEADLINES[self.result]

    @property
    def has_a_doubt(self) -> bool:
        """Whether the published rules leave the case open, so that CJVSF may say otherwise."""
        return self.row in (OUTSIDE_THE_TABLE, GRANTS_ONLY, MIXED_FUNDING)

    @property
    def may_start(self) -> bool:
        return self.result != Result.NOT_NEEDED or self.has_a_doubt


@dataclass(frozen=True)
class Case:
    row: int
    result: Result
    holds: Callable[[Answers], bool]
    reason: str


def decide(answers: Answers) -> Decision:
    """The first case that holds.

    No answer names a prison: who approves and signs at a privately run one is that prison's own setting (row 10).
    """
    case = next(case for case in CASES if case.holds(answers))
    return Decision(case.result, case.row, case.reason)


def prefill(answers: Answers, labels: Mapping[str, str]) -> dict[str, Any]:
    """What the outline can take over, by question id. `labels` are the words of the sources of money (ELG-02)."""
    values = {"S1-14": _funders(answers, labels), "S1-02": _places(answers)}
    return {question_id: value for question_id, value in values.items() if value}


def _funders(answers: Answers, labels: Mapping[str, str]) -> list[dict[str, str]]:
    """One row a source. What is said of all the money holds for each if all is secured, or it is the only one."""
    sources, status = answers.get("ELG-02") or [], answers.get("ELG-07")
    is_of_each = bool(status) and (status == "secured" or len(sources) == 1)
    known = {"status": status} if is_of_each else {}
    return [{"funder": labels.get(source, source)} | known for source in sources]


def _places(answers: Answers) -> list[str]:
    people = answers.get("ELG-08") or []
    is_inside = "in-custody" in people or answers.get("ELG-06") == "yes"
    is_outside = "leaving-custody" in people
    return [place for place, holds in (("inside", is_inside), ("community", is_outside)) if holds]


def _is(question_id: str, value: str) -> Callable[[Answers], bool]:
    return lambda answers: answers.get(question_id) == value


def _sources(answers: Answers) -> frozenset[str]:
    return frozenset(answers.get("ELG-02") or ())


def _is_in_scope(answers: Answers) -> bool:
    """Third sector, with money, for people in or leaving SPS care."""
    serves = IN_OR_LEAVING_CARE & frozenset(answers.get("ELG-08") or ())
    return answers.get("ELG-01") == "yes" and bool(_sources(answers)) and bool(serves)


def _waits_for_funding(answers: Answers) -> bool:
    return _is_in_scope(answers) and answers.get("ELG-07") != "secured"


# What takes a service out comes first, then doubts about its money, then what it needs.
CASES = (
    Case(
        7,
        Result.NOT_NEEDED,
        _is("ELG-01", "no"),
        "Partnership Agreements are for third sector organisations, "
        "and the body that will deliver this service is not one.",
    ),
    Case(
        3,
        Result.NOT_NEEDED,
        _is("ELG-03", "yes"),
        "The Scottish Prison Service (SPS) has bought this service, so its contract governs the work.",
    ),
    Case(
        4,
        Result.NOT_NEEDED,
        _is("ELG-04", "yes"),
        "Another statutory body has bought this service, so its contract governs the work.",
    ),
    Case(
        5,
        Result.NOT_NEEDED,
        lambda answers: answers.get("ELG-05") == "yes" and answers.get("ELG-06") == "no",
        "Running a Prison Visitor Centre does not need an agreement. Work past the secure line would need one.",
    ),
    Case(
        GRANTS_ONLY,
        Result.NOT_NEEDED,
        lambda answers: bool(_sources(answers)) and _sources(answers) <= STATUTORY,
        "All the money is statutory, and agreements are for services that are independently funded. "
        "The published rules speak of procurement and not of grants, so CJVSF may decide otherwise.",
    ),
    Case(
        MIXED_FUNDING,
        Result.ASK_CJVSF,
        lambda answers: bool(_sources(answers) & STATUTORY),
        "Part of the money is statutory and part of it is not. The published rules do not cover mixed funding.",
    ),
    Case(
        2,
        Result.OUTLINE,
        _waits_for_funding,
        "The funding is not yet secured. Complete the outline and use it in your bid. "
        "You complete the rest of the agreement once the funding is secured.",
    ),
    Case(
        6,
        Result.FULL,
        lambda answers: answers.get("ELG-06") == "yes" and _is_in_scope(answers),
        "You are based in a Visitor Centre and work past the secure line. "
        "That work needs an agreement, even though the centre itself does not.",
    ),
    Case(
        1,
        Result.FULL,
        _is_in_scope,
        "You are a third sector organisation with independent funding that is secured, "
        "and you will work with people in custody or people leaving it.",
    ),
    Case(
        OUTSIDE_THE_TABLE,
        Result.ASK_CJVSF,
        lambda answers: True,
        "Agreements are for work with people in custody or people leaving it. "
        "The published rules do not cover what you described.",
    ),
)
