"""A new agreement that begins with a Word form: the file is read first, then the draft is there beside what it says."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agreements.models import Agreement, QuestionSet, Version, WordImport
from agreements.reading import options_for, read
from agreements.word import blank
from tests import factories
from tests.agreements.checks import ANSWERS
from tests.agreements.filling import filled

pytestmark = pytest.mark.django_db
WRITTEN = {"S1-01": "A weekly class in joinery.", "S1-12.minutes": "90", "S1-11.at_once": "as many as come"}


@pytest.fixture(scope="module")
def form(django_db_setup, django_db_blocker) -> bytes:
    with django_db_blocker.unblock():
        return filled(blank.made(QuestionSet.objects.newest("agreement").words, options_for(None)), WRITTEN)


@pytest.fixture
def cast():
    return factories.Cast()


@pytest.fixture
def partner(cast) -> Client:
    client = Client()
    client.post(reverse("start"), ANSWERS)
    client.force_login(cast.contributor)
    return client


def begun(cast, **given) -> dict:
    """The second page: the prison has been looked at."""
    prison = str(cast.prison.pk)
    chosen = {"organisation": str(cast.charity.pk), "establishment": prison, "looked_at": prison}
    return chosen | {"service": "new", "service_name": "Fresh start", "start": "yes"} | given


def test_the_draft_begins_and_each_answer_of_the_file_is_shown_before_it_is_taken(cast, partner, form):
    response = partner.post(reverse("agreement_new"), begun(cast, file=SimpleUploadedFile("mine.docx", form)))
    version = Version.objects.get()
    assert response.url == reverse("word_import", args=[version.agreement.reference])
    assert "S1-01" not in read(version).answers
    kept = WordImport.objects.get()
    assert (kept.answers, [row["text"] for row in kept.left]) == (
        {"S1-01": "A weekly class in joinery.", "S1-12": {"minutes": 90}},
        ["as many as come"],
    )
    page = partner.get(response.url).content.decode()
    assert ["A weekly class in joinery." in page, "as many as come" in page] == [True, True]
    partner.post(reverse("word_take", args=[version.agreement.reference]), {"questions": ["S1-01", "S1-12"]})
    assert read(factories.fresh(version)).answers["S1-01"] == "A weekly class in joinery."
    assert version.agreement.eligibility is not None


@pytest.mark.parametrize("content", [b"Just some text", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)])
def test_a_file_that_cannot_be_read_gets_a_sentence_and_starts_nothing(cast, partner, content):
    response = partner.post(reverse("agreement_new"), begun(cast, file=SimpleUploadedFile("mine.docx", content)))
    page = response.content.decode()
    assert (response.status_code, len(response.context["word"].errors["file"])) == (200, 1)
    assert page.count("There is a problem") == 1
    assert 'value="Fresh start"' in page
    assert (Agreement.objects.count(), WordImport.objects.count()) == (0, 0)
    partner.post(reverse("agreement_new"), begun(cast))
    assert Agreement.objects.count() == 1


def test_without_a_file_the_draft_opens_as_ever(cast, partner):
    response = partner.post(reverse("agreement_new"), begun(cast))
    assert response.url == reverse("agreement_detail", args=[Version.objects.get().agreement.reference])
    assert WordImport.objects.count() == 0
