"""Opening an account. The address is proved by the invitation that led there."""

from allauth.account.models import EmailAddress
from django.db import transaction

from portal.foundation import clock
from portal.foundation.models import User


@transaction.atomic
def open_account(*, email: str, name: str, password: str | None) -> User:
    """An account that signs in with this address. Without a password, the person sets one by the reset link."""
    verified_at = clock.now() if password else None
    user = User.objects.create_user(email, name, password, email_verified_at=verified_at)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user
