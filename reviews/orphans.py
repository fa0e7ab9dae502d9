"""Agreements that nobody looks after: a side without anybody who can be reached, or an open action of an empty post."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from agreements.models import DRAFTED, LIVE, Action, Agreement, Version
from directory.addressing import parties_without_anybody, posts_without_anybody
from directory.mail_log import out_of_reach

REASONS = {
    "no_partner": "Nobody who can be reached acts for the organisation.",
    "no_prison": "Nobody who can be reached acts for the prison.",
    "no_post": "An open action belongs to a post that nobody holds.",
}


def agreements() -> QuerySet[Agreement]:
    """What is in force or being drafted, and has been left alone. The prison's side counts once it has been sent there."""
    unreached = out_of_reach()
    alive = Version.objects.filter(agreement=OuterRef("pk"), status__in=(*LIVE, *DRAFTED))
    of_empty_posts = Action.objects.of_agreements_in_force().filter(
        version__agreement=OuterRef("pk"), state=Action.State.OPEN, post__in=posts_without_anybody()
    )
    return (
        Agreement.objects.filter(Exists(alive))
        .annotate(
            no_partner=parties_without_anybody("organisation", out_of_reach=unreached),
            no_prison=parties_without_anybody("establishment", out_of_reach=unreached) & Q(sent_at__isnull=False),
            no_post=Exists(of_empty_posts),
        )
        .filter(Q(no_partner=True) | Q(no_prison=True) | Q(no_post=True))
        .for_list()
    )


def with_reasons(rows: Iterable[Agreement]) -> list[tuple[Agreement, list[str]]]:
    return [(row, [words for name, words in REASONS.items() if getattr(row, name)]) for row in rows]
