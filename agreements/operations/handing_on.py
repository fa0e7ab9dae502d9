"""Giving the open actions of one side of an agreement to another post of that side."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet

from agreements import notices
from agreements.models import LIVE, Action, Side, Status, Version
from agreements.owners import side_of
from directory.models import Post
from directory.parties import manages, party_of
from portal.foundation import audit, outbox
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User

WORDS_ARE_FIXED = (Status.FOR_APPROVAL, Status.FOR_SIGNATURE)


def with_open_actions(versions: QuerySet[Version]) -> QuerySet[Version]:
    """With what says whether and which actions can be handed on: `open_actions`, `is_being_approved`."""
    draft = Version.objects.filter(agreement=OuterRef("agreement"), status__in=WORDS_ARE_FIXED)
    actions = Prefetch("actions", Action.objects.filter(state=Action.State.OPEN), to_attr="open_actions")
    return versions.annotate(is_being_approved=Exists(draft)).prefetch_related(actions)


def actions_for(version: Version, to: Post) -> list[Action]:
    """The open actions of the post's side that another post has. Those of both sides stay where they are."""
    return [action for action in version.open_actions if action.owner == side_of(to) and action.post_id != to.pk]


def against_handing_on(version: Version, to: Post) -> list[str]:
    """What stands in the way, for a version that was read `with_open_actions`."""
    agreement = version.agreement
    party = agreement.organisation_id if side_of(to) == Side.PARTNER else agreement.establishment_id
    if party != (to.organisation_id or to.establishment_id):
        return [f"{to.party_name} isn’t a party to it."]
    if version.status not in LIVE:
        return ["Actions are handed on while the agreement is in force."]
    if version.is_being_approved:
        return ["A change of it is being approved or signed. Hand its actions on when that is over."]
    return [] if actions_for(version, to) else [f"No other post of {to.party_name} has an open action in it."]


@transaction.atomic
def hand_on(version: Version, *, to: Post, by: User) -> int:
    """Give them to another post, also in the draft of the next version. How many. Whoever looks after its people may."""
    if not manages(by, party_of(to)):
        raise PermissionDenied
    Version.objects.locked(version)
    version = with_open_actions(Version.objects.with_parties()).get(pk=version.pk)
    if reasons := against_handing_on(version, to):
        raise NotReady(*reasons)
    found = [action.pk for action in actions_for(version, to)]
    changed = {"post": to, "post_title": to.title, "revision": F("revision") + 1}
    Action.objects.filter(pk__in=found).update(**changed)
    Action.objects.filter(copied_from__in=found, confirmed_at=None).update(**changed)
    line = audit.record("hand on actions", about=version.agreement.about, by=by, post=to.pk, actions=found)
    context = notices.about(version) | {"by": by.name, "number": len(found), "post": to.title}
    key = f"hand-on:{version.agreement.reference}:{line.number}"
    outbox.queue(to=f"post:{to.pk}", template="actions_handed_on", context=context, dedupe_key=key)
    return len(found)
