"""What the demonstration is told from: invented organisations, names and words, read from the files beside this one."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from directory.management.commands.load_estate import GROUPS

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class PlannedService:
    """One service that an organisation runs, in as many prisons as agree."""

    name: str
    summary: str
    activities: tuple[str, ...]
    where: tuple[str, ...]
    characteristics: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlannedOrganisation:
    name: str
    town: str
    need: str
    services: tuple[PlannedService, ...]


@lru_cache
def read_file(name: str) -> Any:
    return json.loads((DATA / name).read_text())


def words_about(need: str) -> dict[str, Any]:
    """What a service for this need says of outcomes, evidence, risks and the like."""
    return read_file(f"needs/{need}.json")


def common() -> dict[str, Any]:
    """Words that fit a service of any kind, by question or by what they are for."""
    return read_file("common.json")


def organisations() -> list[PlannedOrganisation]:
    return [
        PlannedOrganisation(row["name"], row["town"], row["need"], tuple(_service(each) for each in row["services"]))
        for row in read_file("organisations.json")
    ]


def _service(row: dict[str, Any]) -> PlannedService:
    return PlannedService(
        name=row["name"],
        summary=row["summary"],
        activities=tuple(row["activities"]),
        where=tuple(row["where"]),
        characteristics=tuple(row.get("characteristics", ())),
        populations=tuple(row.get("for", ())),
    )


@lru_cache
def populations_of(code: str) -> tuple[str, ...]:
    """Who is held in a prison, from its public facts, as terms of the populations."""
    facts = json.loads((settings.BASE_DIR / "directory" / "data" / "estate.json").read_text())
    named = next(row["populations"] for row in facts["establishments"] if row["code"] == code)
    return tuple(GROUPS[each] for each in named if each in GROUPS)
