"""The blank forms that anyone may download."""

from django.core.management.base import BaseCommand

from agreements.blanks import make_all


class Command(BaseCommand):
    help = "Print the blank forms of the newest published question sets that aren’t there yet."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--again", action="store_true", help="Print them all again, after a change of their layout")

    def handle(self, **options) -> None:
        self.stdout.write(f"{make_all(again=options['again'])} blank forms made")
