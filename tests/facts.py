"""The facts that the portal ships, in the database of every test that has one."""

import hypothesis
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection


def pytest_configure() -> None:
    """Hashing a password slowly is a guard, and hundreds of tests open accounts. A busy machine is no counterexample."""
    hypothesis.settings.register_profile("portal", deadline=None)
    hypothesis.settings.load_profile("portal")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def shipped_facts(request: pytest.FixtureRequest) -> None:
    """Estate, vocabularies and question sets; loaded again after a test that emptied the database."""
    asked = any(name in request.fixturenames for name in ("db", "transactional_db", "live_server"))
    if not asked and not request.node.get_closest_marker("django_db"):
        return
    request.getfixturevalue("transactional_db" if is_transactional(request) else "db")
    load_what_is_missing()


def load_what_is_missing() -> None:
    """A test that commits leaves the tables empty."""
    from agreements.models import QuestionSet

    if not QuestionSet.objects.exists():
        call_command("load_estate", verbosity=0)
        call_command("load_question_sets", verbosity=0)


def is_transactional(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    return "transactional_db" in request.fixturenames or bool(marker and marker.kwargs.get("transaction"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The facts once a session, under every test's own transaction."""
    with django_db_blocker.unblock():
        let_tests_empty_the_tables()
        call_command("createcachetable", verbosity=0)
        call_command("load_estate", verbosity=0)
        call_command("load_question_sets", verbosity=0)


def let_tests_empty_the_tables() -> None:
    """Between tests that commit, Django truncates every table: the guard against that would refuse it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER IF EXISTS foundation_auditevent_no_truncate ON foundation_auditevent")
