"""Load the demonstration."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.home.demo.loading import load


class Command(BaseCommand):
    help = "Load invented people and agreements, once. Only where DEMO is on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--agreements", type=int, default=300, help="how many agreements")
        parser.add_argument("--sealed", type=int, default=12, help="how many final PDFs are printed and sealed now")

    def handle(self, **options) -> None:
        if not settings.DEMO:
            raise CommandError("This is not a demonstration. Set DEMO=yes where nothing real is kept.")
        load(options["agreements"], sealed=options["sealed"], say=self.stdout.write)
