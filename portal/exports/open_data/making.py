"""The sweep that makes the open data of each day, and says how many rows came and went since the day before."""

import json
import logging
import secrets
from collections import Counter

from celery import shared_task
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from portal.exports import writing
from portal.exports.models import OpenDataEdition
from portal.exports.open_data.tables import TABLES, OpenTable
from portal.foundation import clock

logger = logging.getLogger(__name__)

ROOT = "open-data"
ENDINGS = ("csv", "json")
# The newest, and one that somebody may be downloading.
KEPT = 2
Rows = Counter[str]


@shared_task(name="portal.exports.open_data.making.make_open_data")
def make_open_data() -> bool:
    """Make today's edition if there is none yet. A row says that it is there, once all of its files are."""
    if OpenDataEdition.objects.filter(day=clock.today()).exists():
        return False
    edition = OpenDataEdition(day=clock.today(), made_at=clock.now())
    edition.folder = f"{ROOT}/{edition.day}-{secrets.token_hex(4)}"
    before = newest()
    edition.tables = {table.name: make_table(table, edition, before) for table in TABLES}
    try:
        with transaction.atomic():
            edition.save(force_insert=True)
    except IntegrityError:
        logger.info("Another worker has made the open data of %s", edition.day)
        remove_files(edition)
        return False
    remove_old_files()
    remove_orphans()
    return True


def newest() -> OpenDataEdition | None:
    """The last edition whose files are there."""
    return OpenDataEdition.objects.exclude(folder="").first()


def last_editions(days: int) -> QuerySet[OpenDataEdition]:
    return OpenDataEdition.objects.all()[:days]


def make_table(table: OpenTable, edition: OpenDataEdition, before: OpenDataEdition | None) -> dict[str, int | None]:
    rows = list(table.rows())
    texts = {
        "csv": writing.csv_text(table.columns, rows, mark=""),
        "json": writing.json_text(table.name, table.columns, rows),
    }
    for ending, text in texts.items():
        default_storage.save(edition.path(table.name, ending), ContentFile("".join(text).encode()))
    told: dict[str, int | None] = {"rows": len(rows), "added": None, "removed": None}
    if before and table.name in before.tables:
        old, new = rows_in(before, table), rows_in(edition, table)
        told |= {"added": (new - old).total(), "removed": (old - new).total()}
    return told


def rows_in(edition: OpenDataEdition, table: OpenTable) -> Rows:
    """The rows of an edition, to be compared with another's. A row that has changed is one that went and one that came."""
    with default_storage.open(edition.path(table.name, "json")) as file:
        return Counter(json.dumps(row, sort_keys=True) for row in json.load(file)["rows"])


def remove_old_files() -> None:
    """The row stays: it is the change log."""
    for edition in OpenDataEdition.objects.exclude(folder="")[KEPT:]:
        remove_files(edition)
        OpenDataEdition.objects.filter(pk=edition.pk).update(folder="")


def remove_files(edition: OpenDataEdition) -> None:
    remove_folder(edition.folder)


def remove_orphans() -> None:
    """Folders of earlier days that no edition names: a worker was killed before its row was there."""
    named = set(OpenDataEdition.objects.exclude(folder="").values_list("folder", flat=True))
    for name in default_storage.listdir(ROOT)[0]:
        if name < f"{clock.today()}" and f"{ROOT}/{name}" not in named:
            remove_folder(f"{ROOT}/{name}")


def remove_folder(folder: str) -> None:
    """With whatever is in it, half-written files too."""
    if not default_storage.exists(folder):
        return
    for name in default_storage.listdir(folder)[1]:
        default_storage.delete(f"{folder}/{name}")
    default_storage.delete(folder)
