"""The same answers, written into a blank Word form with LibreOffice and by python-docx, come in with each in its place.

`data/filled_with_libreoffice.docx` is a form of the portal that LibreOffice 7.4 has opened, filled in and saved again:
`data/fill_with_libreoffice.py` says how it was made. LibreOffice isn't needed to run this.
"""

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agreements.models import QuestionSet, WordImport
from agreements.reading import options_for, read
from agreements.word import blank
from tests import factories
from tests.agreements.filling import filled as fill
from tests.agreements.filling import part

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parent / "data"
ANSWERS = json.loads((DATA / "offline_answers.json").read_text())
EXPECTED = {
    "S1-01": "A weekly class in joinery.\nIt ends with a certificate.",
    "S1-02": ["inside", "community"],
    "S1-03": ["group-programme", "mentoring"],
    "S1-04": [
        {"outcome": "Confidence", "measure": "A short survey"},
        {"outcome": "Skills", "measure": "Units passed"},
    ],
    "S1-05": ["education-training-employment", "health"],
    "S1-06": "People asked for it at three focus groups.",
    "S1-07": "No. The art class is in another hall.",
    "S1-08": ["women", "on-remand"],
    "S1-09": "Anyone who can come in the afternoon.",
    "S1-10": ["age", "disability"],
    "S1-11": {"at_once": 8, "in_total": 120},
    "S1-12": {"sessions_per_week": 2, "minutes": 90, "weeks": 12, "intake": "fixed"},
    "S1-13": {"start": "2027-01-10", "end": "2028-01-09"},
    "S1-14": [
        {"funder": "A trust", "amount": "12000.00", "starts": "2027-01-01", "ends": "2028-03-31", "status": "secured"},
        {
            "funder": "Café & Friends “Ltd”",
            "amount": "2500.50",
            "starts": "2027-04-01",
            "ends": "2028-03-31",
            "status": "applied-for",
        },
    ],
    "S1-15": "Numbers,\ntwice a year.",
    "S1-16": "Ten years of workshops in Ayr, Perth and Łódź.",
    "S1-17": "Two of our trustees have been in prison.",
    "S1-18": {
        "main": {"post": "Service manager", "name": "Isla Ross", "email": "joinery@example.org"},
        "deputy": {"post": "Workshop leader"},
    },
}


def by_libreoffice() -> bytes:
    return (DATA / "filled_with_libreoffice.docx").read_bytes()


def by_python_docx() -> bytes:
    return fill(blank.made(QuestionSet.objects.newest("agreement").words, options_for(None)), ANSWERS)


def test_the_file_comes_from_libreoffice():
    """Or the two could be the same."""
    assert b"LibreOffice" in part(by_libreoffice(), "docProps/app.xml")


@pytest.mark.parametrize("written", [by_libreoffice, by_python_docx])
def test_every_answer_comes_in_at_its_place_and_nothing_is_left(written):
    cast = factories.Cast()
    version = cast.start()
    client = Client()
    client.force_login(cast.contributor)
    file = SimpleUploadedFile("form.docx", written())
    client.post(reverse("word_import", args=[version.agreement.reference]), {"file": file})
    kept = WordImport.objects.get()
    assert kept.left == []
    client.post(reverse("word_take", args=[version.agreement.reference]), {"questions": list(kept.answers)})
    assert read(factories.fresh(version)).answers == EXPECTED
