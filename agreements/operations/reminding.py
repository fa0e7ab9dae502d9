"""A reminder that somebody sends: to the side whose turn it is, once a day at most."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from agreements import notices
from agreements.models import Version
from agreements.permissions import may
from agreements.turns import turn
from directory.standing import standing
from portal.foundation import audit, clock, outbox
from portal.foundation.exceptions import NotReady
from portal.foundation.models import Notification, User

NOBODYS_TURN = "It waits for nobody."


def may_remind(user: User, version: Version) -> bool:
    """CJVSF, and whoever decides for one of the two sides."""
    return standing(user).is_cjvsf or may(user, "decide for either side", version)


@transaction.atomic
def remind(version: Version, *, by: User) -> None:
    """Write to the people of the side whose turn it is."""
    version = Version.objects.locked(version)
    if not may_remind(by, version):
        raise PermissionDenied
    now = turn(version)
    if not now.sides:
        raise NotReady(NOBODYS_TURN)
    key = f"remind:{version.pk}:{clock.today()}"
    if Notification.objects.filter(dedupe_key=key).exists():
        raise NotReady("Somebody has reminded them today already.")
    to = " ".join(notices.party_address(version.agreement, side) for side in now.sides)
    context = notices.about(version) | {"by": by.name, "since": clock.say_day(now.since)}
    outbox.queue(to=to, template="reminded", context=context, dedupe_key=key)
    audit.record("remind", about=version.agreement.about, by=by, to=to, version=version.number)
