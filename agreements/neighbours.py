"""Whom one will be dealing with at a prison, and what is provided there already."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from directory.models import Establishment, Holding, Listing, Post, Role
from portal.foundation import clock


@dataclass(frozen=True)
class Counterpart:
    """The post that a partner turns to at a prison: never the person, who may have moved on by tomorrow."""

    title: str
    mailbox: str
    is_held: bool


def counterpart(establishment: Establishment) -> Counterpart:
    """The prison's own word for its Head of Offender Outcomes, and whether anybody holds that post today."""
    holdings = Holding.objects.on(clock.today()).filter(post=OuterRef("pk"))
    posts = Post.objects.filter(establishment=establishment, role=Role.HOO).annotate(is_held=Exists(holdings))
    post = posts.order_by("-is_held", "pk").first()
    title = establishment.approver_title
    return Counterpart(title, post.mailbox, post.is_held) if post else Counterpart(title, "", False)


def provided_at(establishment: Establishment, needs: Sequence[str]) -> QuerySet[Listing]:
    """What the directory lists there now for one of these needs; all of it when no need is named."""
    listings = Listing.objects.listed().filter(establishment=establishment).select_related("service__organisation")
    if needs:
        listings = listings.filter(terms__vocabulary__key="needs", terms__slug__in=needs).distinct()
    return listings
