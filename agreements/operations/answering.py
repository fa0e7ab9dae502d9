"""Saving answers so that a second writer loses nothing: each save says which answer it replaces."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from agreements.models import SavedAnswer
from portal.foundation import clock
from portal.foundation.models import User


class Stored(Protocol):
    """An answer that was saved, or figures that stand for one: which, what, by whom, when."""

    @property
    def pk(self) -> Any: ...

    @property
    def value(self) -> Any: ...

    @property
    def by(self) -> Any: ...

    @property
    def at(self) -> Any: ...


@dataclass(frozen=True)
class Conflict:
    """Two people answered the same question: what is stored, and what the second one typed."""

    question_id: str
    stored: Stored
    typed: Any


@dataclass
class Saved:
    """What became of a save: the ids that the next one replaces, what was written, and what could not be."""

    bases: dict[str, int] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


def write(
    rows: Mapping[str, SavedAnswer],
    values: Mapping[str, Any],
    *,
    replacing: Mapping[str, str],
    by: User,
    new: Callable[..., SavedAnswer],
) -> Saved:
    """Write what has changed. `rows` are the current answers, `new` makes one. Call it with their owner locked.

    An answer that somebody else has replaced meanwhile is a conflict: it is not saved, and the others are.
    """
    saved = Saved()
    for question_id, value in values.items():
        stored = rows.get(question_id)
        if (stored.value if stored else None) == value:
            saved.bases |= {question_id: stored.pk} if stored else {}
        elif not replace(stored, replacing.get(question_id, "")):
            saved.conflicts.append(Conflict(question_id, stored, value))
        else:
            answer = new(question_id=question_id, value=value, by=by, at=clock.now())
            answer.save(force_insert=True)
            saved.bases[question_id] = answer.pk
            saved.written.append(question_id)
    saved.written.sort()
    return saved


def replace(stored: SavedAnswer | None, replaces: str) -> bool:
    """Mark the stored answer as replaced, if it is still the one that the writer saw: one changes the row, or no."""
    if stored is None:
        return True
    if str(stored.pk) != replaces:
        return False
    return type(stored)._default_manager.filter(pk=stored.pk, replaced_at=None).update(replaced_at=clock.now()) == 1
