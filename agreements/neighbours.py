"""Whom one will be dealing with at a prison, and what is provided there already."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from agreements.models import Version
from directory.models import Establishment, Holding, Listing, Post, Role, Term
from portal.foundation import clock

# The needs and the groups of an outline, and the questions that ask of what is there already.
NEEDS_AND_GROUPS = frozenset({"S1-05", "S1-08"})
ASKS_OF_OTHERS = frozenset({"S1-07", "S2-04"})


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


@dataclass(frozen=True)
class Alike:
    """A service that addresses one of the same needs there; perhaps for the same people, and so the same thing twice."""

    listing: Listing
    is_for_the_same_people: bool


def alike(version: Version) -> list[Alike]:
    """What the directory lists at the prison for the needs of this version, but for its own service, which it may renew."""
    terms = {(term.vocabulary.key, term.slug) for term in version.terms.select_related("vocabulary")}
    needs, groups = ([slug for key, slug in terms if key == wanted] for wanted in ("needs", "populations"))
    if not needs:
        return []
    others = provided_at(version.agreement.establishment, needs)
    others = others.exclude(service=version.agreement.service_id)
    same = Term.objects.filter(listing=OuterRef("pk"), vocabulary__key="populations", slug__in=groups)
    rows = others.annotate(is_same=Exists(same)).order_by("-is_same", "service__name", "pk")
    return [Alike(row, row.is_same) for row in rows]
