"""What needs looking after: late actions, posts that nobody holds, mail that didn’t arrive; and what the checker told."""

from django.urls import reverse

from agreements.eligibility import HEADLINES
from agreements.models import Action
from directory.models import Role
from portal.dashboards.counting import Sums
from portal.dashboards.panels import Figure, Panel, Row, counted, of_most
from portal.dashboards.scope import ESTATE, Scope
from portal.foundation import charts


def panels(scope: Scope, sums: Sums) -> list[Panel]:
    """Mail and the checker belong to no party: only CJVSF sees them."""
    found = [actions(scope, sums), posts(scope, sums)]
    return [*found, mail(scope, sums), checks(scope, sums)] if scope.kind == ESTATE else found


def posts(scope: Scope, sums: Sums) -> Panel:
    numbers = dict(sums["posts"])
    rows = [(role.label, numbers[role.value], role.value) for role in Role if role.value in numbers]
    title = "Posts that nobody holds"
    most = of_most([row[:2] for row in rows], "Every post is held.")
    said = f"{counted(sum(numbers.values()), 'post')} without a holder. {most}"
    table = [Row(label, [Figure(number, scope.link("posts_behind", role=role), label)]) for label, number, role in rows]
    table.append(Row("All", [Figure(sum(numbers.values()), scope.link("posts_behind"), "All")]))
    return Panel(title, said, ("Kind of post", "Posts"), table, charts.bars(title, said, [row[:2] for row in rows]))


def mail(scope: Scope, sums: Sums) -> Panel:
    rows = [(state.capitalize(), number, state) for state, number in sums["mail"]]
    title = "Mail that didn’t arrive"
    said = f"{counted(sum(row[1] for row in rows), 'mail')} refused or bounced."
    address = reverse("mail_log") if scope.user else ""
    table = [
        Row(label, [Figure(number, f"{address}?state={state}" if address else "", label)])
        for label, number, state in rows
    ]
    return Panel(title, said, ("What happened", "Mails"), table, charts.bars(title, said, [row[:2] for row in rows]))


def checks(scope: Scope, sums: Sums) -> Panel:
    numbers = dict(sums["checks"])
    rows = [(headline, numbers.get(result.value, 0), result.value) for result, headline in HEADLINES.items()]
    title = "What the eligibility checker told"
    said = f"{counted(sum(numbers.values()), 'check')} in the period. {of_most([row[:2] for row in rows], '')}".strip()
    table = [
        Row(label, [Figure(number, scope.link("checks_behind", result=result, since=scope.period["since"]), label)])
        for label, number, result in rows
    ]
    return Panel(title, said, ("Result", "Checks"), table, charts.bars(title, said, [row[:2] for row in rows]))


def actions(scope: Scope, sums: Sums) -> Panel:
    """Open and late by side."""
    counts = {owner: numbers for owner, *numbers in sums["actions"]}
    rows = [(side, counts.get(side.value, [0, 0])) for side in Action.Owner]
    late = sum(numbers[1] for _, numbers in rows)
    title = "Agreed actions late, by side"
    said = f"{counted(late, 'action')} late of {sum(numbers[0] for _, numbers in rows):,} open."
    table = [
        Row(
            side.label, [action_figure(scope, numbers[at], side, state) for at, state in enumerate(("open", "overdue"))]
        )
        for side, numbers in rows
    ]
    stacks = [(side.label, (numbers[1], numbers[0] - numbers[1])) for side, numbers in rows]
    picture = charts.stacked(title, said, stacks, ("Late", "Open, not late"))
    return Panel(title, said, ("Side", "Open", "Late"), table, picture)


def action_figure(scope: Scope, number: int, side: Action.Owner, state: str) -> Figure:
    return Figure(number, scope.link("action_board", side=side.value, state=state), f"{side.label}: {state}")
