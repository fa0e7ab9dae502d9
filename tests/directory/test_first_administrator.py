"""A new portal has nobody who could invite anybody: a command opens the first account, once."""

import pytest
from django.core.management import CommandError, call_command

from directory.parties import Party, manages
from portal.foundation.models import User

pytestmark = pytest.mark.django_db
NAMED = ("first@example.org", "Fiona First")


def test_the_first_administrator_looks_after_cjvsf_and_has_no_password_yet():
    call_command("appoint_first_administrator", *NAMED, verbosity=0)
    who = User.objects.get(email="first@example.org")
    assert manages(who, Party())
    assert not who.has_usable_password()
    assert who.email_verified_at is None, "No link was sent to that address"


def test_there_is_one_first_administrator():
    call_command("appoint_first_administrator", *NAMED, verbosity=0)
    with pytest.raises(CommandError, match="who can invite others"):
        call_command("appoint_first_administrator", "second@example.org", "Second", verbosity=0)
    assert not User.objects.filter(email="second@example.org").exists()
