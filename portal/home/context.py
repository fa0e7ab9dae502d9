"""What every page knows: who operates the portal, and where one may go."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from directory.parties import managed_parties
from directory.standing import standing
from portal.dashboards.scope import own_dashboards
from portal.foundation.doors import KeepSessionAlive


def operator(request: HttpRequest) -> dict[str, Any]:
    return {
        "operator": {
            "name": settings.OPERATOR_NAME,
            "email": settings.OPERATOR_EMAIL,
            "demo": settings.DEMO,
            "site_url": settings.SITE_URL,
        },
        "navigation": list(navigation(request)),
        "session_seconds": session_seconds(request),
    }


def session_seconds(request: HttpRequest) -> int:
    """How long the session surely lasts without another page. It is written once a minute, so a minute less."""
    user = getattr(request, "user", None)
    if not (user and user.is_authenticated):
        return 0
    seconds = request.session.get_expiry_age()
    return seconds - min(KeepSessionAlive.EVERY_SECONDS, seconds // 2)


def navigation(request: HttpRequest):
    """Label, address, and whether one is there now."""
    found = (gettext("Directory"), "directory_search")
    places = [found, (gettext("Check if you need an agreement"), "start"), (gettext("Check a document"), "verify")]
    user = getattr(request, "user", None)
    if user and user.is_authenticated:
        kept = [
            (gettext("Agreements"), "agreement_list"),
            (gettext("Reviews"), "review_list"),
            (gettext("Actions"), "action_board"),
        ]
        if standing(user).funder_ids:
            # A funder without another post has nothing in the lists of those who work on agreements.
            kept = [*(kept if standing(user).posts else ()), (gettext("Shared with you"), "portfolio")]
        if standing(user).posts:
            kept.append((gettext("Needs"), "need_map"))
        if own_dashboards(user):
            kept.append((gettext("Dashboards"), "estate_dashboard"))
        places = [(gettext("Home"), "home"), *kept, *places]
        if managed_parties(user):
            places.append((gettext("People"), "people"))
        if standing(user).is_cjvsf:
            places.append((gettext("Question sets"), "question_set_list"))
    for label, name in places:
        address = reverse(name)
        yield label, address, request.path == address or (name != "home" and request.path.startswith(address))
