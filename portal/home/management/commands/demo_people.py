"""Who can sign in to the demonstration."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.home.demo.people import demo_people


class Command(BaseCommand):
    help = "Print the sign-ins of the demonstration. The sign-in page shows the one-time codes."

    def handle(self, **options) -> None:
        if not settings.DEMO:
            raise CommandError("This is not a demonstration.")
        people = demo_people()
        width = max((len(person["email"]) for person in people), default=0)
        for person in people:
            self.stdout.write(f"{person['email']:{width}}  {person['password']}  {person['role']}")
        self.stdout.write("The sign-in page shows the one-time codes.")
