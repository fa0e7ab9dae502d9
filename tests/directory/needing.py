"""Services, statements and ideas for the tests of the map of need."""

import itertools

from directory.models import Establishment, Idea, Listing, NeedsStatement, Organisation, Origin, Role, Service, Term
from directory.operations import ideas, needs
from portal.foundation.models import User
from tests import factories

_numbers = itertools.count(1)
HEARD = {
    "partners_heard": "At the forum in March.",
    "organisations_heard": 4,
    "custody_heard": "Two groups in May.",
    "people_heard": 12,
    "sources": "The survey of 2025.",
}


def term(slug: str, key: str = "needs") -> Term:
    return Term.objects.get(vocabulary__key=key, vocabulary__establishment=None, slug=slug)


def listing(
    prison: Establishment,
    *terms: Term,
    organisation: Organisation | None = None,
    is_live: bool = True,
    from_agreement: bool = True,
    **fields,
) -> Listing:
    number = next(_numbers)
    service = Service.objects.create(organisation=organisation or factories.organisation(), name=f"Listed {number}")
    reference, origin = (f"PA-{number:06}", Origin.AGREEMENT) if from_agreement else ("", Origin.PROCURED)
    row = Listing.objects.create(
        service=service,
        establishment=prison,
        origin=origin,
        agreement_reference=reference,
        summary="It helps.",
        is_live=is_live,
        **fields,
    )
    row.terms.set(terms)
    return row


def coordinator(prison: Establishment) -> User:
    return factories.hold(factories.post(Role.COORDINATOR, prison))


def publish(prison: Establishment, who: User, **weights: dict[str, int]) -> NeedsStatement:
    """This year's statement."""
    given = {"needs": {}, "groups": {}} | HEARD | weights
    return publish_as_it_is(needs.save_statement(prison, by=who, revision=0, **given), who)


def publish_draft(prison: Establishment, who: User) -> NeedsStatement:
    """This year's draft, with whatever it still lacks."""
    draft = NeedsStatement.objects.get(establishment=prison, published_at=None)
    return publish_as_it_is(needs.save_statement(prison, by=who, revision=draft.revision, **HEARD), who)


def publish_as_it_is(draft: NeedsStatement, who: User) -> NeedsStatement:
    return needs.publish_statement(draft.establishment, by=who, year=draft.year, revision=draft.revision)


def idea(prison: Establishment, charity: Organisation, who: User, need: str = "health", **fields) -> Idea:
    given = {"kind": "pitch", "need": term(need), "group": None, "text": "A drop-in on Fridays."} | fields
    return ideas.put_idea(prison, charity, by=who, **given)
