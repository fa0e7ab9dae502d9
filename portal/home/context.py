"""What every page knows: who operates the portal, and where one may go."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from directory.standing import standing


def operator(request: HttpRequest) -> dict[str, Any]:
    return {
        "operator": {
            "name": settings.OPERATOR_NAME,
            "email": settings.OPERATOR_EMAIL,
            "demo": settings.DEMO,
            "site_url": settings.SITE_URL,
        },
        "navigation": list(navigation(request)),
    }


def navigation(request: HttpRequest):
    """Label, address, and whether one is there now."""
    places = [("Check if you need an agreement", "start"), ("Check a document", "verify")]
    user = getattr(request, "user", None)
    if user and user.is_authenticated:
        places = [("Home", "home"), ("Agreements", "agreement_list"), *places]
        if standing(user).is_cjvsf:
            places.append(("Question sets", "question_set_list"))
    for label, name in places:
        address = reverse(name)
        yield label, address, request.path == address or (name != "home" and request.path.startswith(address))
