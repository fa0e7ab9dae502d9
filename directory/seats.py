"""The posts of a party as its people page shows them: who holds each now, who will, who did, and who is invited."""

from dataclasses import dataclass, field

from directory.models import Holding, Invitation, Post, Role
from directory.parties import Party
from directory.roles import ROLES, RoleFacts
from portal.foundation import clock
from portal.foundation.models import User


@dataclass
class Seat:
    """One post."""

    post: Post
    now: list[Holding] = field(default_factory=list)
    later: list[Holding] = field(default_factory=list)
    before: list[Holding] = field(default_factory=list)
    invitations: list[Invitation] = field(default_factory=list)

    @property
    def facts(self) -> RoleFacts:
        return ROLES[Role(self.post.role)]


def seats_of(party: Party) -> list[Seat]:
    """Every post with its people. The same few queries, whatever their number."""
    seats = {post.pk: Seat(post) for post in party.posts.select_related("organisation", "establishment")}
    holdings = Holding.objects.filter(post__in=seats).select_related("user").prefetch_related("handovers__taken__user")
    for holding in holdings.order_by("as_deputy", "from_on", "pk"):
        holding.post = seats[holding.post_id].post
        getattr(seats[holding.post_id], when(holding)).append(holding)
    for invitation in Invitation.objects.open().filter(post__in=seats).select_related("invited_by"):
        seats[invitation.post_id].invitations.append(invitation)
    return list(seats.values())


def when(holding: Holding) -> str:
    """now, later or before."""
    today = clock.today()
    is_over = holding.taken_back or not holding.user.is_active or (holding.until_on and holding.until_on < today)
    return "before" if is_over else "later" if holding.from_on > today else "now"


def holdings_of(person: User) -> list[tuple[str, Holding]]:
    """Every post that somebody holds, will hold or held, with which of these it is."""
    holdings = Holding.objects.filter(user=person).select_related("user", "post__organisation", "post__establishment")
    return [(when(holding), holding) for holding in holdings.order_by("-from_on", "-pk")]
