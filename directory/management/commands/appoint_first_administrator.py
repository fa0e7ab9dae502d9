"""Opens the first account of a new portal: CJVSF's administrator, who invites everybody else."""

import argparse

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from directory.models import Holding, Post, Role
from portal.foundation import audit, clock
from portal.foundation.accounts import open_account
from portal.foundation.models import User


class Command(BaseCommand):
    help = "Open the account of the first CJVSF administrator. They choose a password with “Forgotten your password?”."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")

    @transaction.atomic
    def handle(self, *, email: str, name: str, **options: object) -> None:
        if Holding.objects.from_day(clock.today()).filter(post__role=Role.CJVSF).exists():
            raise CommandError("CJVSF has an administrator, who can invite others.")
        if User.objects.filter(email=email.lower()).exists():
            raise CommandError("There is an account with this address already.")
        post, _ = Post.objects.get_or_create(role=Role.CJVSF, defaults={"title": "CJVSF administrator"})
        who = open_account(email=email, name=name, password=None)
        Holding.objects.create(post=post, user=who, from_on=clock.today())
        audit.record("appoint first administrator", about="cjvsf", by=None, user=who.pk)
        self.stdout.write(f"{name} can choose a password at /account/password/reset/ now.")
