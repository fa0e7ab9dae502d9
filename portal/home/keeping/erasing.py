"""Erasing a person: the account can't be told from any other afterwards. What they signed keeps the name it was signed with."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from directory.models import Absence, Invitation, JoiningRequest, MailPreference
from directory.operations.accounts import correction_key
from directory.standing import standing
from portal.exports.models import Export
from portal.foundation import audit
from portal.foundation.exceptions import NotReady
from portal.foundation.models import NOWHERE, Notification, TypedText, User
from portal.home.keeping.removing import remove
from portal.home.models import PersonalDataCopy
from reviews.models import CalendarAddress

NAME = "Somebody who has left"
# What is theirs alone, and goes.
THEIRS = (EmailAddress, Authenticator, UserSession, MailPreference, Absence, TypedText, CalendarAddress)


def is_erased() -> Q:
    return Q(email__endswith=f"@{NOWHERE}")


@transaction.atomic
def erase(who: User, *, by: User | None) -> None:
    """By CJVSF for somebody who asked, or by the portal itself (None) when the account has been closed long enough."""
    if by is not None and not standing(by).is_cjvsf:
        raise PermissionDenied
    who = User.objects.select_for_update().get(pk=who.pk)
    if who.is_active:
        raise NotReady(f"Close the account of {who} first, so that nothing live is left to nobody.")
    if who.is_erased:
        raise NotReady("This account has been erased already.")
    _forget_the_address(who)
    for model in THEIRS:
        remove(model._base_manager.filter(user=who))
    remove(PersonalDataCopy.objects.filter(person=who))
    remove(Export.objects.filter(by=who))
    who.name, who.email, who.salt, who.last_login = NAME, f"{who.pk}@{NOWHERE}", "", None
    who.set_unusable_password()
    who.save()
    audit.record("erase account", about=f"user:{who.pk}", by=by)


def _forget_the_address(who: User) -> None:
    """Sessions are found by the list that the account keeps of them."""
    keys = UserSession.objects.filter(user=who).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()
    to_them = Q(addressee__in=[f"user:{who.pk}", f"mailto:{who.email}"])
    Notification.objects.filter(to_them | Q(dedupe_key__startswith=correction_key(who))).delete()
    Invitation.objects.filter(email=who.email).update(email=f"{who.pk}@{NOWHERE}")
    asked = {"contact_email": f"{who.pk}@{NOWHERE}", "contact_name": NAME}
    JoiningRequest.objects.filter(contact_email=who.email).update(**asked)
