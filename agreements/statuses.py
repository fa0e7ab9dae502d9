"""What each status means: its stage on the paper form, how it is printed, whose turn it is, and what may be answered."""

from dataclasses import dataclass, field

from agreements.models import OVER, Side, Status

UNDER_DEVELOPMENT = "Under development"
FINAL = "Final agreed version"
BOTH = (Side.PARTNER, Side.PRISON)


@dataclass(frozen=True)
class StatusFacts:
    """`target_days` are working days. `asks` are the `due` words of the questions that each side may answer."""

    stage: int
    printed_as: str
    turn: tuple[Side, ...] = ()
    target_days: int | None = None
    asks: dict[Side, frozenset[str]] = field(default_factory=dict)
    questions: dict[Side, frozenset[str]] = field(default_factory=dict)


def dues(*words: str) -> frozenset[str]:
    return frozenset(words)


FACTS: dict[str, StatusFacts] = {
    Status.OUTLINE: StatusFacts(1, UNDER_DEVELOPMENT, (Side.PARTNER,), None, {Side.PARTNER: dues("start", "outline")}),
    Status.WITH_PRISON: StatusFacts(2, UNDER_DEVELOPMENT, (Side.PRISON,), 10, {Side.PRISON: dues("specification")}),
    Status.SUPPORTED: StatusFacts(
        2, UNDER_DEVELOPMENT, (Side.PARTNER,), None, questions={Side.PARTNER: frozenset({"S1-13", "S1-14"})}
    ),
    Status.DETAILS: StatusFacts(
        3,
        UNDER_DEVELOPMENT,
        BOTH,
        None,
        {
            Side.PARTNER: dues("start", "outline", "details", "sign_off", "print"),
            Side.PRISON: dues("specification", "details", "sign_off", "print"),
        },
    ),
    Status.FOR_APPROVAL: StatusFacts(
        4, UNDER_DEVELOPMENT, (Side.PRISON,), 10, questions={Side.PRISON: frozenset({"S4-04"})}
    ),
    Status.FOR_SIGNATURE: StatusFacts(4, UNDER_DEVELOPMENT, BOTH, 5),
    Status.IN_FORCE: StatusFacts(5, FINAL),
    Status.PAUSED: StatusFacts(5, f"{FINAL} (paused)"),
    Status.ON_PAPER: StatusFacts(5, f"{FINAL} (signed on paper)"),
    Status.OVERTAKEN: StatusFacts(5, f"{FINAL} (overtaken)"),
    Status.ENDED: StatusFacts(5, f"{FINAL} (ended)"),
    Status.DECLINED: StatusFacts(2, f"{UNDER_DEVELOPMENT} (declined)"),
    Status.WITHDRAWN: StatusFacts(1, f"{UNDER_DEVELOPMENT} (withdrawn)"),
    Status.LAPSED: StatusFacts(2, f"{UNDER_DEVELOPMENT} (lapsed)"),
}


def facts(status: str) -> StatusFacts:
    return FACTS[status]


def statuses_in(stage: int) -> tuple[Status, ...]:
    """The statuses of a stage in which an agreement goes on."""
    return tuple(Status(status) for status, told in FACTS.items() if told.stage == stage and status not in OVER)
