"""What the portal tells everybody about organisations, services and establishments, field by field.

Listings have their own rule, in `directory.editions`; this is the same for what they belong to. The open addresses get
these records and never the rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from directory import listed
from directory.editions import Public, entry
from directory.models import Establishment, Organisation, Service


@dataclass(frozen=True)
class PublicOrganisation:
    """A third sector organisation with a service that is listed today."""

    reference: str
    name: str
    about: str
    charity_number: str
    website: str
    email: str
    phone: str


@dataclass(frozen=True)
class PublicEstablishment:
    """A prison or a community custody unit."""

    reference: str
    name: str
    kind: str
    operator: str
    status: str
    address: str
    postcode: str
    council: str
    phone: str


@dataclass(frozen=True)
class PublicService:
    """A service with the prisons where it runs today."""

    reference: str
    name: str
    description: str
    organisation: PublicOrganisation
    listings: tuple[Public, ...]


def organisation(row: Organisation) -> PublicOrganisation:
    return PublicOrganisation(
        reference=row.slug,
        name=row.name,
        about=row.about,
        charity_number=row.charity_number,
        website=row.website,
        email=row.public_email,
        phone=row.public_phone,
    )


def establishment(row: Establishment) -> PublicEstablishment:
    return PublicEstablishment(
        reference=row.slug,
        name=row.name,
        kind=row.kind,
        operator=row.operator,
        status=row.status,
        address=row.address,
        postcode=row.postcode,
        council=str(row.local_authority),
        phone=row.phone,
    )


def services(rows: Sequence[Service]) -> list[PublicService]:
    """These services with what is listed of each: three queries, however many they are."""
    found: dict[int, list[Public]] = {row.pk: [] for row in rows}
    for listing in listed.listings_of_services(rows):
        found[listing.service_id].append(entry(listing, Public))
    return [_service(row, found[row.pk]) for row in rows if found[row.pk]]


def _service(row: Service, listings: list[Public]) -> PublicService:
    """Its words are those of its listings, which leave contacts out."""
    first = listings[0]
    return PublicService(
        reference=row.reference,
        name=first.service,
        description=first.description,
        organisation=organisation(row.organisation),
        listings=tuple(listings),
    )
