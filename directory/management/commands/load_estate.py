"""Load the facts that the portal ships: establishments, councils, vocabularies. Sources stand beside the data."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.text import slugify

from directory.models import Establishment, LocalAuthority, Term, Vocabulary

DATA = Path(__file__).parents[2] / "data"
# What the sources call the people of a prison, and the terms for them. "Convicted" says no more than "not on remand".
GROUPS = {
    "men": "men",
    "women": "women",
    "young people": "young-people",
    "remand": "on-remand",
    "short-term": "short-term",
    "long-term": "long-term",
    "life": "life-or-olr",
    "open conditions": "open-conditions",
}


class Command(BaseCommand):
    help = "Load the Scottish estate and the vocabularies. What CJVSF keeps of a prison stays as it is."

    @transaction.atomic
    def handle(self, **options) -> None:
        estate = json.loads((DATA / "estate.json").read_text())
        for council in estate["local_authorities"]:
            LocalAuthority.objects.get_or_create(gss=council["gss"], defaults=council)
        for row in estate["establishments"]:
            load_establishment(row, estate["notes"].get(row["code"], ""))
        for row in estate["establishments"]:
            successor = Establishment.objects.filter(code=row["replaced_by"]).first()
            Establishment.objects.filter(code=row["code"]).update(replaced_by=successor)
        for name in ("vocabularies.json", "prison_lists.json", "listing_lists.json"):
            for key, vocabulary in json.loads((DATA / name).read_text()).items():
                load_vocabulary(key, vocabulary)
        for row in estate["establishments"]:
            load_groups(row)
        self.stdout.write(f"{Establishment.objects.count()} establishments, {Vocabulary.objects.count()} vocabularies")


def load_establishment(row: dict[str, Any], note: str) -> None:
    """What no form asks for comes with every load: that a prison has opened or closed, say. The rest is only a start."""
    shipped = {name: row[name] or "" for name in ("name", "status", "opened", "closed")}
    shipped |= {"local_authority_id": row["local_authority"], "note": note}
    kept = {name: row[name] or "" for name in ("kind", "operator", "address", "postcode")}
    kept |= {"design_capacity": row["design_capacity"], "slug": slugify(row["name"])}
    Establishment.objects.update_or_create(code=row["code"], defaults=shipped, create_defaults=shipped | kept)


def load_groups(row: dict[str, Any]) -> None:
    """Who is held there, unless somebody has said so already."""
    establishment = Establishment.objects.get(code=row["code"])
    slugs = {GROUPS[each] for each in row["populations"] if each in GROUPS}
    if not establishment.holds.exists():
        establishment.holds.set(
            Term.objects.filter(vocabulary__key="populations", vocabulary__establishment=None, slug__in=slugs)
        )


def load_vocabulary(key: str, row: dict[str, Any]) -> None:
    vocabulary, _ = Vocabulary.objects.get_or_create(
        key=key, establishment=None, defaults={"label": row["label"], "source": row["source"]}
    )
    for position, term in enumerate(row["terms"]):
        Term.objects.get_or_create(
            vocabulary=vocabulary, slug=term["slug"], defaults={"label": term["label"], "position": position}
        )
