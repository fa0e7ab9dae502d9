"""Make the seal's key for a demonstration or a first try, unless there is one."""

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.foundation import seal


class Command(BaseCommand):
    help = "Make a self-signed key for the seal, unless there is one already. docs/seal.md says what it proves."

    def handle(self, **options) -> None:
        path = settings.SEAL_KEY_FILE
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        seal.make_demo_key(path, passphrase=settings.SEAL_KEY_PASSPHRASE)
        self.stdout.write(f"Made a self-signed seal key in {path.name}")
