"""How long each status takes: the median, and within how many working days nine of ten were done."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from agreements.models import Status
from agreements.statuses import facts
from portal.dashboards.counting import Sums
from portal.dashboards.panels import Figure, Panel, Row
from portal.dashboards.scope import Scope
from portal.foundation import charts

MEDIAN, NINTH_DECILE = 0.5, 0.9
Days = dict[tuple[int | None, str], Counter[int]]


def panels(scope: Scope, sums: Sums) -> list[Panel]:
    return [overall(scope, sums)] if scope.prison else [overall(scope, sums), by_prison(scope, sums)]


def share(days: Counter[int], of: float) -> float:
    """The number of days within which this share of them was done: between two neighbours, as far along as the share is."""
    place = (days.total() - 1) * of
    low = int(place)
    ordered = sorted(days.elements())[low : low + 2]
    return ordered[0] + (ordered[-1] - ordered[0]) * (place - low)


def said(days: float) -> str:
    return f"{days:.1f}".removesuffix(".0")


def histograms(waits: Iterable[Any]) -> Days:
    """How often each number of days was needed: at each prison, and under None at all of them."""
    found: Days = {}
    for prison, status, days, number in waits:
        for place in (None, prison):
            found.setdefault((place, status), Counter())[days] += number
    return found


def times(scope: Scope, status: Status, days: Counter[int], words: str = "") -> Figure:
    about = f"{scope.prison}: {status.label}" if scope.prison else status.label
    return Figure(
        days.total(), scope.link("steps_behind", left=status.value, timed="yes", **scope.period), about, words=words
    )


def overall(scope: Scope, sums: Sums) -> Panel:
    found = histograms(sums["waits"])
    spent = [(status, found[None, status.value]) for status in Status if (None, status.value) in found]
    title = "Working days in each status"
    medians = [(status.label, round(share(days, MEDIAN), 1)) for status, days in spent]
    words = f"By median. {say_longest(medians)}" if medians else "No status has been left in this period."
    rows = [
        Row(
            status.label,
            [
                said(median),
                said(share(days, NINTH_DECILE)),
                str(facts(status).target_days or "None"),
                times(scope, status, days),
            ],
        )
        for (status, days), (_, median) in zip(spent, medians, strict=True)
    ]
    headings = ("Status", "Median", "Nine of ten within", "Target", "Times")
    return Panel(title, words, headings, rows, charts.bars(title, words, medians))


def say_longest(medians: list[tuple[str, float]]) -> str:
    label, days = max(medians, key=lambda row: row[1])
    return f"The longest: {label.lower()} ({said(days)})."


def by_prison(scope: Scope, sums: Sums) -> Panel:
    found = histograms(sums["waits"])
    statuses = [status for status in Status if (None, status.value) in found]
    prisons = sorted({prison for prison, _ in found if prison}, key=lambda prison: scope.names.get(prison, ""))
    rows = [
        Row(
            scope.names[prison],
            [cell(scope.at(prison), status, found.get((prison, status.value))) for status in statuses],
        )
        for prison in prisons
    ]
    words = "In each cell the median, then within how many working days nine of ten were done, then how many times."
    return Panel("Working days at each prison", words, ("Prison", *(status.label for status in statuses)), rows)


def cell(scope: Scope, status: Status, days: Counter[int] | None) -> Figure | str:
    if days is None:
        return "0 times"
    both = f"{said(share(days, MEDIAN))}, {said(share(days, NINTH_DECILE))} ({days.total():,})"
    return times(scope, status, days, both)
