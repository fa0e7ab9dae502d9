"""What the tests of corrected names and addresses share."""

import re

from django.core import mail
from django.test import Client
from django.urls import reverse

from directory.operations import accounts
from directory.operations.accounts import correct_person
from portal.foundation.accounts import open_account
from portal.foundation.models import User
from portal.home.keeping.erasing import erase
from tests import factories

NAME, ADDRESS, OLD = "Merlin Married", "merlin@newdomain.example", "kestrel@example.org"


def somebody() -> User:
    """Without a post, and so without a second factor."""
    return open_account(email=OLD, name="Kestrel Single", password=factories.PASSWORD)


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def sign_in(email: str) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": email, "password": factories.PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse("account_sessions")).status_code == 200


def page_of(user: User) -> str:
    return reverse("person_correct", args=[user.pk])


def post(client: Client, user: User, **told: str):
    return client.post(page_of(user), {"name": user.name, "email": user.email} | told)


def move(user: User, cast, **told: str) -> list[str]:
    return correct_person(user, by=cast.cjvsf, **{"name": user.name, "email": ADDRESS} | told)


def said_of(user: User) -> tuple[str, str]:
    user = again(user)
    return user.name, user.email


def erased(cast, who: User) -> User:
    accounts.close_account(who, by=cast.cjvsf)
    erase(who, by=cast.cjvsf)
    return again(who)


def link_for(email: str) -> str:
    Client().post(reverse("account_reset_password"), {"email": email})
    return re.search(r"/account/password/reset/key/\S+", mail.outbox[-1].body)[0]


def use(link: str) -> bool:
    """Choose a password by it. Whether it let one."""
    client = Client()
    page = client.get(link, follow=True)
    new = {"password1": "quite another password", "password2": "quite another password"}
    return bool(page.redirect_chain) and client.post(page.redirect_chain[-1][0], new).status_code == 302
