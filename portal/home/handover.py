"""The handover pack of a post: what whoever holds it takes over, what is due, and who is who. Made to be printed."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agreements.models import Action, ClarificationRequest, Version
from agreements.owners import ALIVE, alive_at, side_of
from agreements.statuses import facts
from directory.models import Handover, Holding, Post
from directory.parties import manages, party_of
from portal.foundation import clock
from portal.foundation.models import User
from reviews.models import Review


@dataclass(frozen=True)
class Taken:
    """One version that is being written or in force, and whom it waits for."""

    version: Version
    waits_for: str


@require_safe
def handover_pack(request: HttpRequest, holding_id: int) -> HttpResponse:
    """For whoever holds the post today, and for those who look after the party's people."""
    holding = find_holding(request.user, holding_id)
    handovers = Handover.objects.select_related("left__user", "taken__user", "by")
    context: dict[str, Any] = {
        "today": clock.today(),
        "holding": holding,
        "came": handovers.filter(taken=holding).first(),
        "went": handovers.filter(left=holding, taken__taken_back=False).first(),
        **what_belongs_to(holding.post, request.user),
    }
    return render(request, "home/handover_pack.html", context)


def find_holding(user: User, holding_id: int) -> Holding:
    related = ("user", "post__organisation", "post__establishment")
    holding = Holding.objects.select_related(*related).filter(pk=holding_id).first()
    if holding is None or not (manages(user, party_of(holding.post)) or holds_today(user, holding.post)):
        raise Http404
    return holding


def holds_today(user: User, post: Post) -> bool:
    return Holding.objects.on(clock.today()).filter(post=post, user=user).exists()


def what_belongs_to(post: Post, user: User) -> dict[str, Any]:
    """Agreements, actions and reviews of the post's party, as this reader may see them, and the people of all sides."""
    alive = alive_at(post).values("pk")
    found = Version.objects.with_parties().visible_to(user).filter(agreement__in=alive, status__in=ALIVE)
    versions = list(found.order_by("agreement__establishment__name", "agreement__service__name", "number"))
    actions = Action.objects.for_board().unsettled().visible_to(user).filter(version__in=versions, post=post)
    reviews = Review.objects.with_parties().open().visible_to(user).filter(agreement__in=alive)
    return {
        "taken": taken(versions, post),
        "actions": actions,
        "reviews": reviews,
        "people": who_is_who(post, versions),
    }


def taken(versions: list[Version], post: Post) -> list[Taken]:
    asked = ClarificationRequest.objects.filter(version__in=versions, answered_at=None)
    asked_of = dict(asked.values_list("version_id", "asked_of"))
    return [Taken(version, waits_for(version, post, asked_of.get(version.pk))) for version in versions]


def waits_for(version: Version, post: Post, asked_of: str | None) -> str:
    sides = {asked_of} if asked_of else set(facts(version.status).turn)
    if not sides:
        return "Nobody"
    if len(sides) > 1:
        return "Both sides"
    return "Your side" if side_of(post) in sides else "The other side"


def who_is_who(post: Post, versions: list[Version]) -> list[Holding]:
    """Who holds a post today at the post's own party, and at each party that it works with."""
    holdings = Holding.objects.on(clock.today()).select_related("user", "post__organisation", "post__establishment")
    prisons = {version.agreement.establishment_id for version in versions} | {post.establishment_id}
    organisations = {version.agreement.organisation_id for version in versions} | {post.organisation_id}
    there = holdings.filter(post__organisation__in=organisations - {None}) | holdings.filter(
        post__establishment__in=prisons - {None}
    )
    return sorted(there, key=lambda holding: (holding.post.party_name, holding.post.title, holding.as_deputy))
