"""Make the booklets, posters and induction inserts that are missing or say something old. The worker does it every hour."""

from django.core.management.base import BaseCommand

from directory.handouts import print_next_handout, renew_handouts


class Command(BaseCommand):
    help = "Make the booklets, posters and induction inserts that are missing or say something old."

    def handle(self, **options) -> None:
        asked, made = renew_handouts(), 0
        while print_next_handout():
            made += 1
        self.stdout.write(f"{asked} asked for, {made} made")
