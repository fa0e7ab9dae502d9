"""What a person may see of needs and ideas: each a QuerySet, which pages narrow further."""

from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404

from directory.models import Establishment, Idea, NeedsStatement, PartnerView, Term
from directory.models.needs import IdeaQuerySet
from directory.needs_map import NEEDS, prisons_of_today
from directory.roles import who_may
from directory.standing import standing
from portal.foundation.models import User

Rows = TypeVar("Rows", bound=QuerySet)


def only_for_post_holders(user: User) -> None:
    """The map of need is for whoever works on it: a partner, a prison or CJVSF."""
    if not standing(user).posts:
        raise PermissionDenied


def find_prison(user: User, slug: str) -> Establishment:
    only_for_post_holders(user)
    found = prisons_of_today().filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def find_need(slug: str) -> Term:
    found = Term.objects.filter(vocabulary__key=NEEDS, vocabulary__establishment=None, slug=slug).first()
    if found is None:
        raise Http404
    return found


def find_idea(user: User, reference: str) -> Idea:
    found = (
        ideas_seen_by(user).select_related("duplicate_of__service__organisation").filter(reference=reference).first()
    )
    if found is None:
        raise Http404
    return found


def statements_seen_by(user: User) -> QuerySet[NeedsStatement]:
    """Everybody who holds a post reads what is published; a draft is the prison's own, and CJVSF's to see."""
    stands = standing(user)
    if stands.is_cjvsf:
        return NeedsStatement.objects.all()
    if not stands.posts:
        return NeedsStatement.objects.none()
    return NeedsStatement.objects.filter(Q(published_at__isnull=False) | Q(establishment__in=stands.establishment_ids))


def ideas_seen_by(user: User) -> IdeaQuerySet:
    return _of_both_sides(Idea.objects.with_parties(), user)


def ideas_to_answer(user: User) -> IdeaQuerySet:
    """Those that wait for somebody who says what the prison needs."""
    allowed = who_may("needs")
    prisons = [post.establishment_id for post in standing(user).posts if post.role in allowed]
    return Idea.objects.waiting().filter(establishment__in=prisons)


def views_seen_by(user: User) -> QuerySet[PartnerView]:
    return _of_both_sides(PartnerView.objects.select_related("organisation", "by"), user)


def _of_both_sides(rows: Rows, user: User) -> Rows:
    """An organisation sees its own, a prison what it was told, CJVSF all."""
    stands = standing(user)
    if stands.is_cjvsf:
        return rows
    return rows.filter(Q(organisation__in=stands.organisation_ids) | Q(establishment__in=stands.establishment_ids))
