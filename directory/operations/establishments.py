"""The facts about an establishment: each that is said here names its source."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from directory.models import Establishment, Term
from directory.standing import standing
from portal.foundation import audit, clock
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User

# Words of the prison's own choice, which nobody could look up.
NEED_NO_SOURCE = frozenset({"approver_title"})


@transaction.atomic
def change_establishment(
    establishment: Establishment, *, by: User, source: str, holds: Sequence[Term], **facts: Any
) -> list[str]:
    """Say other facts. A source is kept with each; a fact that is taken away needs none. Returns what has changed."""
    if not standing(by).is_cjvsf:
        raise PermissionDenied
    row = Establishment.objects.select_for_update().get(pk=establishment.pk)
    changed = {name: value for name, value in facts.items() if getattr(row, name) != value}
    if set(row.holds.all()) != set(holds):
        changed["holds"] = [term.slug for term in holds]
    _refuse_without_source(changed, source)
    _write(row, changed, source, holds)
    if changed:
        audit.record("change establishment", about=f"establishment:{row.slug}", by=by, fields=sorted(changed))
    return sorted(changed)


def _refuse_without_source(changed: dict[str, Any], source: str) -> None:
    said = [name for name, value in changed.items() if value and name not in NEED_NO_SOURCE]
    if said and not source:
        raise NotReady("Say where your changes come from. A fact without a source stays empty.")


def _write(row: Establishment, changed: dict[str, Any], source: str, holds: Sequence[Term]) -> None:
    for name, value in changed.items():
        row.sources.pop(name, None)
        if value and name not in NEED_NO_SOURCE:
            row.sources[name] = {"source": source, "on": clock.today().isoformat()}
        if name != "holds":
            setattr(row, name, value)
    row.save(update_fields=["sources", *(name for name in changed if name != "holds")])
    row.holds.set(holds)
