"""How a prison says what it needs: a draft that both its people can write, what partners tell it, and publication."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from directory.models import PARTNER_ROLES, Establishment, NeedsStatement, Organisation, PartnerView
from directory.operations.holdings import hold_still
from directory.parties import Party
from directory.roles import who_may
from directory.standing import standing
from portal.foundation import audit, clock
from portal.foundation.exceptions import NotReady, Overtaken
from portal.foundation.models import User

# What a statement must say before it is published, and how to ask for it.
WANTED = {
    "needs": "Give at least one need a weight.",
    "partners_heard": "Say how and when partners were heard.",
    "custody_heard": "Say how and when people in custody were heard.",
    "sources": "Name the sources.",
}


def says_what_is_needed(user: User, establishment: Establishment) -> bool:
    posts = standing(user).posts_at(establishment_id=establishment.pk)
    return any(post.role in who_may("needs") for post in posts)


def speaks_for(user: User, organisation_id: int) -> bool:
    posts = standing(user).posts_at(organisation_id=organisation_id)
    return any(post.role in who_may("draft", PARTNER_ROLES) for post in posts)


def organisations_of(user: User) -> list[Organisation]:
    """The organisations for which somebody may tell a prison something, by name."""
    found = {
        post.organisation
        for post in standing(user).posts
        if post.organisation and speaks_for(user, post.organisation.pk)
    }
    return sorted(found, key=lambda organisation: organisation.name)


@transaction.atomic
def save_statement(establishment: Establishment, *, by: User, revision: int, **fields: Any) -> NeedsStatement:
    """Save this year's draft, which the first save begins. A save that saw an older draft is refused."""
    party = _only_for_the_prison(establishment, by)
    year = clock.today().year
    _refuse_after_publication(establishment, year)
    statement = _of(establishment, year) or NeedsStatement(establishment=establishment, year=year, saved_by=by)
    if statement.revision != revision:
        compare = "Open it in another tab to compare. " if statement.pk else ""
        raise NotReady(f"{_why_overtaken(statement)} {compare}Saving again keeps what is below.")
    for name, value in fields.items():
        setattr(statement, name, value)
    statement.revision, statement.saved_at, statement.saved_by = revision + 1, clock.now(), by
    statement.save()
    audit.record("draft needs", about=party.about, by=by, year=year)
    return statement


@transaction.atomic
def publish_statement(establishment: Establishment, *, by: User, year: int, revision: int) -> NeedsStatement:
    """Publish this save of a year's draft, no other. It never changes, and counts until a later year's is published."""
    party = _only_for_the_prison(establishment, by)
    _refuse_after_publication(establishment, year)
    statement = _of(establishment, year)
    if statement is None:
        raise NotReady("There is no draft to publish yet.")
    if statement.revision != revision:
        raise Overtaken(_why_overtaken(statement))
    missing = [sentence for name, sentence in WANTED.items() if not getattr(statement, name)]
    if missing:
        raise NotReady(*missing)
    statement.published_at, statement.published_by = clock.now(), by
    statement.save(update_fields=["published_at", "published_by"])
    audit.record("publish needs", about=party.about, by=by, year=year)
    return statement


@transaction.atomic
def tell_prison(establishment: Establishment, organisation: Organisation, *, by: User, text: str) -> PartnerView:
    """What a partner sees of the prison's needs this year, for those who write the statement."""
    if not speaks_for(by, organisation.pk):
        raise PermissionDenied
    party = Party(establishment=establishment)
    hold_still(party)
    year = clock.today().year
    if NeedsStatement.objects.published().filter(establishment=establishment, year=year).exists():
        raise NotReady(
            f"{establishment} has published its statement for {year}. Flag a need instead, or wait for the next."
        )
    view = PartnerView.objects.create(
        establishment=establishment, organisation=organisation, year=year, text=text, at=clock.now(), by=by
    )
    audit.record("tell needs", about=party.about, by=by, organisation=organisation.pk, year=year)
    return view


def _only_for_the_prison(establishment: Establishment, by: User) -> Party:
    if not says_what_is_needed(by, establishment):
        raise PermissionDenied
    party = Party(establishment=establishment)
    hold_still(party)
    return party


def why_closed(establishment: Establishment, year: int) -> str:
    """Why nothing can be written or published for a year any more, or nothing: its statement or a later one is out."""
    newest = NeedsStatement.objects.published().filter(establishment=establishment, year__gte=year).first()
    return f"The statement for {newest.year} is published, and stays as it is until next year’s." if newest else ""


def _refuse_after_publication(establishment: Establishment, year: int) -> None:
    if reason := why_closed(establishment, year):
        raise NotReady(reason)


def _of(establishment: Establishment, year: int) -> NeedsStatement | None:
    return NeedsStatement.objects.filter(establishment=establishment, year=year).select_related("saved_by").first()


def _why_overtaken(statement: NeedsStatement) -> str:
    if statement.pk is None:
        return f"The year has changed since you opened the page, and there is no draft for {statement.year} yet."
    moment = clock.say_moment(statement.saved_at)
    return f"{statement.saved_by} has changed the draft since you opened the page, on {moment}."
