"""Write the search index of listings that have none; with --all, of every one: after a list's words were changed by hand."""

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from directory.index import index
from directory.models import Listing


class Command(BaseCommand):
    help = "Write what a search reads of the listings."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="Those that have an index too")

    @transaction.atomic
    def handle(self, **options) -> None:
        listings = Listing.objects.all() if options["all"] else Listing.objects.filter(words="")
        self.stdout.write(f"{index(listings)} listings")
