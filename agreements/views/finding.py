"""How a page finds what its address names: what somebody may not see doesn't exist for them."""

from django.db.models import Case, When
from django.http import Http404, HttpRequest

from agreements.models import DRAFTED, LIVE, Agreement, Version
from portal.foundation import references

PREFIX = "PA"
NUMBER_LENGTH = 4
NO_SUCH_NUMBER = 9999


def find_agreement(request: HttpRequest, reference: str) -> Agreement:
    """The agreement that this person may see, or 404."""
    agreement = Agreement.objects.visible_to(request.user).for_list().filter(reference=reference).first()
    if agreement is None or references.read(reference, PREFIX) != reference:
        raise Http404
    return agreement


def find_version(request: HttpRequest, reference: str, number: int | None = None) -> Version:
    """The version that this person may see: the one that the address names (?version=1), or the one being worked on.

    That is the draft if there is one, or else the version in force, or else the newest.
    """
    versions = Version.objects.visible_to(request.user).with_parties().filter(agreement__reference=reference)
    number = version_number(request) if number is None else number
    if number is not None:
        versions = versions.filter(number=number)
    is_worked_on = Case(When(status__in=DRAFTED, then=2), When(status__in=LIVE, then=1), default=0)
    version = versions.order_by(is_worked_on.desc(), "-number").first()
    if version is None:
        raise Http404
    return version


def version_number(request: HttpRequest) -> int | None:
    """The version that the address names. Nonsense names none that exists."""
    named = request.GET.get("version")
    if named is None:
        return None
    return int(named) if named.isascii() and named.isdecimal() and len(named) < NUMBER_LENGTH else NO_SUCH_NUMBER
