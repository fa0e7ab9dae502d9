"""Who sends which kinds of information to whom, read off the answers, and what they leave open."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agreements.models import Answer, Version
from agreements.questions.definition import Question
from agreements.questions.shown import as_text, shown
from agreements.reading import Reading

Row = Mapping[str, Any]

SHARES, DIRECTIONS, ITEMS, ROUTES, KEPT = "S3-27", "S3-28", "ISA-09", "ISA-10", "ISA-15"
READ = frozenset({SHARES, DIRECTIONS, ITEMS, ROUTES, KEPT})

PRISON, PARTNER, OTHERS = "prison", "partner", "third parties"
# A direction of an item, as pairs of who sends and who receives.
WAYS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "prison-to-partner": ((PRISON, PARTNER),),
    "partner-to-prison": ((PARTNER, PRISON),),
    "both": ((PRISON, PARTNER), (PARTNER, PRISON)),
    "to-third-parties": ((PARTNER, OTHERS),),
}
DIRECTION_OF = {
    (PRISON, PARTNER): "prison-to-partner",
    (PARTNER, PRISON): "partner-to-prison",
    (PARTNER, OTHERS): "to-third-parties",
}


@dataclass(frozen=True)
class Item:
    """One kind of information. `gaps` say in sentences what the agreement doesn't settle about it."""

    name: str
    about: str
    category: str
    why: str
    ways: tuple[tuple[str, str], ...]
    direction: str
    route: str
    kept: str
    gaps: tuple[str, ...]


@dataclass(frozen=True)
class Arrow:
    """Everything that goes from one side to another."""

    sender: str
    receiver: str
    items: tuple[Item, ...]

    @property
    def with_gaps(self) -> int:
        return sum(bool(item.gaps) for item in self.items)

    @property
    def label(self) -> str:
        """How much goes this way, and how much of it is left open."""
        count = f"{len(self.items)} item{'s' * (len(self.items) != 1)}"
        return f"{count}, {self.with_gaps} with gaps" if self.with_gaps else count


@dataclass(frozen=True)
class Flow:
    """The flow of information under one version."""

    version: Version
    shares: str
    items: tuple[Item, ...]
    gaps: tuple[str, ...]

    @property
    def arrows(self) -> tuple[Arrow, ...]:
        ways = [(way, tuple(item for item in self.items if way in item.ways)) for way in DIRECTION_OF]
        return tuple(Arrow(*way, items) for way, items in ways if items)

    @property
    def gap_count(self) -> int:
        return len(self.gaps) + sum(len(item.gaps) for item in self.items)

    @property
    def from_prison(self) -> str:
        return self._names(PRISON, PARTNER)

    @property
    def to_prison(self) -> str:
        return self._names(PARTNER, PRISON)

    @property
    def to_others(self) -> str:
        return self._names(PARTNER, OTHERS)

    def _names(self, *way: str) -> str:
        return "; ".join(item.name for item in self.items if way in item.ways)


def flow(reading: Reading) -> Flow:
    answers = reading.answers
    shares = answers.get(SHARES, "")
    items = tuple(_items(reading)) if shares == "yes" else ()
    return Flow(reading.version, shares, items, tuple(_gaps(shares, answers, items)))


def flows_of(versions: Iterable[Version]) -> list[Flow]:
    """The flows of many versions, with one query for all their answers."""
    rows: dict[int, dict[str, Answer]] = {version.pk: {} for version in versions}
    for row in Answer.objects.filter(version__in=rows, question_id__in=READ, replaced_at=None):
        rows[row.version_id][row.question_id] = row
    return [flow(Reading(version, rows[version.pk])) for version in versions]


def _items(reading: Reading) -> Iterator[Item]:
    questions = reading.version.sharing_set.words.questions
    routes, kept = (_by_item(reading.answers.get(question_id)) for question_id in (ROUTES, KEPT))
    for row in reading.answers.get(ITEMS) or []:
        if name := row.get("item"):
            yield _item(questions, row, routes.get(name, {}), kept.get(name, {}))


def _by_item(rows: list[dict[str, Any]] | None) -> dict[str, dict[str, Any]]:
    return {row["for"]: row for row in rows or [] if "for" in row}


def _item(questions: Mapping[str, Question], row: Row, route: Row, kept: Row) -> Item:
    question = questions[ITEMS]
    how_often = _label(questions[ROUTES], route, "frequency")
    item = Item(
        name=row["item"],
        about=_label(question, row, "about"),
        category=_label(question, row, "category"),
        why=row.get("justification", ""),
        ways=WAYS.get(row.get("direction", ""), ()),
        direction=_label(question, row, "direction"),
        route=f"{how_often}: {route.get('method', '')}".strip(": "),
        kept=", ".join(kept[part] for part in ("period", "trigger", "method") if kept.get(part)),
        gaps=(),
    )
    return Item(**vars(item) | {"gaps": tuple(_gaps_of(item, route, kept))})


def _label(question: Question, row: Row, part_id: str) -> str:
    return as_text(shown(question.part(part_id), row[part_id], {})) if row.get(part_id) else ""


def _gaps_of(item: Item, route: Row, kept: Row) -> Iterator[str]:
    if not item.ways:
        yield "It isn’t said who sends it to whom (ISA-09)."
    if not item.why:
        yield "It isn’t said why it is needed (ISA-09)."
    if not route.get("method"):
        yield "It isn’t said how it is sent (ISA-10)."
    if not route.get("frequency"):
        yield "It isn’t said how often it is sent (ISA-10)."
    if not kept.get("period"):
        yield "It isn’t said how long it is kept (ISA-15)."
    if not kept.get("method"):
        yield "It isn’t said how it is destroyed (ISA-15)."


def _gaps(shares: str, answers: Mapping[str, Any], items: tuple[Item, ...]) -> Iterator[str]:
    """What is missing between the agreement and its information sharing agreement."""
    if not shares:
        yield "It isn’t said whether personal information will pass between the two sides (S3-27)."
    if shares != "yes":
        return
    agreed = set(answers.get(DIRECTIONS) or [])
    used = {DIRECTION_OF[way] for item in items for way in item.ways}
    if not items:
        yield "No data item is listed (ISA-09)."
    for direction in sorted((agreed & set(SAID)) - used):
        yield f"Information goes {SAID[direction]} (S3-28), but no data item does (ISA-09)."
    for direction in sorted(used - agreed):
        yield f"A data item goes {SAID[direction]} (ISA-09), but the agreement doesn’t say so (S3-28)."


SAID = {
    "prison-to-partner": "from the prison to the partner",
    "partner-to-prison": "from the partner to the prison",
    "to-third-parties": "to third parties",
}
