"""The posts of a party themselves: adding one, and changing its name or its place in the prison's policy."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from directory.models import Post, Role
from directory.operations.holdings import hold_still
from directory.parties import Party, manages, party_of
from directory.roles import ROLES
from directory.standing import standing
from portal.foundation import audit
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User

POLICY = ("approval_order", "signing_order")


@transaction.atomic
def add_post(party: Party, *, by: User, role: str, title: str, **fields) -> Post:
    """A new seat, which nobody holds yet. A prison's policy is CJVSF's to set."""
    post = Post(role=role, title=title, **party.keys, **fields)
    _refuse_what_is_not_theirs(party, by, {name for name, value in fields.items() if value})
    _refuse_what_the_role_cannot_be(party, post)
    hold_still(party)
    post.save(force_insert=True)
    audit.record("add post", about=party.about, by=by, post=post.pk, role=role, title=title, **_policy(post))
    return post


@transaction.atomic
def change_post(post: Post, *, by: User, **fields) -> None:
    """Rename a post, or give it another place in the policy. Its role stays: another role is another post."""
    party = party_of(post)
    _refuse_what_is_not_theirs(party, by, {name for name, value in fields.items() if value != getattr(post, name)})
    hold_still(party)
    for name, value in fields.items():
        setattr(post, name, value)
    _refuse_what_the_role_cannot_be(party, post)
    post.save(update_fields=list(fields))
    audit.record("change post", about=party.about, by=by, post=post.pk, title=post.title, **_policy(post))


def _refuse_what_is_not_theirs(party: Party, by: User, changed: set[str]) -> None:
    if not manages(by, party) or (changed & set(POLICY) and not standing(by).is_cjvsf):
        raise PermissionDenied


def _refuse_what_the_role_cannot_be(party: Party, post: Post) -> None:
    if post.role not in party.roles:
        raise NotReady(f"{party.name} has no posts of that role.")
    has_place = post.approval_order is not None or post.signing_order is not None
    if has_place and "by policy" not in ROLES[Role(post.role)].may:
        raise NotReady("Only a Head of Offender Outcomes or a further approver approves or signs for a prison.")


def _policy(post: Post) -> dict:
    return {name: getattr(post, name) for name in POLICY}
