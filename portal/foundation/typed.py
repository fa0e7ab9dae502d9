"""Nothing typed is lost when a session ends: it is kept on the server, and given back to the same person only.

A form that wants this carries a signed `typed_by` field. When it is posted without a session, the text waits in
`TypedText`; after sign-in the page takes it back with `take_back`.
"""

from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict

from portal.foundation import clock
from portal.foundation.models import TypedText, User

FIELD = "typed_by"
SALT = "typed"
MAX_AGE = 60 * 60 * 24


def token(user: User, path: str) -> str:
    """What the form carries: who was typing, and where."""
    return signing.dumps([user.pk, path], salt=SALT)


def take_back(request: HttpRequest) -> QueryDict | None:
    """What this person was typing on this page when their session ended, once."""
    kept = TypedText.objects.filter(user=request.user, path=request.path).first()
    if kept is None:
        return None
    kept.delete()
    return QueryDict(kept.data)


class KeepWhatWasTyped:
    """Keeps the text of a form that is posted after its session has ended, then lets the sign-in page come."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and not request.user.is_authenticated and FIELD in request.POST:
            keep(request)
        return self.get_response(request)


def keep(request: HttpRequest) -> None:
    try:
        user_id, path = signing.loads(request.POST[FIELD], salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return
    if path == request.path and User.objects.filter(pk=user_id, is_active=True).exists():
        TypedText.objects.update_or_create(
            user_id=user_id, path=path, defaults={"data": request.POST.urlencode(), "kept_at": clock.now()}
        )
