"""Who holds a post: giving one, ending one, and handing one over."""

import datetime as dt

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from directory.changes import Change, check
from directory.models import Establishment, Handover, Holding, Organisation, Post
from directory.parties import Party, manages, party_of
from portal.foundation import audit, clock, outbox
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User

A_DAY = dt.timedelta(days=1)


def hold_still(party: Party) -> None:
    """Lock the party, so that two changes of its people go one by one."""
    if party.organisation:
        Organisation.objects.select_for_update().get(pk=party.organisation.pk)
    elif party.establishment:
        Establishment.objects.select_for_update().get(pk=party.establishment.pk)
    else:
        list(Post.objects.select_for_update().filter(**party.keys))


def _only_for_managers(post: Post, by: User) -> Party:
    party = party_of(post)
    if not manages(by, party):
        raise PermissionDenied
    hold_still(party)
    return party


@transaction.atomic
def appoint(
    post: Post,
    who: User,
    *,
    by: User,
    from_on: dt.date | None = None,
    until_on: dt.date | None = None,
    as_deputy: bool = False,
) -> Holding:
    """Give a post, or deputise somebody in it. Raises PermissionDenied or NotReady."""
    party = _only_for_managers(post, by)
    if who == by:
        raise NotReady("You can’t give a post to yourself. Ask another administrator, or CJVSF.")
    holding = begin(post, who, from_on=from_on, until_on=until_on, as_deputy=as_deputy)
    _write_down("appoint", party, holding, by)
    _tell(holding, "appointed")
    return holding


def begin(post: Post, who: User, *, from_on: dt.date | None, until_on: dt.date | None, as_deputy: bool) -> Holding:
    """The row itself, with everything checked but who asked for it."""
    User.objects.select_for_update().get(pk=who.pk)
    from_on = max(from_on or clock.today(), clock.today())
    if as_deputy and until_on is None:
        raise NotReady("Say until when the deputy stands in.")
    if until_on and until_on < from_on:
        raise NotReady("The last day is before the first.")
    if post.organisation and post.organisation.why_closed:
        raise NotReady(post.organisation.why_closed)
    if not who.is_active:
        raise NotReady(f"The account of {who} is closed.")
    _refuse_a_second_time(post, who, from_on, until_on)
    holding = Holding.objects.create(post=post, user=who, from_on=from_on, until_on=until_on, as_deputy=as_deputy)
    check(Change(holding))
    return holding


def _refuse_a_second_time(post: Post, who: User, from_on: dt.date, until_on: dt.date | None) -> None:
    standing_now = Holding.objects.from_day(from_on).filter(post=post, user=who)
    if any(until_on is None or holding.from_on <= until_on for holding in standing_now):
        raise NotReady(f"{who} has this post already on those days. End that first, or choose other days.")


@transaction.atomic
def end_holding(holding: Holding, *, by: User, last_day: dt.date | None = None) -> Holding:
    """End access: after a last day, or at once without one. Refused while something live would be left to nobody."""
    party = _only_for_managers(holding.post, by)
    holding = _running(holding)
    first_day_without = last_day + A_DAY if last_day else clock.today()
    if first_day_without < clock.today():
        raise NotReady("The last day can’t be before yesterday: what was done since then was done in this post.")
    if holding.until_on and first_day_without > holding.until_on:
        raise NotReady(f"It ends on {clock.say_day(holding.until_on)} already.")
    finish(holding, first_day_without)
    check(Change(holding, is_end=True))
    _write_down("end", party, holding, by)
    return holding


def _running(holding: Holding) -> Holding:
    """The row as it stands now, unless it is over."""
    stored = Holding.objects.from_day(clock.today()).filter(pk=holding.pk).select_related("user", "post").first()
    if stored is None:
        raise NotReady(f"{holding.user} doesn’t hold this post any more.")
    return stored


def finish(holding: Holding, first_day_without: dt.date) -> None:
    """Write the end. A holding that hasn't run a day keeps its row, which then counts for none."""
    holding.taken_back = first_day_without <= holding.from_on
    holding.until_on = max(first_day_without - A_DAY, holding.from_on)
    holding.save(update_fields=["until_on", "taken_back"])


@transaction.atomic
def hand_over(holding: Holding, *, to: User, by: User, on: dt.date, note: str = "") -> Handover:
    """The next holder begins on a day, and the one before ends the day before: whatever belongs to the post follows."""
    party = _only_for_managers(holding.post, by)
    if to == by:
        raise NotReady("You can’t hand a post over to yourself. Ask another administrator, or CJVSF.")
    return pass_on(holding, party, to=to, by=by, on=on, note=note)


def pass_on(holding: Holding, party: Party, *, to: User, by: User, on: dt.date, note: str) -> Handover:
    """The rows of a handover, with everything checked but who asked for it."""
    holding = _running(holding)
    if to == holding.user:
        raise NotReady(f"{to} holds this post already.")
    if on < clock.today():
        raise NotReady("Choose today or a later day.")
    _refuse_a_second_successor(holding)
    until_on = holding.until_on
    if until_on and on > until_on:
        raise NotReady(
            f"{holding.user} leaves the post on {clock.say_day(until_on)}. Choose that day or an earlier one."
        )
    finish(holding, max(on, holding.from_on))
    taken = begin(holding.post, to, from_on=max(on, holding.from_on), until_on=until_on, as_deputy=holding.as_deputy)
    check(Change(holding, is_end=True))
    handover = Handover.objects.create(left=holding, taken=taken, note=note, by=by, at=clock.now())
    _write_down("hand over", party, taken, by, left=holding.pk)
    _tell(taken, "handed_over", left_by=holding.user.name)
    return handover


def _refuse_a_second_successor(holding: Holding) -> None:
    successor = Holding.objects.from_day(clock.today()).filter(handed_over__left=holding).select_related("user").first()
    if successor:
        day = clock.say_day(successor.from_on)
        raise NotReady(f"{successor.user} takes over on {day} already. End that first, to choose somebody else.")


def _write_down(event: str, party: Party, holding: Holding, by: User, **detail) -> None:
    audit.record(
        event,
        about=party.about,
        by=by,
        post=holding.post_id,
        title=holding.post.title,
        user=holding.user_id,
        from_on=str(holding.from_on),
        until_on=str(holding.until_on or ""),
        as_deputy=holding.as_deputy,
        **detail,
    )


def _tell(holding: Holding, template: str, **context) -> None:
    context |= {
        "post": str(holding.post),
        "as_deputy": holding.as_deputy,
        "from_on": clock.say_day(holding.from_on),
        "until_on": clock.say_day(holding.until_on) if holding.until_on else "",
        "link": settings.SITE_URL + reverse("handover_pack", args=[holding.pk]),
    }
    key = f"holding:{holding.pk}:{template}"
    outbox.queue(to=f"user:{holding.user_id}", template=template, context=context, dedupe_key=key)
