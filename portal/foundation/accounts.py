"""Opening an account, and what an account signs in with."""

from allauth.account.models import EmailAddress
from django.db import transaction

from portal.foundation import clock
from portal.foundation.models import User


@transaction.atomic
def open_account(*, email: str, name: str, password: str | None) -> User:
    """An account that signs in with this address. Without a password, the person sets one by the reset link.

    With one, the address is proved by the invitation that led there.
    """
    verified_at = clock.now() if password else None
    user = User.objects.create_user(email, name, password, email_verified_at=verified_at)
    _sign_in_by_its_address(user)
    return user


@transaction.atomic
def change_address(user: User, email: str) -> None:
    """The account signs in with another address, which nobody has proved yet. Every session of it ends by that."""
    user.email, user.email_verified_at = email, None
    user.save(update_fields=["email", "email_verified_at"])
    _sign_in_by_its_address(user)


def _sign_in_by_its_address(user: User) -> None:
    """By that one alone. For allauth it counts as verified: without that, nobody could set up a second factor."""
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


def prove_address(user: User) -> None:
    """They used a link that was sent to the address. The first time counts, and only for the address that it went to."""
    proved = User.objects.filter(pk=user.pk, email=user.email, email_verified_at=None)
    proved.update(email_verified_at=clock.now())
