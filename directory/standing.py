"""Where a person stands today: which posts they hold, at which party, and whether as a deputy."""

from dataclasses import dataclass
from functools import cached_property

from directory.models import FUNDER_ROLES, Holding, Post, Role
from portal.foundation import clock
from portal.foundation.models import User


@dataclass(frozen=True)
class Standing:
    """The posts that somebody holds today. A funder's isn't among `posts`: it opens nothing but what is shared with it."""

    holdings: tuple[Holding, ...]

    @cached_property
    def posts(self) -> tuple[Post, ...]:
        return tuple(holding.post for holding in self.holdings if holding.post.role not in FUNDER_ROLES)

    @cached_property
    def funder_ids(self) -> frozenset[int]:
        posts = (holding.post for holding in self.holdings if holding.post.role in FUNDER_ROLES)
        return frozenset(post.organisation_id for post in posts if post.organisation_id)

    @cached_property
    def organisation_ids(self) -> frozenset[int]:
        return frozenset(post.organisation_id for post in self.posts if post.organisation_id)

    @cached_property
    def establishment_ids(self) -> frozenset[int]:
        return frozenset(post.establishment_id for post in self.posts if post.establishment_id)

    @cached_property
    def is_cjvsf(self) -> bool:
        return any(post.role == Role.CJVSF for post in self.posts)

    def posts_at(self, *, organisation_id: int | None = None, establishment_id: int | None = None) -> tuple[Post, ...]:
        return tuple(
            post
            for post in self.posts
            if (organisation_id and post.organisation_id == organisation_id)
            or (establishment_id and post.establishment_id == establishment_id)
        )

    def is_deputy_in(self, post: Post) -> bool:
        return all(holding.as_deputy for holding in self.holdings if holding.post_id == post.pk)


NOWHERE = Standing(())


def standing(user) -> Standing:
    """Where this person stands, asked of the database once a request (and once a day, for a user who is kept longer)."""
    if not user.is_authenticated:
        return NOWHERE
    day, known = getattr(user, "_standing", (None, NOWHERE))
    if day != clock.today():
        day = clock.today()
        found = Holding.objects.on(day).filter(user=user).select_related("post__organisation", "post__establishment")
        known = Standing(tuple(found))
        user._standing = (day, known)
    return known


def people_at(*, organisation_id: int | None = None, establishment_id: int | None = None):
    """The people who hold a post at this party today, each once, by name."""
    holdings = Holding.objects.on(clock.today())
    if organisation_id:
        holdings = holdings.filter(post__organisation_id=organisation_id)
    else:
        holdings = holdings.filter(post__establishment_id=establishment_id)
    return User.objects.filter(pk__in=holdings.values("user_id")).order_by("name")
