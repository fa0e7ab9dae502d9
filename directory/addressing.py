"""Whom an address means today. Mail is addressed to posts and parties; who holds a post is asked when it is sent.

    user:5                    this person
    post:7                    whoever holds the post, and the deputy while the holder is away or there is none
    organisation:5            those who act for the organisation; establishment:7 for a prison
    organisation_lead:5       its administrator and every deputy there; establishment_lead:7 the Head of Offender Outcomes
    organisation_member:5/7   the person 7 as long as they hold a post at the organisation; establishment_member:5/7 likewise
    cjvsf                     the administrators of CJVSF

Several may stand in one address, with spaces between them. An address that reaches nobody means the lead of its party,
and failing that CJVSF.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from django.db.models import Q, QuerySet

from directory.models import Absence, Holding, Post, Role
from portal.foundation import clock
from portal.foundation.models import User

PARTIES = ("organisation", "establishment")
MEMBER = "member"
# The roles that mail to a whole party goes to.
TOLD = {
    "organisation": (Role.CONTRIBUTOR, Role.SIGNATORY, Role.ADMINISTRATOR),
    "establishment": (Role.HOO, Role.APPROVER, Role.COORDINATOR),
}
# Who leads a party: the first of these roles that somebody holds.
LEADS = {"organisation": (Role.ADMINISTRATOR, Role.SIGNATORY), "establishment": (Role.HOO, Role.APPROVER)}


def people_behind(addresses: str) -> set[int]:
    """The ids of the people whom these addresses mean today."""
    return people_behind_each([addresses])[addresses]


def people_behind_each(mails: Iterable[str]) -> dict[str, set[int]]:
    """The same for the addresses of many mails: posts are looked up together, and no party twice."""
    named = {addresses: addresses.split() for addresses in mails}
    posts = {address.removeprefix("post:") for own in named.values() for address in own if address.startswith("post:")}
    holders = acting_in(Post.objects.filter(pk__in=posts)) if posts else {}

    @cache
    def people(address: str) -> set[int]:
        kind, _, number = address.partition(":")
        return (kind == "post" and holders.get(int(number))) or _people(kind, number)

    return {addresses: {user_id for address in own for user_id in people(address)} for addresses, own in named.items()}


def _people(kind: str, number: str) -> set[int]:
    """Of a post: who is told as nobody acts in it."""
    if kind == "user":
        return set(User.objects.filter(pk=number, is_active=True).values_list("pk", flat=True))
    if kind == "post":
        return _lead_of_party(Post.objects.get(pk=number))
    party, _, which = kind.partition("_")
    if party not in PARTIES:
        return acting(Post.objects.filter(role=Role.CJVSF))
    if which == MEMBER:
        return _member(party, *number.split("/"))
    if which:
        return _lead(party, number) | _deputies(party, number) or _people("cjvsf", "")
    return acting(_posts_told(party, number)) or _people("cjvsf", "")


def member_address(party: str, party_id: int, user_id: int) -> str:
    return f"{party}_{MEMBER}:{party_id}/{user_id}"


def is_member_address(address: str) -> bool:
    """Whether it means one person while they hold a post, and nobody in their place."""
    return address.partition(":")[0].endswith(f"_{MEMBER}")


def _member(party: str, party_id: str, user_id: str) -> set[int]:
    held = Holding.objects.on(clock.today()).filter(**{f"post__{party}_id": party_id}, user=user_id)
    return set(held.values_list("user_id", flat=True))


def _posts_told(party: str, number: str | int) -> QuerySet[Post]:
    return Post.objects.filter(**{f"{party}_id": number}, role__in=TOLD[party])


def _lead_of_party(post: Post) -> set[int]:
    party = "organisation" if post.organisation_id else "establishment"
    number = post.organisation_id or post.establishment_id
    return (number and _lead(party, number)) or _people("cjvsf", "")


def _lead(party: str, number: str | int) -> set[int]:
    posts = _posts_told(party, number)
    return next((people for role in LEADS[party] if (people := acting(posts.filter(role=role)))), set())


def _deputies(party: str, number: str | int) -> set[int]:
    deputies = Holding.objects.on(clock.today()).filter(post__in=_posts_told(party, number), as_deputy=True)
    return set(deputies.values_list("user_id", flat=True))


def acting(posts: QuerySet[Post]) -> set[int]:
    """Who acts in any of these posts today."""
    return set().union(*acting_in(posts).values())


def acting_in(posts: QuerySet[Post]) -> dict[int, set[int]]:
    """Who acts in each post today: the holders, and the deputies if the holders are all away, or there are none."""
    today = clock.today()
    holdings = list(Holding.objects.on(today).filter(post__in=posts).values_list("post_id", "user_id", "as_deputy"))
    away = Absence.objects.on(today).filter(user__in=[user_id for _, user_id, _ in holdings])
    away_from = set(away.values_list("user_id", "post_id"))
    present = {
        post_id
        for post_id, user_id, as_deputy in holdings
        if not as_deputy and not {(user_id, post_id), (user_id, None)} & away_from
    }
    found: dict[int, set[int]] = defaultdict(set)
    for post_id, user_id, as_deputy in holdings:
        if not as_deputy or post_id not in present:
            found[post_id].add(user_id)
    return found


def posts_without_anybody() -> QuerySet[Post]:
    """Posts that nobody holds today, not even as a deputy."""
    return Post.objects.exclude(pk__in=Holding.objects.on(clock.today()).values("post_id"))


def parties_without_anybody(party: str, *, out_of_reach: set[int]) -> Q:
    """Which rows, by their `organisation` or `establishment`, have nobody who acts for that party and can be reached."""
    holdings = Holding.objects.on(clock.today()).filter(post__role__in=TOLD[party]).exclude(user__in=out_of_reach)
    return ~Q(**{f"{party}_id__in": holdings.values(f"post__{party}_id")})
