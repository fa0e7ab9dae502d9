"""One agreement, from the first question to the sealed PDF, played by three people in a browser.

The suite plays it with JavaScript on PostgreSQL; CI without too, there and on the embedded default.
"""

import pytest

from tests.journeys import story
from tests.journeys.ways import WITH

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

ON_SQLITE = pytest.param(False, id="without JavaScript", marks=[pytest.mark.sqlite, pytest.mark.thorough])


@pytest.mark.parametrize("javascript", [ON_SQLITE, WITH])
def test_an_agreement_from_the_first_question_to_the_sealed_pdf(javascript, cast, visit, worker, mail_server):
    story.play(cast, visit, mail_server, javascript=javascript)
