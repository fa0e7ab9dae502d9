"""How a page finds what its address names: what somebody may not see doesn't exist for them."""

from django.http import Http404, HttpRequest

from agreements.models import Agreement, Version
from portal.foundation import references

PREFIX = "PA"


def find_agreement(request: HttpRequest, reference: str) -> Agreement:
    """The agreement that this person may see, or 404."""
    agreement = Agreement.objects.visible_to(request.user).for_list().filter(reference=reference).first()
    if agreement is None or references.read(reference, PREFIX) != reference:
        raise Http404
    return agreement


def find_version(request: HttpRequest, reference: str, number: int | None = None) -> Version:
    """The version that this person may see: the one that is named, or the newest, which is the one being worked on."""
    versions = Version.objects.visible_to(request.user).with_parties().filter(agreement__reference=reference)
    if number is not None:
        versions = versions.filter(number=number)
    version = versions.order_by("-number").first()
    if version is None:
        raise Http404
    return version
