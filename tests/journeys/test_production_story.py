"""The same story under production settings, played on the very commands that docker-compose.yml starts.

Axe has looked at the same pages in test_whole_story.
"""

import secrets

import pytest
from django.conf import global_settings

from tests import factories
from tests.journeys import story
from tests.journeys.production import production

pytestmark = [pytest.mark.thorough, pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    return {**browser_context_args, "ignore_https_errors": True}


@pytest.fixture
def site(transactional_db, folder, broker, mail_server, settings):
    settings.SECRET_KEY = secrets.token_urlsafe(50)
    # What production hashes with: it knows no other.
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    mail_port = mail_server.controller.port
    with production(folder, secret_key=settings.SECRET_KEY, broker=broker, mail_port=mail_port) as site:
        settings.SITE_URL = site
        yield site


def test_the_commands_of_the_compose_file_carry_the_whole_story(cast: factories.Cast, visit, mail_server):
    story.play(cast, visit, mail_server, looks=False)
