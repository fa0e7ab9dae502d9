"""Who looks after what the directory says: the organisation's own people, and CJVSF. For others these pages don't exist."""

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from directory import freshness
from directory.models import Correction, Establishment, Listing, Organisation, Service
from directory.roles import who_may
from directory.standing import standing
from portal.foundation import clock
from portal.foundation.models import User


def keeps_listings_of(user: User, organisation_id: int) -> bool:
    return standing(user).is_cjvsf or organisation_id in _organisations(user)


def keeps_any(user: User) -> bool:
    return standing(user).is_cjvsf or bool(_organisations(user))


def only_for_keepers(user: User) -> None:
    if not keeps_any(user):
        raise Http404


def works_at(user: User, establishment_id: int) -> bool:
    """Whether this person holds any post at the prison."""
    return establishment_id in standing(user).establishment_ids


def _organisations(user: User) -> frozenset[int]:
    allowed = who_may("listings")
    return frozenset(
        post.organisation_id for post in standing(user).posts if post.organisation_id and post.role in allowed
    )


def kept_organisations(user: User) -> QuerySet[Organisation]:
    """Those for which this person may list a service."""
    open_ones = Organisation.objects.filter(left_on=None, merged_into=None)
    return open_ones if standing(user).is_cjvsf else open_ones.filter(pk__in=_organisations(user))


def kept_listings(user: User) -> QuerySet[Listing]:
    """Those that this person looks after: what has waited longest for a confirmation first."""
    found: QuerySet[Listing] = Listing.objects.with_parties()
    if not standing(user).is_cjvsf:
        found = found.filter(service__organisation__in=_organisations(user))
    waiting = Count("corrections", filter=Q(corrections__decided_at=None))
    return found.annotate(waiting=waiting).order_by("-is_live", "confirmed_on", "pk")


def listings_to_confirm(user: User) -> QuerySet[Listing]:
    """What the own organisations of this person have been asked by mail to confirm."""
    since = clock.add_months(clock.today(), -freshness.FIRST)
    own = Listing.objects.listed().filter(service__organisation__in=_organisations(user))
    return own.filter(confirmed_on__lte=since)


def kept_listing(user: User, reference: str) -> Listing:
    return _the(kept_listings(user).filter(reference=reference))


def kept_service(user: User, reference: str) -> Service:
    service = _the(Service.objects.select_related("organisation").filter(reference=reference))
    return _only_if(keeps_listings_of(user, service.organisation_id), service)


def kept_organisation(user: User, slug: str) -> Organisation:
    organisation = _the(Organisation.objects.filter(slug=slug))
    return _only_if(keeps_listings_of(user, organisation.pk), organisation)


def corrections(user: User) -> QuerySet[Correction]:
    """What waits for this person's answer, the longest waiting first."""
    listings = kept_listings(user).order_by().values("pk")
    found = Correction.objects.select_related("listing__service__organisation", "listing__establishment", "said_by")
    return found.filter(listing__in=listings, decided_at=None)


def correction(user: User, correction_id: int) -> Correction:
    return _the(corrections(user).filter(pk=correction_id))


def prisons() -> QuerySet[Establishment]:
    """Where a service may be listed."""
    return Establishment.objects.not_closed()


def _the(rows: QuerySet):
    return _only_if(True, rows.first())


def _only_if(is_theirs: bool, found):
    if found is None or not is_theirs:
        raise Http404
    return found
