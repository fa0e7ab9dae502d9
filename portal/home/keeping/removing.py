"""Deleting what nobody needs any more, with everything that hangs on it. The audit stays: it names nobody."""

import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import DatabaseError, models, transaction
from django.db.models import QuerySet

from agreements.models import Agreement
from directory.models import Listing
from portal.foundation import audit

logger = logging.getLogger(__name__)


def one_by_one(deed: Callable[..., None]) -> Callable[[QuerySet[Any]], int]:
    """Each row in a transaction of its own: one that the database keeps doesn't keep the others. How many were done."""

    def do_all(rows: QuerySet[Any]) -> int:
        return sum(_do(deed, row) for row in list(rows))

    return do_all


def _do(deed: Callable[..., None], row: models.Model) -> bool:
    try:
        with transaction.atomic():
            deed(row, by=None)
    except DatabaseError:
        logger.exception("%s %s stays: the database keeps it", type(row).__name__, row.pk)
        return False
    return True


@transaction.atomic
def remove_agreement(agreement: Agreement, *, by: None = None) -> None:
    """The agreement, its versions, documents, signatures, reviews and files. Refused by the database while any is young."""
    Agreement.objects.select_for_update().get(pk=agreement.pk)
    audit.record("remove after its time", about=agreement.about, by=by)
    remove(Listing.objects.filter(agreement_reference=agreement.reference))
    remove(Agreement.objects.filter(pk=agreement.pk))


def remove(rows: QuerySet[Any]) -> int:
    """These rows, all rows of whichever app that are of them, and their files once that is sure. How many of these rows."""
    files = list(_files(rows))
    for model, column in _of(rows.model):
        remove(model._base_manager.filter(**{f"{column}__in": list(rows.values_list("pk", flat=True))}))
    number = rows.count()
    rows.delete()
    for name in files:
        transaction.on_commit(partial(default_storage.delete, name))
    return number


def _of(model: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """What can't be without a row of this model: the model and its column. What can is left, and forgets it."""
    for relation in model._meta.get_fields(include_hidden=True):
        points_here = relation.auto_created and not relation.concrete and not relation.many_to_many
        if points_here and relation.on_delete is not models.SET_NULL:
            yield relation.related_model, relation.field.name


def _files(rows: QuerySet[Any]) -> Iterator[str]:
    for field in rows.model._meta.concrete_fields:
        if isinstance(field, models.FileField):
            yield from filter(None, rows.values_list(field.name, flat=True))
