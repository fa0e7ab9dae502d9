"""Renaming, merging and leaving. What was signed keeps the name that it was signed with: its PDF isn't touched."""

from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet

from directory.changes import Change, check
from directory.index import index
from directory.models import Holding, Invitation, JoiningRequest, Listing, Organisation, OrganisationMerge, Service
from directory.models.joining import CAN_BE_UNDONE_FOR
from directory.operations.holdings import finish
from directory.standing import standing
from portal.foundation import audit, clock
from portal.foundation.exceptions import NotReady
from portal.foundation.models import User

# What says how an organisation came to be as it is stays with it.
STAYS = (Organisation, OrganisationMerge, JoiningRequest)


def _locked(by: User, *organisations: Organisation) -> list[Organisation]:
    if not standing(by).is_cjvsf:
        raise PermissionDenied
    ids = [organisation.pk for organisation in organisations]
    found = {row.pk: row for row in Organisation.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    return [found[pk] for pk in ids]


@transaction.atomic
def rename(
    organisation: Organisation,
    *,
    by: User,
    name: str,
    charity_number: str,
    website: str = "",
    requires_second_factor: bool = False,
) -> None:
    """Another name, number or website, and whether everybody there needs a second factor. The address of its pages stays."""
    (organisation,) = _locked(by, organisation)
    others = Organisation.objects.exclude(pk=organisation.pk)
    if others.filter(name__iexact=name).exists():
        raise NotReady("Another organisation has this name.")
    if charity_number and others.filter(charity_number=charity_number).exists():
        raise NotReady("Another organisation has this charity number. Merge the two instead.")
    before = organisation.name
    organisation.name, organisation.charity_number, organisation.website = name, charity_number, website
    organisation.requires_second_factor = requires_second_factor
    organisation.save(update_fields=["name", "charity_number", "website", "requires_second_factor"])
    index(_listings_of(organisation))
    told = {"before": before, "after": name, "requires_second_factor": requires_second_factor}
    audit.record("rename", about=f"organisation:{organisation.pk}", by=by, **told)


def _listings_of(*organisations: Organisation) -> QuerySet[Listing]:
    return Listing.objects.filter(service__organisation__in=organisations)


@transaction.atomic
def merge(merged: Organisation, *, into: Organisation, by: User) -> OrganisationMerge:
    """Everything of one organisation belongs to the other from now on: posts, services, agreements."""
    if merged == into:
        raise NotReady("Choose another organisation: one can’t be merged into itself.")
    merged, into = _locked(by, merged, into)
    for organisation in (merged, into):
        if organisation.why_closed:
            raise NotReady(organisation.why_closed)
    if merged.is_funder != into.is_funder:
        raise NotReady("One of them is a funder and the other isn’t. Only two of one kind can be merged.")
    renamed = _rename_services_of_the_same_name(merged, into)
    moved = {column: _move(column, merged, into) for column in _columns()}
    Organisation.objects.filter(pk=merged.pk).update(merged_into=into)
    index(_listings_of(into))
    row = OrganisationMerge.objects.create(
        kept=into, merged=merged, moved=moved, renamed=renamed, by=by, at=clock.now()
    )
    _check_everybody_at(into)
    audit.record("merge", about=f"organisation:{into.pk}", by=by, merged=merged.pk, merge=row.pk)
    return row


def _columns() -> list[str]:
    """Every column that says which organisation a row is of or is for, whichever app it is of."""
    related = [relation for relation in Organisation._meta.related_objects if relation.related_model not in STAYS]
    return [f"{relation.related_model._meta.label}.{relation.field.name}" for relation in related]


def _move(column: str, source: Organisation, target: Organisation, **which: Any) -> list[int]:
    """Which rows moved. What the other has already stays: two open shares of one agreement, two legal holds."""
    label, _, name = column.rpartition(".")
    rows = apps.get_model(label)._base_manager
    ids = [row.pk for row in rows.filter(**{name: source}, **which) if _fits(row, name, target)]
    rows.filter(pk__in=ids).update(**{name: target})
    return ids


def _fits(row: Model, name: str, target: Organisation) -> bool:
    setattr(row, name, target)
    try:
        row.validate_constraints()
    except ValidationError:
        return False
    return True


def _rename_services_of_the_same_name(merged: Organisation, into: Organisation) -> dict[str, str]:
    renamed = {}
    taken = set(into.services.values_list("name", flat=True))
    for service in merged.services.filter(name__in=taken):
        renamed[str(service.pk)] = service.name
        Service.objects.filter(pk=service.pk).update(name=f"{service.name[:60]} ({merged.name[:50]})")
    return renamed


def _check_everybody_at(organisation: Organisation) -> None:
    holdings = Holding.objects.from_day(clock.today()).filter(post__organisation=organisation)
    check(*(Change(holding) for holding in holdings.select_related("post__organisation", "user")))


def _check_that_nothing_is_alone_at(*organisations: Organisation) -> None:
    """People may have left since, whose work others of the merged organisation did: on its own it would have nobody."""
    holdings = Holding.objects.filter(post__organisation__in=organisations).select_related("post__organisation", "user")
    check(*(Change(holding, is_end=True) for holding in holdings))


@transaction.atomic
def undo_merge(row: OrganisationMerge, *, by: User) -> None:
    """What moved goes back, for 30 days. What was begun since with a service that goes back, goes with it."""
    kept, merged = _locked(by, row.kept, row.merged)
    row = OrganisationMerge.objects.select_for_update().get(pk=row.pk)
    if row.undone_at:
        raise NotReady("This has been undone already.")
    if clock.now() > row.at + CAN_BE_UNDONE_FOR:
        raise NotReady("A merge can be undone for 30 days.")
    for column, ids in row.moved.items():
        _move(column, kept, merged, pk__in=ids)
    _send_what_was_begun_since(row, kept, merged)
    for pk, name in row.renamed.items():
        Service.objects.filter(pk=pk).update(name=name)
    Organisation.objects.filter(pk=merged.pk).update(merged_into=None)
    index(_listings_of(merged, kept))
    OrganisationMerge.objects.filter(pk=row.pk).update(undone_at=clock.now(), undone_by=by)
    _check_everybody_at(kept)
    _check_everybody_at(merged)
    _check_that_nothing_is_alone_at(kept, merged)
    audit.record("undo merge", about=f"organisation:{kept.pk}", by=by, merged=merged.pk, merge=row.pk)


def _send_what_was_begun_since(row: OrganisationMerge, kept: Organisation, merged: Organisation) -> None:
    services = row.moved.get(f"{Service._meta.label}.organisation", [])
    for column in _columns():
        label, _, _ = column.rpartition(".")
        if "service" in {field.name for field in apps.get_model(label)._meta.fields}:
            _move(column, kept, merged, service__in=services)


@transaction.atomic
def leave(organisation: Organisation, *, by: User) -> None:
    """It takes no part any more: every post ends now. Refused while anything of it is being written or in force."""
    (organisation,) = _locked(by, organisation)
    if organisation.why_closed:
        raise NotReady(organisation.why_closed)
    running = Holding.objects.from_day(clock.today()).filter(post__organisation=organisation)
    holdings = list(running.select_related("post__organisation", "user"))
    for holding in holdings:
        finish(holding, clock.today())
    check(*(Change(holding, is_end=True) for holding in holdings))
    Invitation.objects.open().filter(post__organisation=organisation).update(taken_back_at=clock.now())
    Organisation.objects.filter(pk=organisation.pk).update(left_on=clock.today())
    audit.record("leave", about=f"organisation:{organisation.pk}", by=by)


@transaction.atomic
def come_back(organisation: Organisation, *, by: User) -> None:
    """It takes part again, with its posts, which nobody holds."""
    (organisation,) = _locked(by, organisation)
    if not organisation.left_on:
        raise NotReady(f"{organisation} hasn’t left.")
    Organisation.objects.filter(pk=organisation.pk).update(left_on=None)
    audit.record("come back", about=f"organisation:{organisation.pk}", by=by)
