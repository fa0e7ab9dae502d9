"""Signed words as a Word file for reading: the same words, and marked as a copy."""

import io

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document
from docx.oxml.ns import qn
from lxml import html

from agreements.word import copy
from tests import factories
from tests.agreements import full

pytestmark = pytest.mark.django_db

CODE = "PD-7K3QXN"


def words_of(document) -> list[str]:
    paragraphs = document.element.body.iter(qn("w:p"))
    return [word for row in paragraphs for word in "".join(text.text or "" for text in row.iter(qn("w:t"))).split()]


def words_in(page: str) -> list[str]:
    """Each block by itself, so that the end of one isn't glued to the next."""
    root = html.fragment_fromstring(page, create_parent=True)
    return [word for text in root.itertext() for word in text.split()]


def glued(words: list[str]) -> str:
    return "".join(words)


@pytest.fixture
def cast():
    return factories.Cast()


@pytest.fixture
def version(cast):
    return factories.bring_to("in force", cast)


def get(user, version):
    client = Client()
    client.force_login(user)
    return client.get(reverse("agreement_copy_in_word", args=[version.agreement.reference]))


def test_it_says_the_same_words_in_the_same_order_and_that_it_is_a_copy(cast, version):
    stored = version.documents.get(overtaken_at=None)
    response = get(cast.hoo, version)
    document = Document(io.BytesIO(response.getvalue()))
    said = [row.text for row in document.paragraphs]
    assert said[:2] == [str(version), copy.COPY.format(code=stored.code)]
    assert document.sections[0].header.paragraphs[0].text == copy.COPY.format(code=stored.code)
    before = words_of_texts(said[:2])
    assert glued(words_of(document)[len(before) :]) == glued(words_in(stored.html))
    assert response["Content-Disposition"].endswith(f'{version.agreement.reference}-version-1-copy.docx"')


def words_of_texts(texts: list[str]) -> list[str]:
    return [word for text in texts for word in text.split()]


def test_everything_that_an_agreement_can_say_is_copied(cast):
    document = full.document(factories.fresh(cast.start()))
    made = Document(io.BytesIO(copy.made(document.html, title="A title", code=CODE)))
    before = words_of_texts(["A title", copy.COPY.format(code=CODE)])
    assert glued(words_of(made)[len(before) :]) == glued(words_in(document.html))


def test_tables_keep_their_header_rows_and_headings_are_headings(version):
    stored = version.documents.get(overtaken_at=None)
    document = Document(io.BytesIO(copy.made(stored.html, title="A title", code=CODE)))
    assert {row.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is None for row in document.tables} == {False}
    headings = [row.text for row in document.paragraphs if row.style.name == "Heading 1"]
    assert headings == [
        row.text_content() for row in html.fragment_fromstring(stored.html, create_parent=True).iter("h2")
    ]


def test_before_the_signatures_there_is_none_and_strangers_find_nothing(cast):
    version = factories.bring_to("for signature", cast)
    assert get(cast.hoo, version).status_code == 404
    assert get(cast.stranger, version).status_code == 404
