"""One world for all tests of a module: it is only looked at, and each request is undone."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings

from tests.doors import world as worlds


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[worlds.World]:
    documents = tmp_path_factory.mktemp("documents")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=documents), transaction.atomic():
        yield worlds.build()
        transaction.set_rollback(True)
