"""What a change of people must leave behind: `settings.RULES_ON_POSTS` has the directory ask these.

Each looks at the people as the change would leave them, and says what would be wrong, in sentences, or nothing.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from agreements.models import DRAFTED, LIVE, Action, Agreement, Side, Version
from agreements.permissions import DECIDERS
from directory.changes import Change, first_day_alone
from directory.models import Holding, Post
from portal.foundation import clock

ALIVE = (*DRAFTED, *LIVE)


def nobody_stands_on_both_sides(change: Change) -> list[str]:
    """Nobody acts for both sides of one agreement, not even as a deputy, not even on one day."""
    holding = change.holding
    post = holding.post
    if change.is_end or not (post.organisation_id or post.establishment_id):
        return []
    to_own, to_other = ("organisation", "establishment") if post.organisation_id else ("establishment", "organisation")
    agreements = Agreement.objects.filter(Exists(_alive_versions()), **{to_own: getattr(post, f"{to_own}_id")})
    others = _on_days_of(holding).filter(**{f"post__{to_other}__in": agreements.values(to_other)})
    return [
        f"{holding.user} acts for {other.post.party_name}, which has an agreement with {post.party_name}. "
        "Nobody can act for both sides of one agreement."
        for other in others.select_related("post__organisation", "post__establishment")[:1]
    ]


def nothing_live_is_left_alone(change: Change) -> list[str]:
    """Somebody decides for each side of all that is being drafted or in force, today and on every day to come."""
    post = change.holding.post
    if not change.is_end:
        return []
    alive = alive_at(post)
    reasons = []
    if not alive.exists():
        return reasons
    if post.role in DECIDERS[side_of(post)] and (day := first_day_alone(_holdings_of_deciders(post))):
        reasons.append(
            f"From {clock.say_day(day)} nobody would decide for {post.party_name}, which has {alive.count()} agreements "
            "that are being written or in force. Hand the post over instead."
        )
    if is_needed(post) and (day := first_day_alone(Holding.objects.from_day(clock.today()).filter(post=post))):
        reasons.append(
            f"From {clock.say_day(day)} nobody would be {post.title}, which is named in agreements that are being "
            "written or in force. Hand the post over instead."
        )
    return reasons


def side_of(post: Post) -> Side:
    return Side.PARTNER if post.organisation_id else Side.PRISON


def alive_at(post: Post) -> QuerySet[Agreement]:
    """The agreements of a post's party that are being written or in force; for a prison, those that it has been sent."""
    if post.organisation_id:
        of_party = Q(organisation=post.organisation_id)
    elif post.establishment_id:
        of_party = Q(establishment=post.establishment_id, sent_at__isnull=False)
    else:
        return Agreement.objects.none()
    return Agreement.objects.filter(of_party, Exists(_alive_versions()))


def is_needed(post: Post) -> bool:
    """Whether this very post is waited for: the prison's policy names it, or an action that isn't settled does."""
    actions = Action.objects.unsettled().filter(post=post, version__status__in=ALIVE)
    return post.approval_order is not None or post.signing_order is not None or actions.exists()


def _alive_versions() -> QuerySet[Version]:
    return Version.objects.filter(agreement=OuterRef("pk"), status__in=ALIVE)


def _on_days_of(holding: Holding) -> QuerySet[Holding]:
    """What else the same person holds on at least one day of this holding."""
    others = Holding.objects.from_day(holding.from_on).filter(user=holding.user).exclude(pk=holding.pk)
    return others.filter(from_on__lte=holding.until_on) if holding.until_on else others


def _holdings_of_deciders(post: Post) -> QuerySet[Holding]:
    at_party = Q(post__organisation=post.organisation_id) & Q(post__establishment=post.establishment_id)
    return Holding.objects.from_day(clock.today()).filter(at_party, post__role__in=DECIDERS[side_of(post)])
