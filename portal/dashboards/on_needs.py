"""The map of need as a picture: which prison has services for which need, and which gaps weigh most."""

from collections.abc import Sequence

from django.urls import reverse

from directory import needs_map
from directory.models import Establishment
from directory.needs_map import NEEDS, Cell, NamedGap, NeedMap
from portal.dashboards.counting import Sums
from portal.dashboards.panels import Figure, Panel, Row, counted
from portal.dashboards.scope import Scope
from portal.foundation import charts

# Prisons with the cells of their rows, and the address of the list that each opens.
Cells = Sequence[tuple[Establishment, Sequence[tuple[Cell, str]]]]


def panels(scope: Scope, sums: Sums) -> list[Panel]:
    """Read live: the map has its own few queries, whatever the number of services."""
    prisons = needs_map.prisons_of_today()
    narrowed = {"pk": scope.prison.pk} if scope.prison else {}
    narrowed |= {"local_authority": scope.area} if scope.area else {}
    found = needs_map.read(prisons.filter(**narrowed))
    rows = [(prison, [(cell, address_of(scope, cell)) for cell in found.cells(prison)]) for prison in found.prisons]
    return [provision(found, rows), reached(found, rows), gaps(scope, found)]


def provision(found: NeedMap, cells: Cells) -> Panel:
    missing = sum(cell.is_gap for _, row in cells for cell, _ in row)
    title = "Services by prison and need"
    said = f"{counted(found.whole.total, 'service')} at {counted(len(found.prisons), 'prison')}; {counted(missing, 'gap')}."
    rows = [Row(prison.name, [service_figure(*cell) for cell in row]) for prison, row in cells]
    headings = ("Prison", *(term.label for term in found.needs.values()))
    drawn = [(prison.name, [(said_cell(cell), cell.is_gap) for cell, _ in row]) for prison, row in cells]
    picture = charts.matrix(title, f"{said} A framed number is the weight of a gap.", headings[1:], drawn)
    return Panel(title, f"{said} In the picture, a framed number is the weight of a gap.", headings, rows, picture)


def reached(found: NeedMap, cells: Cells) -> Panel:
    """People who started with the services of each cell, as their listings say: the same that the map of need says."""
    title = "People reached by prison and need"
    people = found.whole.people
    said = (
        f"{counted(people, 'person', 'people')} started in the newest four quarters that have figures."
        if people is not None
        else "No figures have been entered yet."
    )
    words = f"{said} A service for several needs counts for each of them."
    rows = [Row(prison.name, [reached_figure(*cell) for cell in row]) for prison, row in cells]
    headings = ("Prison", *(term.label for term in found.needs.values()))
    drawn = [(row.label, [(str(figure.number), False) for figure in row.cells]) for row in rows]
    return Panel(title, words, headings, rows, charts.matrix(title, words, headings[1:], drawn))


def reached_figure(cell: Cell, address: str) -> Figure:
    words = f"People reached, {cell.need} at {cell.prison}"
    return Figure(cell.offered.people or 0, address, words, adds_up=True)


def said_cell(cell: Cell) -> str:
    return str(cell.weight) if cell.is_gap else str(cell.offered.total)


def service_figure(cell: Cell, address: str) -> Figure:
    words = f"{cell.need} at {cell.prison}" + (f", a gap: {cell.weight_words.lower()}" if cell.is_gap else "")
    return Figure(cell.offered.total, address, words, words=f"0, gap {cell.weight}" if cell.is_gap else "")


def address_of(scope: Scope, cell: Cell) -> str:
    return reverse("need_services", args=[cell.prison.slug, cell.need.slug]) if scope.user else ""


def gaps(scope: Scope, found: NeedMap) -> Panel:
    """How many gaps there are of each weight, by prison."""
    named = found.named_gaps(NEEDS)
    total = sum(row.gap.weight for row in named)
    title = "Gaps by weight"
    said = say_gaps(named[0], len(named), total) if named else "No gap is stated."
    by_prison: dict[str, list[int]] = {}
    for row in named:
        weights = by_prison.setdefault(row.prison.name, [0, 0, 0])
        weights[3 - row.gap.weight] += 1
    slugs = {prison.name: prison.slug for prison in found.prisons}
    headings = ("Prison", "Gaps", "Very great need", "Great need", "Some need")
    rows = [
        Row(name, [gap_figure(scope, sum(weights), slugs[name]), *(str(weight) for weight in weights)])
        for name, weights in by_prison.items()
    ]
    picture = charts.stacked(title, said, list(by_prison.items()), headings[2:])
    return Panel(title, said, headings, rows, picture, more=("Gaps, the heaviest first", reverse("gap_list")))


def say_gaps(heaviest: NamedGap, number: int, total: int) -> str:
    words = f"{heaviest.term.label.lower()} at {heaviest.prison}"
    return f"{counted(number, 'gap')}, which {'weighs' if number == 1 else 'weigh'} {total:,} together. The heaviest: {words}."


def gap_figure(scope: Scope, number: int, prison: str) -> Figure:
    return Figure(number, f"{reverse('gap_list')}?prison={prison}" if scope.user else "", f"Gaps at {prison}")
