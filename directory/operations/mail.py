"""What people say of their own mail: how often they want it, and when they are away."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction

from directory.models import Absence, MailPreference, Post
from directory.standing import standing
from portal.foundation import audit
from portal.foundation.models import User


@transaction.atomic
def choose_frequency(frequency: str, *, by: User) -> None:
    MailPreference.objects.update_or_create(user=by, defaults={"frequency": frequency})
    audit.record("choose mail", about=f"user:{by.pk}", by=by, frequency=frequency)


@transaction.atomic
def add_absence(from_on: dt.date, until_on: dt.date, *, post: Post | None, by: User) -> Absence:
    """Somebody will be away from one of their posts, or from all of them."""
    if post is not None and post not in standing(by).posts:
        raise PermissionDenied
    absence = Absence.objects.create(user=by, post=post, from_on=from_on, until_on=until_on)
    audit.record("go away", about=f"user:{by.pk}", by=by, absence=absence.pk, until=until_on.isoformat())
    return absence


@transaction.atomic
def remove_absence(absence: Absence, *, by: User) -> None:
    if absence.user_id != by.pk:
        raise PermissionDenied
    audit.record("come back", about=f"user:{by.pk}", by=by, absence=absence.pk)
    absence.delete()
