"""Whether reviews are held, how many people are reached, and why sessions are cancelled."""

from agreements.models import Kind, QuestionSet
from portal.dashboards.counting import Sums
from portal.dashboards.panels import Figure, Panel, Row, counted, of_most
from portal.dashboards.scope import Scope
from portal.foundation import charts
from reviews.figures import CANCELLED, COUNTS

STATES = (("Due", "due"), ("Late", "late"), ("Held in the period", "held"))


def panels(scope: Scope, sums: Sums) -> list[Panel]:
    words = labels()
    return [
        reviews(scope, sums),
        places(scope, sums),
        delivered(scope, sums, "People reached and sessions", COUNTS, words),
        delivered(scope, sums, "Sessions cancelled, by cause", CANCELLED, words),
    ]


def labels() -> dict[str, dict[str, str]]:
    """What the newest questions call each count and each cause."""
    asked = QuestionSet.objects.newest(Kind.AGREEMENT).words.questions
    causes = asked[CANCELLED].part("reason").options if CANCELLED in asked else ()
    return {
        COUNTS: {part.id: part.text for part in asked[COUNTS].parts} if COUNTS in asked else {},
        CANCELLED: {option.value: option.label for option in causes},
    }


def reviews(scope: Scope, sums: Sums) -> Panel:
    rows = sorted(sums["reviews"], key=lambda row: scope.names.get(row[0], ""))
    due, late, held = (sum(row[place] for row in rows) for place in (1, 2, 3))
    title = "Reviews"
    said = f"{counted(late, 'review')} late, {due:,} due, {held:,} held in the period."
    table = [Row(scope.names.get(prison, ""), review_figures(scope.at(prison), numbers)) for prison, *numbers in rows]
    if not scope.prison:
        table.insert(0, Row("All", review_figures(scope, [due, late, held])))
    stacks = [(scope.names.get(prison, ""), numbers) for prison, *numbers in rows]
    picture = charts.stacked(title, said, stacks, [words for words, _ in STATES])
    return Panel(title, said, ("Prison", *(words for words, _ in STATES)), table, picture)


def review_figures(scope: Scope, numbers: list[int]) -> list[Figure]:
    where = str(scope.prison or "All")
    return [
        Figure(
            number,
            scope.link("review_list", state=state, **(scope.period if state == "held" else {})),
            f"{where}: {words.lower()}",
        )
        for number, (words, state) in zip(numbers, STATES, strict=True)
    ]


def places(scope: Scope, sums: Sums) -> Panel:
    """Places at one time in the agreements in force."""
    rows = sorted(
        ((scope.names.get(prison, ""), number or 0, prison) for prison, _, number in sums["places"]),
        key=lambda row: row[0],
    )
    total = sum(number for _, number, _ in rows)
    title = "Places at one time"
    said = f"{counted(total, 'place')} in the agreements in force. {of_most([row[:2] for row in rows], '')}".strip()
    table = [
        Row(name, [Figure(number, scope.at(prison).link("places_behind"), name, adds_up=True)])
        for name, number, prison in rows
    ]
    table.append(Row("All", [Figure(total, scope.link("places_behind"), "All", adds_up=True)]))
    return Panel(title, said, ("Prison", "Places"), table, charts.bars(title, said, [row[:2] for row in rows]))


def delivered(scope: Scope, sums: Sums, title: str, question: str, words: dict[str, dict[str, str]]) -> Panel:
    """The sums of the delivery figures that both sides enter by the quarter."""
    numbers = {name: number for question_id, name, number in sums["delivered"] if question_id == question}
    known = words[question] | {name: name for name in numbers if name not in words[question]}
    rows = [(label, numbers.get(name, 0), name) for name, label in known.items()]
    said = of_most([row[:2] for row in rows], "Nothing was entered for the quarters of this period.")
    table = [
        Row(label, [Figure(number, figures_behind(scope, question, name), label, adds_up=True)])
        for label, number, name in rows
    ]
    return Panel(title, said, ("What", "Number"), table, charts.bars(title, said, [row[:2] for row in rows]))


def figures_behind(scope: Scope, question: str, name: str) -> str:
    return scope.link("figures_behind", question=question, name=name, **scope.period)
