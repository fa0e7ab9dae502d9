"""What an owner writes into the directory: services outside the agreements, plain lines, and that it all still holds."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from directory.index import index
from directory.keeping import keeps_listings_of
from directory.models import Establishment, Listing, LocalAuthority, Organisation, Origin, Service, Term
from portal.foundation import audit, clock
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User

# What an owner may change of a listing that an agreement wrote. The rest is what was agreed and signed.
OF_AN_AGREEMENT = frozenset({"easy_read", "release_areas"})
CONFIRMED: dict[str, Any] = {"asked_after_months": 0}


@transaction.atomic
def add_listing(
    *, organisation: Organisation, service_name: str, establishment: Establishment, by: User, **told: Any
) -> Listing:
    """List a service that runs outside the agreements."""
    organisation = _open(organisation, by)
    service, _ = Service.objects.get_or_create(organisation=organisation, name=service_name)
    if Listing.objects.listed().filter(service=service, establishment=establishment).exists():
        raise NotReady(f"{service} is in the directory at {establishment} already.")
    terms, areas = told.pop("terms"), told.pop("release_areas")
    listing = Listing.objects.create(
        service=service, establishment=establishment, confirmed_on=clock.today(), confirmed_by=by, **told
    )
    _write(listing, terms, areas)
    audit.record("add listing", about=listing.about, by=by, service=service.reference, at=establishment.slug)
    return listing


@transaction.atomic
def change_listing(listing: Listing, *, by: User, **told: Any) -> None:
    """Say it in other words. Whoever changes it has looked at it, so it counts as confirmed today."""
    listing = locked(listing, by)
    if listing.is_from_an_agreement and set(told) - OF_AN_AGREEMENT:
        raise NotReady("This comes from an agreement: change the agreement, and the directory follows.")
    terms, areas = told.pop("terms", None), told.pop("release_areas", None)
    Listing.objects.filter(pk=listing.pk).update(**told, confirmed_on=clock.today(), confirmed_by=by, **CONFIRMED)
    _write(listing, terms, areas)
    audit.record("change listing", about=listing.about, by=by, fields=sorted(told))


@transaction.atomic
def confirm_listing(listing: Listing, *, by: User) -> None:
    """Its owner says that it still holds, the plain line included."""
    listing = locked(listing, by)
    Listing.objects.filter(pk=listing.pk).update(confirmed_on=clock.today(), confirmed_by=by, **CONFIRMED)
    audit.record("confirm listing", about=listing.about, by=by)


@transaction.atomic
def show_listing(listing: Listing, *, is_live: bool, by: User) -> None:
    """Take a service outside the agreements off the directory, or put it back."""
    listing = locked(listing, by)
    if listing.is_from_an_agreement:
        raise NotReady("This comes from an agreement: it is listed for as long as the agreement is in force.")
    Listing.objects.filter(pk=listing.pk).update(is_live=is_live)
    audit.record("put listing back" if is_live else "take listing off", about=listing.about, by=by)


@transaction.atomic
def describe_service(service: Service, *, by: User, description: str) -> None:
    """Say what a service is, wherever it runs."""
    service = Service.objects.select_for_update().get(pk=service.pk)
    _refuse_others(by, service.organisation_id)
    Service.objects.filter(pk=service.pk).update(description=description)
    index(Listing.objects.filter(service=service))
    audit.record("describe service", about=f"service:{service.reference}", by=by)


@transaction.atomic
def tell_about_organisation(organisation: Organisation, *, by: User, **told: str) -> None:
    """Say what an organisation does, and how the public reaches it."""
    organisation = _open(organisation, by)
    Organisation.objects.filter(pk=organisation.pk).update(**told)
    audit.record("tell the public", about=f"organisation:{organisation.pk}", by=by, fields=sorted(told))


def locked(listing: Listing, by: User) -> Listing:
    """The listing as it is now, held until the transaction ends. For its owners only."""
    listing = Listing.objects.select_for_update(of=("self",)).select_related("service").get(pk=listing.pk)
    _refuse_others(by, listing.service.organisation_id)
    return listing


def _open(organisation: Organisation, by: User) -> Organisation:
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    _refuse_others(by, organisation.pk)
    if organisation.why_closed:
        raise NotReady(organisation.why_closed)
    return organisation


def _refuse_others(by: User, organisation_id: int) -> None:
    if not keeps_listings_of(by, organisation_id):
        raise PermissionDenied


def _write(listing: Listing, terms: Iterable[Term] | None, areas: Iterable[LocalAuthority] | None) -> None:
    if terms is not None:
        listing.terms.set(terms)
    if areas is not None:
        listing.release_areas.set(areas)
    index(Listing.objects.filter(pk=listing.pk))


OUTSIDE = tuple((origin.value, origin.label) for origin in Origin if origin != Origin.AGREEMENT)
