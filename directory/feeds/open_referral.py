"""The directory in the shapes of Open Referral UK (HSDS-UK 3.0).

Every id is made from a reference of ours and the address of this portal, and so stays the same from one reading to the
next, and differs from every other portal's. Fields without a value are left out.
"""

from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.urls import reverse

from directory.editions import Public
from directory.feeds.records import PublicEstablishment, PublicOrganisation, PublicService
from directory.models import Term, Vocabulary

Told = dict[str, Any]
# The lists that a service is sorted by. Their terms are told apart by their labels, as the listings say them.
TAXONOMIES = ("needs", "populations", "protected_characteristics", "activities", "settings", "routes")


def id_of(kind: str, reference: str) -> str:
    """The id of something here: version 5, of the portal's address and then of `kind:reference`."""
    return str(uuid5(_own(settings.SITE_URL), f"{kind}:{reference}"))


@cache
def _own(address: str) -> UUID:
    return uuid5(NAMESPACE_URL, address)


def _filled(**fields: Any) -> Told:
    return {name: value for name, value in fields.items() if value not in ("", None, [])}


def organization(said: PublicOrganisation) -> Told:
    own = id_of("organization", said.reference)
    return _filled(
        id=own,
        name=said.name,
        description=said.about or said.name,
        email=said.email,
        website=said.website,
        organization_identifiers=_charity_number(own, said.charity_number),
    )


def _charity_number(organization_id: str, number: str) -> list[Told]:
    if not number:
        return []
    told = {"identifier_scheme": "GB-SC", "identifier_type": "Scottish charity number", "identifier": number}
    return [{"id": id_of("identifier", number), "organization_id": organization_id} | told]


def service_in_brief(said: PublicService) -> Told:
    """As it stands in a list."""
    return _filled(
        id=id_of("service", said.reference),
        organization_id=id_of("organization", said.organisation.reference),
        name=said.name,
        description=said.description or said.listings[0].summary,
        url=settings.SITE_URL + reverse("service_page", args=[said.reference]),
        status="active",
        alert=_alert(said),
        organization=organization(said.organisation),
    )


def service(said: PublicService) -> Told:
    """The whole of it, as its own address tells it."""
    own = id_of("service", said.reference)
    return service_in_brief(said) | _filled(
        schedules=list(filter(None, (_schedule(own, listing) for listing in said.listings))),
        service_areas=[
            {"id": id_of("area", f"{said.reference}:{area}"), "service_id": own, "name": area}
            for area in _once(said, "release_areas")
        ],
        service_at_locations=[
            {"id": id_of("listing", listing.reference), "service_id": own}
            | {"location_id": id_of("location", listing.prison_slug)}
            for listing in said.listings
        ],
        attributes=list(chain.from_iterable(_attributes(said, key) for key in TAXONOMIES)),
    )


def service_at_location(listing: Public, said: PublicService, where: PublicEstablishment) -> Told:
    return {
        "id": id_of("listing", listing.reference),
        "service_id": id_of("service", said.reference),
        "location_id": id_of("location", where.reference),
        "location": location(where),
        "service": service_in_brief(said),
    }


def location(said: PublicEstablishment) -> Told:
    own = id_of("location", said.reference)
    address = _address(own, said)
    return _filled(
        id=own, location_type="physical", name=said.name, description=said.kind, addresses=[address] if address else []
    )


def _address(location_id: str, said: PublicEstablishment) -> Told | None:
    """The last part of the address is its town."""
    street, _, town = said.address.rpartition(", ")
    if not (street and said.postcode):
        return None
    place = {
        "address_1": street,
        "city": town.removeprefix("near "),
        "state_province": said.council,
        "postal_code": said.postcode,
    }
    own = {"id": id_of("address", said.reference), "location_id": location_id}
    return own | place | {"country": "GB", "address_type": "physical"}


def _schedule(service_id: str, listing: Public) -> Told | None:
    told = _filled(
        description=". ".join(listing.rhythm),
        valid_from=listing.starts_on and listing.starts_on.isoformat(),
        valid_to=listing.ends_on and listing.ends_on.isoformat(),
    )
    if not told:
        return None
    at = {"service_id": service_id, "service_at_location_id": id_of("listing", listing.reference)}
    return {"id": id_of("schedule", listing.reference)} | at | told


def _alert(said: PublicService) -> str:
    old = [listing.prison for listing in said.listings if listing.not_confirmed_since]
    return f"Nobody has confirmed for a year that it runs at {', '.join(old)}." if old else ""


def _once(said: PublicService, name: str) -> list[str]:
    return list(dict.fromkeys(chain.from_iterable(getattr(listing, name) for listing in said.listings)))


def _attributes(said: PublicService, key: str) -> Iterator[Told]:
    for label in _once(said, key):
        yield {
            "id": id_of("attribute", f"{said.reference}:{key}:{label}"),
            "link_id": id_of("service", said.reference),
            "link_type": "service",
            "taxonomy_term_id": id_of("term", f"{key}:{label}"),
            "taxonomy_term": _term(key, label),
        }


def taxonomy(row: Vocabulary) -> Told:
    return {
        "id": id_of("taxonomy", row.key),
        "name": row.label,
        "description": row.label,
        "uri": f"{settings.SITE_URL}{reverse('hsds_list', args=['taxonomies'])}/{id_of('taxonomy', row.key)}",
    }


def taxonomy_term(row: Term) -> Told:
    return _term(row.vocabulary.key, row.label)


def _term(key: str, label: str) -> Told:
    return {
        "id": id_of("term", f"{key}:{label}"),
        "name": label,
        "description": label,
        "taxonomy": key,
        "taxonomy_id": id_of("taxonomy", key),
    }
