"""How a page about people finds what its address names: what somebody doesn't look after doesn't exist for them."""

from django.http import Http404

from directory.models import Establishment, Holding, Invitation, JoiningRequest, Organisation, OrganisationMerge, Post
from directory.models.joining import CAN_BE_UNDONE_FOR
from directory.parties import Party, find_party, manages, party_of
from directory.standing import standing
from portal.foundation import clock
from portal.foundation.models import User

PARTIES = ("post__organisation", "post__establishment")


def managed_party(user: User, kind: str, slug: str) -> Party:
    party = find_party(kind, slug)
    if party is None or not manages(user, party):
        raise Http404
    return party


def managed_post(user: User, post_id: int) -> Post:
    post = Post.objects.select_related("organisation", "establishment").filter(pk=post_id).first()
    return _managed(user, post, post)


def managed_holding(user: User, holding_id: int) -> Holding:
    holding = Holding.objects.select_related("user", *PARTIES).filter(pk=holding_id).first()
    return _managed(user, holding, holding.post if holding else None)


def managed_invitation(user: User, invitation_id: int) -> Invitation:
    invitation = Invitation.objects.select_related(*PARTIES).filter(pk=invitation_id).first()
    return _managed(user, invitation, invitation.post if invitation else None)


def _managed(user: User, found, post: Post | None):
    if post is None or not manages(user, party_of(post)):
        raise Http404
    return found


def only_for_cjvsf(user: User) -> None:
    """For everybody else these pages don't exist."""
    if not standing(user).is_cjvsf:
        raise Http404


def joining_request(user: User, request_id: int) -> JoiningRequest:
    only_for_cjvsf(user)
    found = JoiningRequest.objects.select_related("decided_by", "organisation").filter(pk=request_id).first()
    if found is None:
        raise Http404
    return found


def joining_requests(user: User):
    """Those that wait, the longest waiting first, and those that were decided, the latest first."""
    only_for_cjvsf(user)
    requests = JoiningRequest.objects.select_related("decided_by", "organisation")
    return requests.filter(decided_at=None), requests.exclude(decided_at=None).order_by("-decided_at")


def person(user: User, person_id: int) -> User:
    only_for_cjvsf(user)
    found = User.objects.filter(pk=person_id).first()
    if found is None:
        raise Http404
    return found


def organisations_named(user: User, name: str):
    only_for_cjvsf(user)
    return Organisation.objects.filter(name__icontains=name, merged_into=None)


def find_organisation(user: User, slug: str) -> Organisation:
    only_for_cjvsf(user)
    found = Organisation.objects.select_related("merged_into").filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def find_establishment(user: User, slug: str) -> Establishment:
    only_for_cjvsf(user)
    found = Establishment.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def own_organisation(user: User, slug: str) -> Organisation:
    """For those who hold a post there, and for CJVSF; for everybody else it doesn't exist."""
    found = Organisation.objects.filter(slug=slug).first()
    stands = standing(user)
    if found is None or not (stands.is_cjvsf or found.pk in stands.organisation_ids):
        raise Http404
    return found


def find_merge(user: User, merge_id: int) -> OrganisationMerge:
    only_for_cjvsf(user)
    found = OrganisationMerge.objects.select_related("kept", "merged").filter(pk=merge_id).first()
    if found is None:
        raise Http404
    return found


def merges_of(organisation: Organisation):
    """The merges into an organisation that can still be undone, the latest first."""
    since = clock.now() - CAN_BE_UNDONE_FOR
    merges = OrganisationMerge.objects.filter(kept=organisation, undone_at=None, at__gte=since)
    return merges.select_related("merged", "by")
