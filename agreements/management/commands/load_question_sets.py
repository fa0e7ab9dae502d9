"""Load the question sets that the portal ships, and publish them."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand

from agreements.models import Kind, QuestionSet
from agreements.operations.question_sets import publish

DATA = Path(__file__).parents[2] / "questions" / "data"


class Command(BaseCommand):
    help = "Load and publish the question sets that the portal ships. A version that is there already stays as it is."

    def handle(self, **options) -> None:
        for kind in Kind.values:
            definition = json.loads((DATA / f"{kind}.json").read_text())
            version = definition["version"]
            if not QuestionSet.objects.filter(kind=kind, version=version).exists():
                publish(QuestionSet.objects.create(kind=kind, version=version, definition=definition), by=None)
        self.stdout.write(f"{QuestionSet.objects.published().count()} published question sets")
