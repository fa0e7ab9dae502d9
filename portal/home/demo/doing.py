"""What became of the agreed actions before the first review: most are done and confirmed, some are said to be, some are late."""

import datetime as dt

from agreements.models import LIVE, Action, Side
from agreements.operations.doing import say_done, settle_together
from agreements.permissions import DECIDERS
from portal.foundation import clock
from portal.home.demo.reviewing import decider

# One in so many that were due some time ago is still open; of those due lately, one in so many is said to be done.
LATE = 9
SAID = 2
LATELY = dt.timedelta(days=60)
NOTE = "Done, and tried out with the first group."


def do_what_was_agreed() -> int:
    """How many actions are done or said to be."""
    mine = Action.objects.filter(version__status__in=LIVE, state=Action.State.OPEN, copied_from=None)
    due = mine.filter(due_on__lt=clock.today()).select_related("version__agreement__organisation", "post")
    return sum(done(action) for number, action in enumerate(due.order_by("pk"), start=1) if number % LATE)


def done(action: Action) -> bool:
    """Long ago: both sides know. Lately: the partner has said so of every other one of its own, and the prison may confirm it."""
    by = decider(action.version.agreement.organisation.posts, DECIDERS[Side.PARTNER])
    if by is None:
        return False
    if action.due_on < clock.today() - LATELY:
        state = Action.State.DONE
        return bool(settle_together(action.version, action.what, state, note=NOTE, on=action.due_on, by=by))
    if action.owner == Side.PRISON or action.pk % SAID:
        return False
    say_done(action, note=NOTE, evidence="", on=action.due_on, revision=action.revision, by=by)
    return True
