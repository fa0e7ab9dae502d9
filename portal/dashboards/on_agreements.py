"""How many agreements there are in each status, how long each status takes, why they come back, and what ends."""

import datetime as dt
from collections import Counter
from typing import Any

from agreements.models import DRAFTED, LIVE, Status
from agreements.models.agreement import MONTHS_BEFORE_THE_END, TOLD
from agreements.statuses import statuses_in
from agreements.steps import BY_NAME
from portal.dashboards import on_time
from portal.dashboards.counting import Sums
from portal.dashboards.panels import Figure, Panel, Row, counted, of_most
from portal.dashboards.scope import Scope
from portal.foundation import charts, clock

# What the months are drawn of: words, step, and the status that it led to.
TREND = (
    ("Outlines sent to prisons", "submit", Status.WITH_PRISON),
    ("Agreements signed by both sides", "sign", Status.IN_FORCE),
    ("Agreements ended", "", Status.ENDED),
)


def panels(scope: Scope, sums: Sums) -> list[Panel]:
    found = [by_status(scope, sums), by_stage(scope, sums), *on_time.panels(scope, sums), trend(scope, sums)]
    found += [reasons(scope, sums), use(scope, sums), completeness(scope, sums)]
    return found


def by_status(scope: Scope, sums: Sums) -> Panel:
    numbers: Counter[str] = Counter()
    for _, status, number, *_ in sums["agreements"]:
        numbers[status] += number
    rows = [(status.label, numbers[status], status.value) for status in Status]
    title, total = "Agreements by status", sum(numbers.values())
    said = f"{counted(total, 'agreement')}. {of_most([row[:2] for row in rows], 'There are none yet.')}"
    return Panel(
        title,
        said,
        ("Status", "Agreements"),
        [
            *(Row(label, [agreements(scope, number, label, status=value)]) for label, number, value in rows),
            Row("All", [agreements(scope, total, "All")]),
        ],
        charts.bars(title, said, [(label, number) for label, number, _ in rows if number]),
    )


def agreements(scope: Scope, number: int, about: str, **narrowed: Any) -> Figure:
    return Figure(number, scope.link("agreement_list", **narrowed), about)


def by_stage(scope: Scope, sums: Sums) -> Panel:
    stages = [(stage, statuses_in(stage)) for stage in range(1, 6)]
    numbers = {
        stage: sum(number for _, status, number, *_ in sums["agreements"] if status in statuses)
        for stage, statuses in stages
    }
    rows = [(f"Stage {stage}", numbers[stage]) for stage, _ in stages]
    title = "Agreements that go on, by stage of the form"
    said = f"{counted(sum(numbers.values()), 'agreement')} go on. {of_most(rows, 'None does.')}"
    table = [
        Row(label, [agreements(scope, number, label, stage=stage)])
        for (label, number), (stage, _) in zip(rows, stages, strict=True)
    ]
    return Panel(title, said, ("Stage", "Agreements"), table, charts.bars(title, said, rows))


def trend(scope: Scope, sums: Sums) -> Panel:
    """What happened in each month of the period."""
    months = months_of(scope)
    numbers = {
        (month, place): sum(
            number
            for when, name, _, led_to, number in sums["changes"]
            if when == month and led_to == to and name in (step or name,)
        )
        for month in months
        for place, (_, step, to) in enumerate(TREND)
    }
    title = "Month by month"
    totals = [sum(numbers[month, place] for month in months) for place in range(len(TREND))]
    said = "; ".join(
        f"{words[:1].lower()}{words[1:]}: {total:,}" for (words, _, _), total in zip(TREND, totals, strict=True)
    )
    said = f"In {counted(len(months), 'month')}, {said}."
    series = [(words, [numbers[month, place] for month in months]) for place, (words, _, _) in enumerate(TREND)]
    rows = [
        Row(say_month(month), [step_figure(scope, numbers[month, place], month, place) for place in range(len(TREND))])
        for month in months
    ]
    picture = charts.lines(title, said, [f"{first_of(month):%b %y}" for month in months], series)
    return Panel(title, said, ("Month", *(words for words, _, _ in TREND)), rows, picture)


def months_of(scope: Scope) -> list[str]:
    return [f"{clock.add_months(scope.since, number):%Y-%m}" for number in range(scope.months)]


def first_of(month: str) -> dt.date:
    return dt.date.fromisoformat(f"{month}-01")


def say_month(month: str) -> str:
    return clock.say_day(first_of(month)).removeprefix("1 ")


def step_figure(scope: Scope, number: int, month: str, place: int) -> Figure:
    words, step, to = TREND[place]
    first = first_of(month)
    last = min(clock.last_of(first), scope.until)
    url = scope.link("steps_behind", step=step, to=to.value, since=first.isoformat(), until=last.isoformat())
    return Figure(number, url, f"{words}, {say_month(month)}")


def reasons(scope: Scope, sums: Sums) -> Panel:
    """Answers and returns: which reasons were picked from the short lists."""
    numbers: Counter[tuple[str, str]] = Counter()
    for _, step, reason, _, number in sums["changes"]:
        if reason:
            numbers[step, reason] += number
    rows = [
        (f"{BY_NAME[step].label}: {say_reason(step, reason)}", number, step, reason)
        for (step, reason), number in numbers.most_common()
    ]
    title = "Why agreements were returned, declined, withdrawn, paused or ended"
    said = of_most([row[:2] for row in rows], "No reason was given in this period.")
    table = [
        Row(label, [Figure(number, scope.link("steps_behind", step=step, reason=reason, **scope.period), label)])
        for label, number, step, reason in rows
    ]
    return Panel(
        title, said, ("Step and reason", "Times"), table, charts.bars(title, said, [row[:2] for row in rows[:10]])
    )


def say_reason(step: str, reason: str) -> str:
    return dict(BY_NAME[step].reasons).get(reason, reason)


def use(scope: Scope, sums: Sums) -> Panel:
    """Whether all prisons use agreements: how many each has in force, being drafted, and ending with nothing to follow."""
    ends = dict(sums["ending"])
    counts: dict[int, list[int]] = {prison: [0, 0] for prison in shown_prisons(scope)}
    for prison, status, number, *_ in sums["agreements"]:
        row = counts.setdefault(prison, [0, 0])
        row[0] += number * (status in LIVE)
        row[1] += number * (status in DRAFTED)
    names = sorted(counts, key=lambda pk: scope.names.get(pk, ""))
    without = sum(not counts[prison][0] for prison in names)
    title = "Use by prison"
    ended = (
        f"{counted(sum(ends.values()), 'agreement')} will end within {MONTHS_BEFORE_THE_END} months, nothing follows."
    )
    said = f"{ended} {counted(without, 'prison')} of {len(names)} without an agreement in force."
    rows = [use_row(scope, prison, *counts[prison], ends.get(prison, 0)) for prison in names]
    headings = ("Prison", "In force", "Being drafted", "Ending, nothing follows")
    stacks = [(scope.names.get(prison, ""), counts[prison]) for prison in names]
    return Panel(title, said, headings, rows, charts.stacked(title, said, stacks, ("In force", "Being drafted")))


def shown_prisons(scope: Scope) -> list[int]:
    """Those that are chosen, whether or not they have any agreement."""
    if scope.prison:
        return [scope.prison.pk]
    if scope.area or scope.organisation or scope.need:
        return []
    return [prison.pk for prison in scope.prisons if prison.takes_new_agreements]


def use_row(scope: Scope, prison: int, in_force: int, drafted: int, ending: int) -> Row:
    here, name = scope.at(prison), scope.names[prison]
    return Row(
        name,
        [
            agreements(here, in_force, f"{name}: in force", standing="in force"),
            agreements(here, drafted, f"{name}: being drafted", standing="drafted"),
            agreements(here, ending, f"{name}: ending", standing="ending"),
        ],
    )


def completeness(scope: Scope, sums: Sums) -> Panel:
    """Whether packs in force say what a complete one does."""
    live = [row for row in sums["agreements"] if row[1] in LIVE]
    total = sum(row[2] for row in live)
    lacking = [
        (f"Without {words}", total - sum(row[3 + place] for row in live), key)
        for place, (key, (words, _)) in enumerate(TOLD.items())
    ]
    title = "Completeness of agreements in force"
    said = f"{counted(total, 'agreement')} in force. {of_most([row[:2] for row in lacking], 'Each says all of these.')}"
    table = [Row(label, [agreements(scope, number, label, standing=f"no {key}")]) for label, number, key in lacking]
    return Panel(
        title, said, ("What is missing", "Agreements"), table, charts.bars(title, said, [row[:2] for row in lacking])
    )
