"""What prisons say they need, what partners tell them, and ideas in every state. Invented, as everything here."""

import datetime as dt
import random
from typing import Any

from directory import needs_map
from directory.index import index
from directory.models import Establishment, Idea, Listing, LocalAuthority, Term
from directory.operations import ideas, needs
from portal.foundation import clock
from portal.home.demo.bank import populations_of, read_file
from portal.home.demo.cast import FIRST_CHARITY, FIRST_PRISON, Cast, Partner, Prison

SEED = 7
# Prisons that have published nothing.
SILENT = {"BEL", "LIL", "DUM"}
GIVEN_A_WEIGHT = 11
# Which answer an idea gets, and how many days ago it was told; the first is the first charity's at the first prison.
STATES = (("wanted", 60), ("", 12), ("not now", 90), ("duplicate", 120), ("", 45), ("wanted", 75), ("", 3))


def say_what_is_needed(cast: Cast) -> None:
    """After the agreements are told: gaps and duplicates are then real."""
    rng = random.Random(SEED)
    terms = needs_map.terms()
    for code, prison in cast.prisons.items():
        if code not in SILENT:
            state(prison, terms, rng, cast)
    put_ideas(cast, terms, rng)
    reach_areas(rng)


def state(prison: Prison, terms: dict[str, dict[str, Term]], rng: random.Random, cast: Cast) -> None:
    """Published some weeks ago; at the first prison a year before that, so that this year's is being written."""
    establishment, head = prison.establishment, prison.approvers[0]
    is_writing = establishment.code == FIRST_PRISON
    moment = clock.now() - dt.timedelta(days=rng.randint(20, 60))
    with clock.set_to(moment - dt.timedelta(days=365 * is_writing)):
        draft = needs.save_statement(establishment, by=head, revision=0, **said(prison, terms, rng))
        needs.publish_statement(establishment, by=head, year=draft.year, revision=draft.revision)
    if is_writing:
        needs.save_statement(establishment, by=prison.writer, revision=0, **said(prison, terms, rng) | {"sources": ""})
        for partner, text in zip(cast.partners.values(), read_file("statements.json")["views"][:2], strict=False):
            needs.tell_prison(establishment, partner.organisation, by=partner.writer, text=text)


def said(prison: Prison, terms: dict[str, dict[str, Term]], rng: random.Random) -> dict[str, Any]:
    words = {name: rng.choice(read_file("statements.json")[name]) for name in ("partners", "custody", "sources")}
    return {
        "needs": weights(list(terms[needs_map.NEEDS]), rng),
        "groups": weights(list(populations_of(prison.establishment.code)), rng),
        "partners_heard": words["partners"],
        "organisations_heard": rng.randint(4, 25),
        "custody_heard": words["custody"],
        "people_heard": rng.randint(12, 140),
        "sources": words["sources"],
    }


def weights(slugs: list[str], rng: random.Random) -> dict[str, int]:
    return {slug: rng.choice((0, 1, 1, 2, 2, 3)) for slug in rng.sample(slugs, min(GIVEN_A_WEIGHT, len(slugs)))}


def put_ideas(cast: Cast, terms: dict[str, dict[str, Term]], rng: random.Random) -> None:
    """One in every state. Where it is wanted, nobody does it yet; where it is a duplicate, somebody does."""
    for number, (reply, days) in enumerate(STATES):
        is_first = number < 3
        prison = cast.prisons[FIRST_PRISON] if is_first else rng.choice(list(cast.prisons.values()))
        partner = cast.partners[FIRST_CHARITY] if number < 2 else rng.choice(list(cast.partners.values()))
        with clock.set_to(clock.now() - dt.timedelta(days=days)):
            idea = put(prison, partner, need_for(prison, reply, terms, rng), rng)
        if reply:
            with clock.set_to(clock.now() - dt.timedelta(days=days - 14)):
                answer(idea, prison, reply)


def need_for(prison: Prison, reply: str, terms: dict[str, dict[str, Term]], rng: random.Random) -> Term:
    """A need that somebody meets there for a duplicate, and one that nobody meets otherwise, as far as there is one."""
    served = {slug for (_, slug) in needs_map.read(_only(prison)).offered}
    fitting = [term for slug, term in terms[needs_map.NEEDS].items() if (slug in served) == (reply == "duplicate")]
    return rng.choice(fitting or list(terms[needs_map.NEEDS].values()))


def _only(prison: Prison):
    return Establishment.objects.filter(pk=prison.establishment.pk)


def put(prison: Prison, partner: Partner, need: Term, rng: random.Random) -> Idea:
    return ideas.put_idea(
        prison.establishment,
        partner.organisation,
        by=partner.writer,
        kind=rng.choice(Idea.Kind.values),
        need=need,
        group=None,
        text=rng.choice(read_file("statements.json")["ideas"]),
    )


def answer(idea: Idea, prison: Prison, reply: str) -> None:
    there = needs_map.services_for(idea.establishment, idea.need).first() if reply == "duplicate" else None
    reply = "not now" if reply == "duplicate" and there is None else reply
    why = read_file("statements.json")["answers"][reply]
    ideas.answer_idea(idea, by=prison.approvers[0], reply=reply, why=why, duplicate_of=there)


def reach_areas(rng: random.Random) -> None:
    """Services that go on in the community say where, as their owners would on the listing's page."""
    areas = list(LocalAuthority.objects.all())
    for listing in Listing.objects.filter(terms__slug="through-the-gate").order_by("pk"):
        if not listing.release_areas.exists():
            listing.release_areas.set(rng.sample(areas, rng.randint(1, 4)))
    index(Listing.objects.all())
