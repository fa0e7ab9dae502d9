"""How a page finds what its address names: what somebody may not see doesn't exist for them."""

from django.http import Http404, HttpRequest

from portal.foundation.models import User
from reviews.models import Review


class SignedIn(HttpRequest):
    """A request of somebody who is signed in: the middleware lets no other through."""

    user: User


def find_review(request: SignedIn, reference: str, number: int) -> Review:
    """The review that this person may see, or 404."""
    visible = Review.objects.visible_to(request.user).with_parties()
    review = visible.filter(agreement__reference=reference, number=number).first()
    if review is None:
        raise Http404
    return review
