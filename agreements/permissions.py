"""Who may: people, and the posts they hold. When one may is another question, and another module."""

from collections.abc import Callable

from agreements.models import Agreement, Side, SignedPaper, Status, Version
from directory.models import PARTNER_ROLES, PRISON_ROLES, Post, Role
from directory.roles import who_may
from directory.standing import Standing, standing
from portal.foundation.models import User

DRAFTERS = {Side.PARTNER: who_may("draft", PARTNER_ROLES), Side.PRISON: who_may("draft", PRISON_ROLES)}
DECIDERS = {Side.PARTNER: who_may("decide", PARTNER_ROLES), Side.PRISON: who_may("decide", PRISON_ROLES)}
SIGNATORIES = who_may("sign")

Seat = Callable[[Post], bool]


def posts_in(user: User, agreement: Agreement, side: Side) -> tuple[Post, ...]:
    """The posts that somebody holds on one side of an agreement today, as holder or deputy."""
    stands: Standing = standing(user)
    if side == Side.PARTNER:
        return stands.posts_at(organisation_id=agreement.organisation_id)
    return stands.posts_at(establishment_id=agreement.establishment_id)


def sides_of(user: User, agreement: Agreement) -> frozenset[Side]:
    return frozenset(side for side in Side if posts_in(user, agreement, side))


def side_of(user: User, agreement: Agreement) -> Side | None:
    """The one side that somebody acts for. Whoever stands on both sides, or at CJVSF, acts for neither."""
    sides = sides_of(user, agreement)
    return next(iter(sides)) if len(sides) == 1 and not standing(user).is_cjvsf else None


def may_draft(user: User, agreement: Agreement) -> bool:
    return _has_role(user, agreement, DRAFTERS)


def _has_role(user: User, agreement: Agreement, roles: dict[Side, frozenset[Role]]) -> bool:
    side = side_of(user, agreement)
    return side is not None and any(post.role in roles[side] for post in posts_in(user, agreement, side))


def _drafts_for(side: Side) -> Callable[[User, Version], bool]:
    return lambda user, version: side_of(user, version.agreement) == side and may_draft(user, version.agreement)


def _decides_for(side: Side) -> Callable[[User, Version], bool]:
    return lambda user, version: (
        side_of(user, version.agreement) == side and _has_role(user, version.agreement, DECIDERS)
    )


def _decides(user: User, version: Version) -> bool:
    return _has_role(user, version.agreement, DECIDERS)


def _returns(user: User, version: Version) -> bool:
    """What is before the approvers, the prison returns; what is before the signatories, either side."""
    if version.status == Status.FOR_APPROVAL and side_of(user, version.agreement) != Side.PRISON:
        return False
    agreement = version.agreement
    return _decides(user, version) or bool(approving_posts(user, agreement) or signing_posts(user, agreement))


def approving_posts(user: User, agreement: Agreement) -> tuple[Post, ...]:
    """The posts of the prison's policy in which this person may approve."""
    if side_of(user, agreement) != Side.PRISON:
        return ()
    return tuple(post for post in posts_in(user, agreement, Side.PRISON) if post.approval_order is not None)


def signing_posts(user: User, agreement: Agreement) -> tuple[Post, ...]:
    """The posts in which this person may sign: a signatory's, or one of the prison's policy."""
    side = side_of(user, agreement)
    if side is None:
        return ()
    posts = posts_in(user, agreement, side)
    if side == Side.PARTNER:
        return tuple(post for post in posts if post.role in SIGNATORIES)
    return tuple(post for post in posts if post.signing_order is not None)


def _takes_in_paper(user: User, version: Version) -> bool:
    """CJVSF brings in what was signed before the portal, and nothing that has no scan."""
    return standing(user).is_cjvsf and SignedPaper.objects.filter(version=version).exists()


PERMISSIONS: dict[str, Callable[[User, Version], bool]] = {
    "draft for the partner": _drafts_for(Side.PARTNER),
    "draft for the prison": _drafts_for(Side.PRISON),
    "decide for the partner": _decides_for(Side.PARTNER),
    "decide for the prison": _decides_for(Side.PRISON),
    "decide for either side": _decides,
    "approve": lambda user, version: bool(approving_posts(user, version.agreement)),
    "sign": lambda user, version: bool(signing_posts(user, version.agreement)),
    "return a document": lambda user, version: _returns(user, version),
    "take in paper": _takes_in_paper,
    "the portal itself": lambda user, version: False,
}


def may(user: User | None, permission: str, version: Version) -> bool:
    """Whether this person may take steps of this kind in this agreement, whenever they may be taken.

    Nobody (None) is the portal itself: it ends what has run out, and nothing else.
    """
    if user is None:
        return permission == "the portal itself"
    return user.is_active and PERMISSIONS[permission](user, version)
