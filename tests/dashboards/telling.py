"""A small demonstration, loaded once for a file of tests."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from portal.home.demo.loading import load
from tests.facts import load_what_is_missing

AGREEMENTS = 16


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Agreements in every status, reviews, figures, needs; taken away after the tests."""
    from django.conf import settings

    with django_db_blocker.unblock(), transaction.atomic():
        was, settings.DEMO = settings.DEMO, True
        load_what_is_missing()
        load(AGREEMENTS, sealed=0, say=lambda line: None)
        settings.DEMO = was
        yield
        transaction.set_rollback(True)
